// What PUT, a partial update and POST share: where content may go, putting it there, and the answer.

import { DomainError, isDomainError } from '../../../errors.ts'
import type { Staged } from '../../../store/blobs/blobs.ts'
import type { Tx, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import { requirePrivileges } from '../privileges.ts'
import type { Place, Space, Written } from '../resource.ts'
import { parseMtime } from '../wire/headers.ts'
import { requireAllowed } from './require.ts'

/** Where the body goes, if it may go there now. */
export const requireWritable = async (exchange: Exchange, view: View): Promise<Place> => {
  const place = await locateRequest(exchange, view)
  const { resource, parent } = place
  if (resource !== undefined) requireAllowed(resource, 'PUT')
  // RFC 4918 §9.7.1: an intermediate collection is never made on the way.
  else if (parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
  else if (place.space.put === undefined) requireAllowed(parent, 'PUT')
  requirePrivileges(resource === undefined ? [parent, 'bind'] : [resource, 'write-content'])
  // RFC 4918 §7.4: a new member changes the collection, new content does not.
  await guard(exchange, view, place, resource === undefined ? { membership: true } : { self: true })
  return place
}

export const putAt = (tx: Tx, place: Place, content: Parameters<NonNullable<Place['space']['put']>>[2]) => {
  if (place.space.put === undefined) throw refusal('method-not-allowed', 'Nothing is written here')
  return place.space.put(tx, place, content)
}

/** The space of the request itself; its `resolve` says whether anything can be there. */
export const spaceOf = ({ spaces, segments }: Exchange): Space | undefined => spaces.get(segments[1] ?? '')

/** The request's body, set aside. */
export const receive = async (
  { request, store }: Exchange,
  space: Space | undefined,
  { expectedSize, limit = Number.POSITIVE_INFINITY }: { expectedSize?: number | undefined; limit?: number | undefined },
): Promise<Staged> => {
  const largest = space?.largestContent ?? Number.POSITIVE_INFINITY
  const tooLarge = () =>
    new DomainError('TooLarge', `At most ${largest} bytes are kept here`, { precondition: 'max-resource-size' })
  if (expectedSize !== undefined && expectedSize > largest) throw tooLarge()
  try {
    const bound = Math.min(limit, largest)
    return await store.blobs.receive(request, { expectedSize, ...(Number.isFinite(bound) && { limit: bound }) })
  } catch (error) {
    throw largest < limit && isDomainError(error, 'TooLarge') ? tooLarge() : error
  }
}

export const answerWritten = (
  { request, response }: Exchange,
  { resource, created, altered = false }: Written,
): void => {
  if (resource.etag !== undefined && !altered) response.setHeader('ETag', `"${resource.etag}"`)
  if (resource.scheduleTag !== undefined) response.setHeader('Schedule-Tag', `"${resource.scheduleTag}"`) // RFC 6638 §8.2
  // ownCloud's: tells rclone and the desktop clients that the time they sent was kept.
  if (parseMtime(header(request, 'x-oc-mtime')) !== undefined) response.setHeader('X-OC-MTime', 'accepted')
  answerEmpty(response, created ? 201 : 204)
}
