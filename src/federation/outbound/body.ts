// The body of an answer, in bounded pieces: neither its announced nor its unpacked length is believed.

import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { DomainError } from '../../errors.ts'

/** RFC 9110 §8.4.1: what is asked for, and unpacked once. */
const codings: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
}

export const acceptedCodings = 'gzip, br'

const tooLarge = (bytes: number) => new DomainError('TooLarge', `The answer is larger than ${bytes} bytes.`)

/**
 * @param failed makes the error of a connection that broke.
 * @throws DomainError TooLarge above `bytes`, packed or unpacked; Unsupported for codings that were not asked for.
 */
export const boundedBody = (
  response: IncomingMessage,
  bytes: number,
  failed: (error: unknown) => unknown,
): AsyncIterable<Buffer> => {
  if (Number(response.headers['content-length'] ?? 0) > bytes) throw tooLarge(bytes)
  return told(limited(unpacked(response, bytes), bytes), failed)
}

const unpacked = (response: IncomingMessage, bytes: number): Readable => {
  const coding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || coding === '') return response
  const unpack = Object.hasOwn(codings, coding) ? codings[coding] : undefined
  if (unpack === undefined) throw new DomainError('Unsupported', 'The answer is packed in an unknown way.')
  // What breaks before it breaks the last stream, too, whose reader is told.
  return pipeline(limited(response, bytes), unpack(), () => undefined) as unknown as Readable
}

async function* limited(stream: Readable, bytes: number): AsyncGenerator<Buffer, void> {
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bytes) throw tooLarge(bytes)
    yield chunk
  }
}

async function* told(chunks: AsyncGenerator<Buffer>, failed: (error: unknown) => unknown): AsyncGenerator<Buffer> {
  try {
    yield* chunks
  } catch (error) {
    throw failed(error)
  }
}

/** A small body, whole. */
export const wholeBody = async (body: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
