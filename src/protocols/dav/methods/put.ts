// PUT is atomic: the body streams aside, and one write of the store checks every condition again and puts it in
// place. A body that is cut off changes nothing. A Content-Range (RFC 9110 §14.5) writes a part of what is there.

import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../errors.ts'
import { inlineBlobBytes } from '../../../limits.ts'
import type { Tx, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import type { Place, Resource } from '../resource.ts'
import { parseMtime } from '../wire/headers.ts'
import { parseContentRange } from '../wire/range.ts'
import { updatePart } from './partial.ts'
import { requireAllowed } from './require.ts'

export const put = async (exchange: Exchange): Promise<void> => {
  const { request, store } = exchange
  const contentRange = header(request, 'content-range')
  if (contentRange !== undefined) return updatePart(exchange, (size) => partOf(contentRange, size))
  const expectedSize = lengthOf(request)
  // What is large is asked about first, so that nobody sends a gigabyte to hear that it is locked.
  const quick = expectedSize !== undefined && expectedSize <= inlineBlobBytes
  if (!quick) await store.read((view) => requireWritable(exchange, view))
  const staged = await store.blobs.receive(request, { expectedSize })
  try {
    const outcome = await store.write(async (tx) => {
      const place = await requireWritable(exchange, tx)
      return putAt(tx, place, {
        staged,
        contentType: contentTypeOf(request),
        modifiedAt: parseMtime(header(request, 'x-oc-mtime')),
      })
    })
    answerWritten(exchange, outcome)
  } catch (error) {
    await staged.discard()
    throw error
  }
}

/** Where the body goes, if it may go there now. */
export const requireWritable = async (exchange: Exchange, view: View): Promise<Place> => {
  const place = await locateRequest(exchange, view)
  const { resource, parent } = place
  if (resource !== undefined) requireAllowed(resource, 'PUT')
  // RFC 4918 §9.7.1: an intermediate collection is never made on the way.
  else if (parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
  else if (place.space.put === undefined) requireAllowed(parent, 'PUT')
  // RFC 4918 §7.4: a new member changes the collection, new content does not.
  await guard(exchange, view, place, resource === undefined ? { membership: true } : { self: true })
  return place
}

export const putAt = (tx: Tx, place: Place, content: Parameters<NonNullable<Place['space']['put']>>[2]) => {
  if (place.space.put === undefined) throw refusal('method-not-allowed', 'Nothing is written here')
  return place.space.put(tx, place, content)
}

export const answerWritten = (
  { request, response }: Exchange,
  { resource, created }: { resource: Resource; created: boolean },
): void => {
  if (resource.etag !== undefined) response.setHeader('ETag', `"${resource.etag}"`)
  // ownCloud's: tells rclone and the desktop clients that the time they sent was kept.
  if (parseMtime(header(request, 'x-oc-mtime')) !== undefined) response.setHeader('X-OC-MTime', 'accepted')
  answerEmpty(response, created ? 201 : 204)
}

/** The announced length; undefined for a chunked body. macOS announces a chunked one in a header of its own. */
const lengthOf = ({ headers }: IncomingMessage): number | undefined => {
  const announced = headers['content-length'] ?? header({ headers } as IncomingMessage, 'x-expected-entity-length')
  if (announced === undefined) return undefined
  const length = Number(announced)
  if (!Number.isSafeInteger(length) || length < 0) throw new DomainError('BadRequest', 'The length is no number')
  return length
}

const contentTypeOf = ({ headers }: IncomingMessage): string | undefined => {
  const type = headers['content-type']
  // What programs say when they do not know; the name tells more.
  return type === undefined || type === 'application/octet-stream' || type.length > 255 ? undefined : type
}

const partOf = (contentRange: string, size: number) => {
  const { start, end } = parseContentRange(contentRange)
  if (start > size) throw refusal('range-not-satisfiable', 'The part would leave a hole')
  return { start, end }
}
