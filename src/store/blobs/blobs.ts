// Contents, never changed. Small ones are in their row, and a row for each time they are written: an index over
// their hashes would have a page of its own to write for nearly each. Large ones are in the backend, named by their
// SHA-256, and have one row. A row is committed only after its content is whole on the disk. References are rows
// of other tables, listed in `references`; what nothing refers to is collected (collect.ts).

import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DomainError } from '../../errors.ts'
import { inlineBlobBytes } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { BlobBackend } from './backend.ts'
import { Collector } from './collect.ts'
import { BlobFolder } from './folder.ts'
import { hex, type ReceiveOptions, receiveBody, sha256 } from './receive.ts'

/** A stored content. `data` is there when it lives in its row. */
export type Blob = { id: number; hash: Uint8Array; size: number; data: Uint8Array | null }

/** Bytes from `start` to `end`, both included. */
export type ByteRange = { start: number; end: number }

/** A content that has arrived whole and waits for `keep`. */
export type Staged = {
  readonly hash: Buffer
  readonly size: number
  /** Small content; undefined when the backend has it. */
  readonly data: Buffer | undefined
  /** Says that it will not be kept. */
  discard(): Promise<void>
}

const insertSmall = prepared((db, p: { hash: Uint8Array; size: number; data: Uint8Array; createdAt: number }) =>
  db.insertInto('blob').values({ hash: p.hash, size: p.size, data: p.data, createdAt: p.createdAt }).returning('id'),
)

const insertLarge = prepared((db, p: { hash: Uint8Array; size: number; createdAt: number }) =>
  db
    .insertInto('blob')
    .values({ hash: p.hash, size: p.size, createdAt: p.createdAt })
    .onConflict((conflict) =>
      conflict
        .column('hash')
        .where('data', 'is', null)
        .doUpdateSet({ markedAt: null })
        .where('blob.markedAt', 'is not', null),
    )
    .returning('id'),
)

const largeByHash = prepared((db, p: { hash: Uint8Array }) =>
  db.selectFrom('blob').select('id').where('hash', '=', p.hash).where('data', 'is', null),
)

const byId = prepared((db, p: { id: number }) =>
  db.selectFrom('blob').select(['id', 'hash', 'size', 'data']).where('id', '=', p.id),
)

type Options = {
  backend: BlobBackend
  write: <T>(body: Body<T, Tx>) => Promise<T>
  read: <T>(body: Body<T, View>) => Promise<T>
  now: () => number
}

export class Blobs {
  /** For a backup, which reads large contents whole. */
  readonly backend: BlobBackend
  readonly #collector: Collector
  readonly #now: () => number

  /** Large contents are in `<directory>/blobs`. */
  static async open(directory: string, options: Omit<Options, 'backend'>): Promise<Blobs> {
    const backend = await BlobFolder.open(join(directory, 'blobs'))
    await backend.clean()
    return new Blobs({ backend, ...options })
  }

  constructor(options: Options) {
    this.backend = options.backend
    this.#now = options.now
    this.#collector = new Collector(options)
  }

  /**
   * Takes in a body. What is small stays in memory, the rest is on the disk when this resolves.
   * Throws TooLarge, DiskFull, or BadRequest for a body that is not as long as announced.
   */
  async receive(readable: Readable, options: ReceiveOptions = {}): Promise<Staged> {
    const received = await receiveBody(readable, () => this.backend.create(), options)
    if ('bytes' in received) return this.#inMemory(received.hash, received.bytes)
    const { hash, size, sink } = received
    this.#collector.arriving(hash, this.#now())
    try {
      await sink.finish(hash)
    } catch (error) {
      await sink.abort()
      await this.#collector.discarded(hash)
      throw error
    }
    return { hash, size, data: undefined, discard: () => this.#collector.discarded(hash) }
  }

  /** A content of at most `inlineBlobBytes`, or of another bound that a kind of content has, that is in memory already. */
  small(bytes: Uint8Array, bound = inlineBlobBytes): Staged {
    if (bytes.length > bound) throw new RangeError('too large to be kept in a row: receive() it')
    return this.#inMemory(sha256(bytes), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  #inMemory(hash: Buffer, data: Buffer): Staged {
    return { hash, size: data.length, data, discard: async () => {} }
  }

  /**
   * Makes the content a row, or finds the row that it has; the caller refers to it in the same write.
   * A small content equal to the `former` one of the same thing keeps that one's row.
   */
  async keep(tx: Tx, staged: Staged, former?: { blobId: number | null; etag: string | undefined }): Promise<number> {
    const { hash, size, data } = staged
    if (!data) return this.#keepLarge(tx, hash, size)
    if (former?.blobId && former.etag === hex(hash)) return former.blobId
    const row = await insertSmall.first(tx, { hash, size, data, createdAt: tx.now })
    if (!row) throw new Error('an inserted blob has no id')
    return row.id
  }

  async #keepLarge(tx: Tx, hash: Buffer, size: number): Promise<number> {
    const inserted = await insertLarge.first(tx, { hash, size, createdAt: tx.now })
    // A conflict answers no row unless a mark was cleared.
    const row = inserted ?? (await largeByHash.first(tx, { hash }))
    if (!row) throw new Error('a blob row was neither inserted nor found')
    // Nobody removes the file while this write holds the row (collect.ts), but another twin may just have done so.
    if (this.backend.arrivedAt(hash) === undefined) {
      throw new DomainError('Unavailable', 'The upload was lost on its way: try again.')
    }
    return row.id
  }

  get(view: View, id: number): Promise<Blob | undefined> {
    return byId.first(view, { id })
  }

  /**
   * The bytes, or a stream of them, which the caller consumes or destroys. Throws Unavailable when the
   * content is missing or cut short on the disk; nothing else is verified (that is `twin verify`).
   */
  open(blob: Omit<Blob, 'id'>, range?: ByteRange): Readable | Uint8Array {
    const start = range?.start ?? 0
    const end = Math.min(range?.end ?? blob.size - 1, blob.size - 1)
    if (blob.data) return blob.data.subarray(start, end + 1)
    return this.backend.open(blob.hash, blob.size, start, end)
  }

  /** The same of a content that is not in its row, in memory that is used again: each piece is valid until the next. */
  pieces(blob: Omit<Blob, 'id' | 'data'>, range?: ByteRange): AsyncIterable<Uint8Array> {
    const end = Math.min(range?.end ?? blob.size - 1, blob.size - 1)
    return this.backend.pieces(blob.hash, blob.size, range?.start ?? 0, end)
  }

  /** Marks what nothing refers to, and deletes what has been so for `blobGraceMilliseconds`. */
  collect(): Promise<{ marked: number; deleted: number; orphans: number }> {
    return this.#collector.collect()
  }

  /** Nothing is deleted until the answer is called (a backup is reading). */
  pauseCollection(): () => void {
    return this.#collector.pause()
  }
}
