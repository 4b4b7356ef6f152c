// Durable means: committed with synchronous=NORMAL, then an fdatasync of the -wal (see wal-sync.ts).
// One connection stays open for life, and nothing here opens the database or its -shm through `fs`:
// closing such a descriptor would drop SQLite's locks for the whole process.
// A read's answer leaves only when every commit it could have seen is durable, so that nobody is
// ever shown what a power cut could take back.
import { closeSync, fdatasyncSync, fstatSync, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DomainError } from '../../../errors.ts'
import { ReadQueue } from '../read-queue.ts'
import type { Body, Engine, Tx, View } from '../types.ts'
import { WriteQueue } from '../write-queue.ts'
import { Checkpointer } from './checkpointer.ts'
import { SqliteSession } from './session.ts'
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
  readonly #options: SqliteOptions
  readonly #writer: SqliteSession
  readonly #reader: SqliteSession
  readonly #walFd: number
  readonly #directoryFd: number
  readonly #sync: WalSync
  readonly #checkpointer: Checkpointer
  readonly #writes: WriteQueue
  readonly #reads: ReadQueue
  #closed: Promise<void> | undefined

  static async open(options: SqliteOptions): Promise<SqliteEngine> {
    const writer = openWriter(options.file)
    const walFd = openSync(`${options.file}-wal`, 'r')
    const directoryFd = openSync(dirname(options.file), 'r')
    verifyWal(options.file, walFd)
    // What recovery found is in the page cache alone: it must be on the disk before anyone is shown it.
    fdatasyncSync(walFd)
    fsyncSync(directoryFd)
    await options.migrate(writer)
    fdatasyncSync(walFd)
    return new SqliteEngine(options, writer, walFd, directoryFd)
  }

  private constructor(options: SqliteOptions, writer: SqliteSession, walFd: number, directoryFd: number) {
    this.#options = options
    this.#writer = writer
    this.#walFd = walFd
    this.#directoryFd = directoryFd
    this.#reader = new SqliteSession(options.file)
    this.#reader.database.exec('PRAGMA query_only=1; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0')
    this.#sync = new WalSync({ walFd, onFailure: options.onFailure })
    const durable = () => this.#sync.durable()
    this.#writes = new WriteQueue({ ...options, session: this.#countingCommits(), durable, translate })
    this.#reads = new ReadQueue({ session: this.#reader, durable, now: options.now })
    this.#checkpointer = new Checkpointer({
      file: options.file,
      hold: (work) => this.#writes.hold(work),
      onFailure: options.onFailure,
      verifyWal: () => verifyWal(options.file, walFd),
    })
  }

  write<T>(body: Body<T, Tx>): Promise<T> {
    return this.#writes.write(body)
  }

  read<T>(body: Body<T, View>): Promise<T> {
    return this.#reads.read(body)
  }

  async copyTo(file: string): Promise<void> {
    const worker = new Worker(new URL('./copy-worker.ts', import.meta.url), {
      workerData: { from: this.#options.file, to: file },
    })
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject)
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the copy stopped with ${code}`))))
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await this.#writes.close()
    await this.#reads.close()
    await this.#checkpointer.close()
    await this.#sync.close()
    this.#reader.close()
    this.#writer.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    fdatasyncSync(this.#walFd)
    this.#writer.close() // the last connection: deletes the -wal
    fsyncSync(this.#directoryFd)
    closeSync(this.#walFd)
    closeSync(this.#directoryFd)
  }

  #countingCommits(): SqliteSession {
    const session = this.#writer
    const commit = session.commit.bind(session)
    session.commit = () => {
      commit()
      this.#sync.committed()
      this.#checkpointer.committed()
    }
    return session
  }
}

function openWriter(file: string): SqliteSession {
  const session = new SqliteSession(file)
  const { version } = session.database.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  if (!atLeast(version, [3, 51, 3])) {
    throw new Error(`SQLite ${version} can corrupt a WAL database under a checkpoint: 3.51.3 or newer is needed`)
  }
  const { journal_mode: mode } = session.database.prepare('PRAGMA journal_mode=WAL').get() as { journal_mode: string }
  if (mode !== 'wal') throw new Error(`${file} is on a file system without shared memory: WAL mode is not possible`)
  session.database.exec('PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0')
  session.database.prepare('SELECT count(*) FROM sqlite_schema').get() // opens and recovers the -wal
  return session
}

function verifyWal(file: string, walFd: number): void {
  const held = fstatSync(walFd)
  const named = statSync(`${file}-wal`)
  if (held.ino !== named.ino || held.nlink !== 1) throw new Error(`${file}-wal was replaced by another program`)
}

function atLeast(version: string, wanted: readonly [number, number, number]): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, minimum] of wanted.entries()) {
    const part = parts[index] ?? 0
    if (part !== minimum) return part > minimum
  }
  return true
}

const SQLITE_FULL = 13

function translate(error: unknown): unknown {
  const code = (error as { errcode?: number } | null)?.errcode
  if (code !== undefined && (code & 0xff) === SQLITE_FULL) {
    return new DomainError('DiskFull', 'The disk of the twin is full.')
  }
  return error
}
