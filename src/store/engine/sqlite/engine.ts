// Durable means: committed with synchronous=NORMAL, then an fdatasync of the -wal (see wal-sync.ts).
// One connection stays open for life, and nothing here opens the database or its -shm through `fs`:
// closing such a descriptor would drop SQLite's locks for the whole process.
// Reads share the writer's connection, between two batches: another one would lose its page cache with
// every commit. A read's answer leaves only when every commit it could have seen is durable, so that nobody is
// ever shown what a power cut could take back.

import { Worker } from 'node:worker_threads'
import { DomainError } from '../../../errors.ts'
import { databaseCacheKilobytes } from '../../../limits.ts'
import { ReadQueue } from '../read-queue.ts'
import { Turns } from '../turns.ts'
import type { Body, Engine, EngineStats, Tx, View } from '../types.ts'
import { WriteQueue } from '../write-queue.ts'
import { Checkpointer } from './checkpointer.ts'
import { isFailedSync, isUnwritable, translate } from './errors.ts'
import { SqliteSession } from './session.ts'
import { WalFile } from './wal-file.ts'
import { WalSync } from './wal-sync.ts'

export type SqliteOptions = {
  file: string
  now: () => number
  defaultQuota: number | null
  onChanged: (topics: ReadonlySet<string>) => void
  /** The disk failed: nothing more may be acknowledged. Ends the process unless a test says otherwise. */
  onFailure: (error: Error) => void
  migrate: (session: SqliteSession) => Promise<void>
}

export class SqliteEngine implements Engine {
  readonly dialect = 'sqlite'
  readonly #file: string
  readonly #writer: SqliteSession
  readonly #wal: WalFile
  readonly #sync: WalSync
  readonly #checkpointer: Checkpointer
  readonly #writes: WriteQueue
  readonly #reads: ReadQueue
  readonly #copies = new Set<Promise<void>>()
  #closed: Promise<void> | undefined

  static async open(options: SqliteOptions): Promise<SqliteEngine> {
    const writer = new SqliteSession(options.file)
    let wal: WalFile | undefined
    try {
      prepareWriter(writer, options.file)
      wal = new WalFile(options.file)
      // What recovery found is in the page cache alone: it must be on the disk before anyone is shown it.
      wal.sync()
      wal.syncFolder()
      await options.migrate(writer)
      wal.sync()
      return new SqliteEngine(options, writer, wal)
    } catch (error) {
      writer.close()
      wal?.close()
      throw error
    }
  }

  private constructor(options: SqliteOptions, writer: SqliteSession, wal: WalFile) {
    const { file, now, onFailure } = options
    this.#file = file
    this.#writer = writer
    this.#wal = wal
    this.#sync = new WalSync({ walFd: wal.fd, onFailure })
    const shared = { session: writer, turns: new Turns(), durable: () => this.#sync.durable() }
    this.#writes = new WriteQueue({
      ...options,
      ...shared,
      syncing: () => this.#sync.syncing,
      onCommitted: () => this.#onCommitted(),
      translate: (error) => this.#translate(error),
    })
    this.#reads = new ReadQueue({ ...shared, now, translate })
    this.#checkpointer = new Checkpointer({
      file,
      hold: (work) => this.#writes.hold(work),
      onFailure: (error) => this.#sync.fail(error),
      verifyWal: () => wal.verify(),
    })
  }

  write<T>(body: Body<T, Tx>): Promise<T> {
    return this.#writes.write(body)
  }

  read<T>(body: Body<T, View>): Promise<T> {
    return this.#reads.read(body)
  }

  copyTo(file: string): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    const copy = copyInWorker(this.#file, file).finally(() => this.#copies.delete(copy))
    this.#copies.add(copy)
    return copy
  }

  stats(): EngineStats {
    const { writes, commits } = this.#writes
    const wal = { syncs: this.#sync.syncs, syncSeconds: this.#sync.seconds, pages: this.#checkpointer.walPages }
    const waiting = { waitingWrites: this.#writes.length, waitingReads: this.#reads.length }
    return { writes, commits, reads: this.#reads.reads, ...waiting, wal }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Writer last: while its connection is open nobody else's close deletes the -wal under the sync. */
  async #close(): Promise<void> {
    await Promise.allSettled([this.#writes.close(), this.#reads.close(), ...this.#copies])
    await this.#checkpointer.close()
    await this.#sync.close()
    try {
      this.#writer.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#wal.sync()
    } catch (error) {
      if (!isUnwritable((error as { errcode?: number }).errcode)) throw error // else the WAL stays, whole
    } finally {
      this.#writer.close()
      this.#wal.syncFolder()
      this.#wal.close()
    }
  }

  #onCommitted(): void {
    this.#sync.committed()
    this.#checkpointer.committed()
  }

  #translate(error: unknown): unknown {
    if (isFailedSync(error)) this.#sync.fail(error as Error)
    return translate(error)
  }
}

async function copyInWorker(from: string, to: string): Promise<void> {
  const worker = new Worker(new URL('./copy-worker.ts', import.meta.url), { workerData: { from, to } })
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (error) => reject(translate(error)))
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the copy stopped with ${code}`))))
  })
}

function prepareWriter({ database }: SqliteSession, file: string): void {
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  if (!atLeast(version, [3, 51, 3])) {
    throw new DomainError(
      'Unavailable',
      `SQLite ${version} can corrupt a WAL database under a checkpoint: 3.51.3 or newer is needed`,
    )
  }
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode=WAL').get() as { journal_mode: string }
  if (mode !== 'wal')
    throw new DomainError('Unavailable', `${file} is on a file system without shared memory: WAL mode is not possible`)
  database.exec(`PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-${databaseCacheKilobytes}`)
  database.prepare('SELECT count(*) FROM sqlite_schema').get() // opens and recovers the -wal
}

function atLeast(version: string, wanted: readonly [number, number, number]): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, minimum] of wanted.entries()) {
    const part = parts[index] ?? 0
    if (part !== minimum) return part > minimum
  }
  return true
}
