// What must hold before a method does anything: HTTP's conditions, then the If header, then the locks. A method that
// writes asks inside its write, where nothing can change between the question and the deed.

import { DomainError } from '../../errors.ts'
import type { View } from '../../store/store.ts'
import { checkConditions } from './conditional.ts'
import { type Exchange, header, locate } from './exchange.ts'
import { locksAt, requireUnlocked, type Touch } from './locking.ts'
import type { Place } from './resource.ts'
import { pathOnThisServer } from './wire/destination.ts'
import { type Condition, type List, parseIf } from './wire/if-header.ts'
import { parsePath } from './wire/path.ts'
import { parseSyncToken } from './wire/sync-collection.ts'

/** @throws DomainError PreconditionFailed, Locked */
export const guard = async (exchange: Exchange, view: View, place: Place, touch: Touch): Promise<void> => {
  checkConditions(exchange.request, place.resource)
  await requireIf(exchange, view, place)
  await requireUnlocked(exchange, view, place, touch)
}

/** RFC 4918 §10.4.3: the If header holds when one of its lists does. @throws DomainError PreconditionFailed */
export const requireIf = async (exchange: Exchange, view: View, place: Place): Promise<void> => {
  const value = header(exchange.request, 'if')
  if (value === undefined) return
  for (const list of parseIf(value)) if (await listHolds(exchange, view, list, place)) return
  throw new DomainError('PreconditionFailed', 'The If header does not hold')
}

const listHolds = async (exchange: Exchange, view: View, list: List, request: Place): Promise<boolean> => {
  const place = list.resource === undefined ? request : await taggedPlace(exchange, view, list.resource)
  for (const condition of list.conditions)
    if ((await conditionHolds(exchange, view, condition, place)) === condition.not) return false
  return true
}

/** §10.4.4: a resource that is not there, or not here, has no state: nothing but Not matches it. */
const taggedPlace = async (exchange: Exchange, view: View, reference: string): Promise<Place | undefined> => {
  try {
    const path = pathOnThisServer(reference, exchange.request.headers.host, 'A Resource-Tag')
    return await locate(exchange, view, parsePath(path).segments)
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
}

const conditionHolds = async (
  exchange: Exchange,
  view: View,
  condition: Condition,
  place: Place | undefined,
): Promise<boolean> => {
  if (place === undefined) return false
  const { resource } = place
  if ('entityTag' in condition) {
    const { weak, opaque } = condition.entityTag
    return !weak && resource?.etag !== undefined && opaque === resource.etag
  }
  const since = parseSyncToken(condition.token)
  if (since !== undefined)
    // RFC 6578 §5: a sync-token is a state token of its collection.
    return resource?.isCollection === true && since === (await resource.space.syncToken?.(view, resource))
  return (await locksAt(exchange, view, place)).some(({ token }) => token === condition.token)
}
