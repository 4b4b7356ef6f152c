// Everything in a backup belongs to one moment: the copy of the database is made first, and what it refers to is
// not collected until the last byte has left. Contents are immutable, so they may be read while the twin goes on.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable, Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { isDomainError } from '../../errors.ts'
import { backupPageRows } from '../../limits.ts'
import type { BlobBackend } from '../blobs/backend.ts'
import {
  blobName,
  checksumLine,
  checksumsName,
  damagedName,
  databaseName,
  isKeyName,
  type Manifest,
  manifestName,
} from './archive.ts'
import { unfinishedBackup } from './unfinished.ts'

/** What a backup needs of the store. */
export type Source = {
  directory: string
  now(): number
  copyDatabase(file: string): Promise<void>
  blobs: {
    backend: BlobBackend
    /** Keeps every content until the returned function is called. */
    pauseCollection(): () => void
  }
}

export type Backup = {
  blobs: number
  /** Hashes of contents that were missing or differed from their hash: the archive lacks them. */
  damaged: string[]
}

/** Writes a backup of a running store to `out` and ends it. Rejects when `out` fails; nothing is left behind then. */
export async function writeBackup(store: Source, out: Writable): Promise<Backup> {
  const folder = join(store.directory, `${unfinishedBackup}${randomUUID()}`)
  await mkdir(folder, { mode: 0o700 })
  const resumeCollection = store.blobs.pauseCollection()
  try {
    const copy = join(folder, databaseName)
    await store.copyDatabase(copy)
    const archive = new Archive(await open(join(folder, checksumsName), 'w+', 0o600))
    const [, backup] = await Promise.all([pipeline(archive.stream, out), archive.write(store, copy)])
    return backup
  } finally {
    resumeCollection()
    await rm(folder, { recursive: true, force: true })
  }
}

class Archive {
  readonly #pack: Pack = pack()
  readonly #sums: FileHandle

  constructor(sums: FileHandle) {
    this.#sums = sums
  }

  get stream(): Readable {
    return this.#pack as unknown as Readable
  }

  async write(store: Source, copy: string): Promise<Backup> {
    const database = new DatabaseSync(copy, { readOnly: true })
    try {
      await this.#addBytes(manifestName, Buffer.from(JSON.stringify(manifestOf(database, store.now()), null, 2)))
      await this.#addFile(databaseName, copy)
      for (const name of await keyNames(store.directory)) await this.#addFile(name, join(store.directory, name))
      const backup = await this.#addBlobs(store.blobs.backend, database)
      if (backup.damaged.length > 0) await this.#addBytes(damagedName, Buffer.from(`${backup.damaged.join('\n')}\n`))
      await this.#addChecksums()
      this.#pack.finalize()
      return backup
    } catch (error) {
      this.#pack.destroy(error as Error)
      throw error
    } finally {
      database.close()
      await this.#sums.close()
    }
  }

  async #addBlobs(backend: BlobBackend, database: DatabaseSync): Promise<Backup> {
    const backup: Backup = { blobs: 0, damaged: [] }
    for (const { hash, size } of largeBlobs(database)) {
      const name = hash.toString('hex')
      const found = await this.#addBlob(backend, hash, size)
      if (found !== name) backup.damaged.push(name)
      backup.blobs++
    }
    return backup
  }

  /** The SHA-256 that the content really has, or undefined when it is missing or cut short. */
  async #addBlob(backend: BlobBackend, hash: Buffer, size: number): Promise<string | undefined> {
    let content: Readable
    try {
      content = backend.open(hash, size, 0, size - 1)
    } catch (error) {
      if (isDomainError(error, 'Unavailable')) return undefined
      throw error
    }
    return this.#add(blobName(hash.toString('hex')), size, content)
  }

  async #addFile(name: string, path: string): Promise<void> {
    const { size } = await stat(path)
    await this.#add(name, size, createReadStream(path))
  }

  async #addBytes(name: string, bytes: Buffer): Promise<void> {
    await this.#add(name, bytes.length, Readable.from([bytes]))
  }

  async #addChecksums(): Promise<void> {
    const { size } = await this.#sums.stat()
    const entry = this.#pack.entry({ name: checksumsName, size, mode: 0o600 })
    await pipeline(this.#sums.createReadStream({ start: 0, autoClose: false }), entry as unknown as Writable)
  }

  async #add(name: string, size: number, content: Readable): Promise<string> {
    const hash = createHash('sha256')
    const entry = this.#pack.entry({ name, size, mode: 0o600 }) as unknown as Writable
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(content, hashing, entry)
    const sha256 = hash.digest('hex')
    await this.#sums.write(checksumLine(sha256, name))
    return sha256
  }
}

function manifestOf(database: DatabaseSync, createdAt: number): Manifest {
  const epoch = database.prepare("SELECT value FROM setting WHERE key = 'epoch'").get()
  const migrations = database
    .prepare('SELECT migration_name AS name FROM _prisma_migrations ORDER BY migration_name')
    .all()
  return {
    format: 'twin-backup',
    version: 1,
    createdAt,
    epoch: String(epoch?.value),
    migrations: migrations.map(({ name }) => String(name)),
  }
}

function* largeBlobs(database: DatabaseSync): Generator<{ hash: Buffer; size: number }> {
  const page = database.prepare('SELECT id, hash, size FROM blob WHERE data IS NULL AND id > ? ORDER BY id LIMIT ?')
  for (let after = 0; ; ) {
    const rows = page.all(after, backupPageRows) as { id: number; hash: Uint8Array; size: number }[]
    for (const { hash, size } of rows) yield { hash: Buffer.from(hash), size }
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}

async function keyNames(directory: string): Promise<string[]> {
  const entries = await readdir(join(directory, 'keys'), { recursive: true, withFileTypes: true }).catch(absent)
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter(isKeyName) // what is half written has a name that no key has
    .sort()
}

function absent(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}
