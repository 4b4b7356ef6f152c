import type { Readable } from 'node:stream'

/** Where the bytes of large blobs are: a folder, or whatever else can do these few things. */
export type BlobBackend = {
  /** Starts a new content aside. Nothing of it is visible before `finish`. */
  create(): Promise<BlobSink>
  /** The bytes `start` to `end` (both included) of a content of `size` bytes. Throws when it is missing or cut short. */
  open(hash: Uint8Array, size: number, start: number, end: number): Readable
  /**
   * The same, piece by piece, in memory that is used again: a piece is valid until the next one is asked for.
   * A gigabyte in buffers of its own keeps the garbage collector as busy as the encryption.
   */
  pieces(hash: Uint8Array, size: number, start: number, end: number): AsyncIterable<Uint8Array>
  remove(hash: Uint8Array): void
  /** When a content came (ms); undefined when it is not there. */
  arrivedAt(hash: Uint8Array): number | undefined
  /** Every content that is there, with the time (ms) that it came. */
  list(): AsyncIterable<StoredBlob>
  /** Removes what interrupted uploads left aside. Called before the first `create`. */
  clean(): Promise<void>
}

export type StoredBlob = { hash: Buffer; modifiedAt: number }

export type BlobSink = {
  /** Appends. The chunks must not change until it resolves. */
  write(chunks: Buffer[]): Promise<void>
  /** Resolves when the content is on the disk, under its name, and would be found there after a power cut. */
  finish(hash: Uint8Array): Promise<void>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}
