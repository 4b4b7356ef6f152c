// Large blobs in a folder: `ab/<hash>`, what is being written in `tmp/`.
// A name appears only when its content is whole and synced, and the folder is synced after it: whoever
// commits a row afterwards can rely on the file through a power cut.
import { randomUUID } from 'node:crypto'
import { closeSync, createReadStream, fstatSync, openSync, read as readCallback, statSync, unlinkSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { DomainError } from '../../errors.ts'
import { blobReadBytes, blobSyncBytes } from '../../limits.ts'
import type { BlobBackend, BlobSink, StoredBlob } from './backend.ts'
import { hex } from './receive.ts'

export class BlobFolder implements BlobBackend {
  readonly #path: string
  readonly #aside: string
  /** The `ab/` folders known to be there, through a power cut too. */
  readonly #folders = new Set<string>()

  static async open(path: string): Promise<BlobFolder> {
    await mkdir(join(path, 'tmp'), { recursive: true, mode: 0o700 })
    await syncFolder(path)
    await syncFolder(join(path, '..'))
    return new BlobFolder(path)
  }

  private constructor(path: string) {
    this.#path = path
    this.#aside = join(path, 'tmp')
  }

  async create(): Promise<BlobSink> {
    const path = join(this.#aside, randomUUID())
    const file = await open(path, 'wx', 0o600).catch(translate)
    return new FileSink(file, path, (hash) => this.#place(path, hash))
  }

  open(hash: Uint8Array, size: number, start: number, end: number): Readable {
    return createReadStream('', { fd: this.#openWhole(hash, size), start, end, highWaterMark: blobReadBytes })
  }

  async *pieces(hash: Uint8Array, size: number, start: number, end: number): AsyncGenerator<Uint8Array> {
    const fd = this.#openWhole(hash, size)
    let reading: Promise<Uint8Array> | undefined
    try {
      // One piece is read while the one before it is on its way out.
      let [buffer, other] = [Buffer.allocUnsafeSlow(blobReadBytes), Buffer.allocUnsafeSlow(blobReadBytes)]
      let at = start
      reading = readAt(fd, buffer, at, end)
      while (at <= end) {
        const piece: Uint8Array = await reading
        if (piece.length === 0) throw new DomainError('Unavailable', 'The content of this file is cut short.')
        at += piece.length
        ;[buffer, other] = [other, buffer]
        reading = readAt(fd, buffer, at, end)
        yield piece
      }
    } finally {
      await reading?.catch(() => {})
      closeSync(fd)
    }
  }

  #openWhole(hash: Uint8Array, size: number): number {
    const path = this.#fileOf(hash)
    let fd: number
    try {
      fd = openSync(path, 'r')
    } catch (cause) {
      throw new DomainError('Unavailable', 'The content of this file is missing.', { path, cause })
    }
    if (fstatSync(fd).size !== size) {
      closeSync(fd)
      throw new DomainError('Unavailable', 'The content of this file is cut short.', { path })
    }
    return fd
  }

  remove(hash: Uint8Array): void {
    try {
      unlinkSync(this.#fileOf(hash))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  arrivedAt(hash: Uint8Array): number | undefined {
    return statSync(this.#fileOf(hash), { throwIfNoEntry: false })?.mtimeMs
  }

  async *list(): AsyncIterable<StoredBlob> {
    for (const folder of (await readdir(this.#path)).sort()) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      for (const name of await readdir(join(this.#path, folder))) {
        if (!/^[0-9a-f]{64}$/.test(name)) continue
        const found = await stat(join(this.#path, folder, name)).catch(() => undefined)
        if (found) yield { hash: Buffer.from(name, 'hex'), modifiedAt: found.mtimeMs }
      }
    }
  }

  async clean(): Promise<void> {
    for (const name of await readdir(this.#aside)) await rm(join(this.#aside, name), { force: true })
  }

  async #place(path: string, hash: Uint8Array): Promise<void> {
    const target = this.#fileOf(hash)
    const folder = join(target, '..')
    if (!this.#folders.has(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await syncFolder(this.#path)
      this.#folders.add(folder)
    }
    await rename(path, target)
    await syncFolder(folder)
  }

  #fileOf(hash: Uint8Array): string {
    const name = hex(hash)
    return join(this.#path, name.slice(0, 2), name)
  }
}

const read = promisify(readCallback)

/** The bytes from `at` to `end`, both included, as far as they fit. */
async function readAt(fd: number, buffer: Buffer, at: number, end: number): Promise<Uint8Array> {
  const length = Math.min(buffer.length, end + 1 - at)
  if (length <= 0) return buffer.subarray(0, 0)
  const { bytesRead } = await read(fd, buffer, 0, length, at)
  return buffer.subarray(0, bytesRead)
}

class FileSink implements BlobSink {
  readonly #file: FileHandle
  readonly #path: string
  readonly #place: (hash: Uint8Array) => Promise<void>
  #unsynced = 0
  #syncing: Promise<void> | undefined
  #failure: { error: unknown } | undefined

  constructor(file: FileHandle, path: string, place: (hash: Uint8Array) => Promise<void>) {
    this.#file = file
    this.#path = path
    this.#place = place
  }

  async write(chunks: Buffer[]): Promise<void> {
    await this.#writeAll(chunks).catch(translate)
    for (const chunk of chunks) this.#unsynced += chunk.length
    if (this.#unsynced >= blobSyncBytes && !this.#syncing) {
      this.#unsynced = 0
      this.#syncing = this.#syncBeside()
    }
  }

  async finish(hash: Uint8Array): Promise<void> {
    try {
      await this.#syncing
      if (this.#failure) throw this.#failure.error
      await this.#file.datasync()
      await this.#file.close()
      await this.#place(hash)
    } catch (error) {
      await translate(error)
    }
  }

  async abort(): Promise<void> {
    await this.#syncing
    await this.#file.close().catch(() => {})
    await rm(this.#path, { force: true })
  }

  /**
   * Syncing beside the upload makes the last sync short, which is the one that the client waits for.
   * The kernel reports lost pages to one sync only, so a failure here is the failure of the upload.
   */
  async #syncBeside(): Promise<void> {
    try {
      await this.#file.datasync()
    } catch (error) {
      this.#failure = { error }
    }
    this.#syncing = undefined
  }

  async #writeAll(chunks: Buffer[]): Promise<void> {
    let rest = chunks
    while (rest.length > 0) {
      const { bytesWritten } = await this.#file.writev(rest)
      rest = after(rest, bytesWritten)
    }
  }
}

/** What is left of `chunks` after a short write. */
function after(chunks: Buffer[], written: number): Buffer[] {
  let skip = written
  for (const [index, chunk] of chunks.entries()) {
    if (skip < chunk.length) return [chunk.subarray(skip), ...chunks.slice(index + 1)]
    skip -= chunk.length
  }
  return []
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function translate(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS') {
    throw new DomainError('DiskFull', 'The disk of the twin is full or read-only.')
  }
  throw error
}
