// What PUT, a partial update and POST share: where content may go, putting it there, and the answer.

import type { Tx, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../exchange.ts'
import { guard } from '../guard.ts'
import type { Place, Resource } from '../resource.ts'
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
