// A part of a file written over what is there (RFC 9110 §14.5; PATCH as sabre/dav has it). The result is a new content
// made of the old one's beginning, the body, and the old one's end; it is put in place only if the old one still is.

import { Readable } from 'node:stream'
import { DomainError } from '../../../errors.ts'
import { refusal } from '../errors.ts'
import { chunksOf, type Exchange, header } from '../exchange.ts'
import type { Content } from '../resource.ts'
import type { ByteRange, UpdateRange } from '../wire/range.ts'
import { answerWritten, putAt, requireWritable, spaceOf } from './place-content.ts'

/** @param rangeFor says where the body goes, given the size of what is there. */
export const updatePart = async (exchange: Exchange, rangeFor: (size: number) => UpdateRange): Promise<void> => {
  const { request, store } = exchange
  const former = await store.read(async (view) => {
    const { resource } = await requireWritable(exchange, view)
    const content = resource && (await resource.space.content?.(view, resource))
    return { resource, content }
  })
  const { resource, content } = former
  const size = content?.size ?? 0
  const range = rangeFor(size)
  const announced = header(request, 'content-length')
  if (range.end !== undefined && announced !== undefined && Number(announced) !== range.end - range.start)
    throw new DomainError('BadRequest', 'The body is not as long as its range')
  const staged = await receiveMerged(exchange, content, range)
  try {
    const findings = await spaceOf(exchange)?.examine?.(staged, undefined)
    const outcome = await store.write(async (tx) => {
      const place = await requireWritable(exchange, tx)
      if (place.resource?.id !== resource?.id || place.resource?.etag !== resource?.etag)
        throw new DomainError('Conflict', 'It was changed meanwhile')
      return putAt(tx, place, { staged, findings, contentType: undefined, modifiedAt: undefined })
    })
    answerWritten(exchange, outcome)
  } catch (error) {
    await staged.discard()
    throw error
  }
}

const receiveMerged = async ({ request, store }: Exchange, content: Content | undefined, range: UpdateRange) => {
  const merged = Readable.from(merge(content, chunksOf(request), range))
  // What goes wrong in the middle closes the file that is being read.
  let failure: unknown
  merged.on('error', (error) => {
    failure = error
  })
  try {
    return await store.blobs.receive(merged)
  } catch (error) {
    throw failure ?? error
  } finally {
    merged.destroy()
  }
}

async function* merge(
  content: Content | undefined,
  body: AsyncIterable<Buffer>,
  { start, end }: UpdateRange,
): AsyncGenerator<Uint8Array> {
  const size = content?.size ?? 0
  if (start > size) throw refusal('range-not-satisfiable', 'The part would leave a hole')
  yield* bytesOf(content, { start: 0, end: start })
  let at = start
  for await (const chunk of body) {
    at += chunk.length
    if (end !== undefined && at > end) throw new DomainError('BadRequest', 'The body is longer than its range')
    yield chunk
  }
  if (end !== undefined && at !== end) throw new DomainError('BadRequest', 'The body is shorter than its range')
  if (at < size) yield* bytesOf(content, { start: at, end: size })
}

async function* bytesOf(content: Content | undefined, range: ByteRange): AsyncGenerator<Uint8Array> {
  if (content === undefined || range.end <= range.start) return
  const bytes = content.open(range)
  if (bytes instanceof Uint8Array) yield bytes
  else yield* bytes as AsyncIterable<Buffer>
}
