// A backup comes from a stranger until it is read to its end. Every entry is checked before a byte of it is kept,
// all of it goes into a folder aside, and the archive counts only when its last entry, the list of checksums, is
// byte for byte the list made while reading. Whatever is wrong refuses the whole.
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { backupListBytes } from '../../limits.ts'
import { syncFolder } from '../folders.ts'
import { checksumLine, checksumsName, entryKind, type Manifest, notABackup, parseManifest } from './archive.ts'

export type Unpacked = { manifest: Manifest; blobs: number; damaged: string[] }

/** Reads an archive into `folder`, which is empty. Throws BadRequest when it is not a whole backup. */
export async function unpack(source: Readable, folder: string): Promise<Unpacked> {
  const extraction = extract()
  let failure: unknown
  const fed = pipeline(source, extraction as unknown as Writable).catch((error) => {
    failure = error
  })
  const reader = new Reader(folder)
  try {
    for await (const entry of extraction) await reader.read(entry as unknown as Entry)
    await fed
    if (failure) throw failure
  } catch (error) {
    source.destroy()
    throw isTarError(error) ? notABackup(`the archive is damaged or cut off (${error.message})`) : error
  }
  return reader.end()
}

type Entry = AsyncIterable<Uint8Array> & { header: Header }

class Reader {
  readonly #folder: string
  /** The checksums as this side computes them, in the order of the entries. */
  readonly #computed: string
  readonly #folders = new Set<string>()
  #manifest: Manifest | undefined
  #hasDatabase = false
  #whole = false
  #blobs = 0
  /** Contents that differ from their hash: the archive must say so itself. */
  readonly #differing = new Set<string>()
  #damaged: string[] = []

  constructor(folder: string) {
    this.#folder = folder
    this.#computed = join(folder, 'computed.sha256')
  }

  async read(entry: Entry): Promise<void> {
    const { name, type } = entry.header
    if (this.#whole) throw notABackup('it goes on after its end')
    if (type !== 'file') throw notABackup(`${JSON.stringify(name)} is a ${type}`)
    const is = entryKind(name)
    if ((is.kind === 'manifest') !== (this.#manifest === undefined)) throw notABackup('its manifest is not first')
    const sha256 = await this.#keep(entry, name)
    if (is.kind === 'checksums') return this.#compareChecksums()
    await appendFile(this.#computed, checksumLine(sha256, name), { mode: 0o600 })
    if (is.kind === 'manifest') this.#manifest = parseManifest(await this.#text(name))
    else if (is.kind === 'database') this.#hasDatabase = true
    else if (is.kind === 'damaged') this.#damaged = (await this.#text(name)).trim().split('\n')
    else if (is.kind === 'blob') await this.#checkBlob(name, is.hash, sha256)
  }

  async end(): Promise<Unpacked> {
    if (!this.#manifest) throw notABackup('it is empty')
    if (!this.#whole) throw notABackup('its end is missing')
    if (!this.#hasDatabase) throw notABackup('it has no database')
    for (const hash of this.#differing) {
      if (!this.#damaged.includes(hash)) throw notABackup(`the content ${hash} was changed`)
    }
    for (const folder of this.#folders) await syncFolder(folder)
    return { manifest: this.#manifest, blobs: this.#blobs, damaged: this.#damaged }
  }

  /** Writes an entry to a file that is not there yet, durably. Answers its SHA-256. */
  async #keep(entry: Entry, name: string): Promise<string> {
    const path = join(this.#folder, name)
    for (let folder = dirname(path); !this.#folders.has(folder); folder = dirname(folder)) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      this.#folders.add(folder)
      if (folder === this.#folder) break
    }
    const hash = createHash('sha256')
    const file = await open(path, 'wx', 0o600).catch((error) => {
      throw error.code === 'EEXIST' ? notABackup(`it has ${JSON.stringify(name)} twice`) : error
    })
    try {
      await file.writeFile(hashing(entry, hash))
      await file.datasync()
    } finally {
      await file.close()
    }
    return hash.digest('hex')
  }

  async #checkBlob(name: string, hash: string, sha256: string): Promise<void> {
    this.#blobs++
    if (sha256 === hash) return
    this.#differing.add(hash)
    await rm(join(this.#folder, name))
  }

  async #compareChecksums(): Promise<void> {
    const given = join(this.#folder, checksumsName)
    const digests = await Promise.all([given, this.#computed].map(digestOf))
    if (digests[0] !== digests[1]) throw notABackup('its checksums do not fit its content')
    await rm(given)
    await rm(this.#computed)
    this.#whole = true
  }

  /** A small entry as text. */
  async #text(name: string): Promise<string> {
    const path = join(this.#folder, name)
    if ((await stat(path)).size > backupListBytes) throw notABackup(`${name} is too large`)
    const text = await readFile(path, 'utf8')
    await rm(path)
    return text
  }
}

async function* hashing(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** What tar-stream throws: a plain Error, or the one of a stream that it gave up. */
function isTarError(error: unknown): error is Error {
  if (!(error instanceof Error) || 'syscall' in error) return false
  return error.constructor === Error || ('code' in error && error.code === 'STREAM_DESTROYED')
}
