// Write locks (RFC 4918 §6, §7). A lock is kept by the item that it is on, and covers what the item covers:
// itself, and with Depth: infinity everything below. Where nobody holds a lock, everything here asks one question.

import type { Lock } from '../../store/locks.ts'
import { requireTokens } from '../../store/locks.ts'
import type { Tx, View } from '../../store/store.ts'
import type { Exchange } from './exchange.ts'
import { header } from './exchange.ts'
import type { RootedLock } from './properties/locks.ts'
import type { Place, Resource } from './resource.ts'
import { parseIf, submittedTokens } from './wire/if-header.ts'

/** The locks that cover a resource: its own, and deep ones from above. */
export const locksCovering = async (
  { store, principal }: Exchange,
  view: View,
  resource: Resource,
): Promise<RootedLock[]> => {
  const { kind, id, space } = resource
  if (kind === undefined || !(await store.locks.any(view, kind))) return []
  const lineage = await space.lineage(view, principal, id)
  const hrefs = new Map(lineage.map((item) => [item.id, item.href]))
  const locks = await store.locks.covering(view, kind, id, [...hrefs.keys()])
  return locks.map((lock) => ({ ...lock, root: hrefs.get(lock.itemId) ?? resource.href }))
}

/** The locks that cover a place: of a URL where nothing is, those that would cover what is made there. */
export const locksAt = async (exchange: Exchange, view: View, place: Place): Promise<RootedLock[]> => {
  if (place.resource !== undefined) return locksCovering(exchange, view, place.resource)
  if (place.parent === undefined) return []
  return (await locksCovering(exchange, view, place.parent)).filter(({ deep }) => deep)
}

/** The locks on what is inside a collection, at any depth. */
export const locksBelow = async (
  { store, principal }: Exchange,
  view: View,
  collection: Resource,
): Promise<RootedLock[]> => {
  const { kind, id, space } = collection
  if (kind === undefined || !(await store.locks.any(view, kind))) return []
  const below: RootedLock[] = []
  for (const lock of await store.locks.alive(view, kind)) {
    if (lock.itemId === id) continue
    const lineage = await space.lineage(view, principal, lock.itemId)
    if (lineage.some((item) => item.id === id)) below.push({ ...lock, root: lineage.at(-1)?.href ?? collection.href })
  }
  return below
}

/** §7.6, §9.6: what is inside a tree that moves or goes is no longer locked; the store looks to the tree itself. */
export const releaseBelow = async (exchange: Exchange, tx: Tx, resource: Resource): Promise<void> => {
  if (!resource.isCollection || resource.kind === undefined) return
  const below = await locksBelow(exchange, tx, resource)
  await exchange.store.locks.forget(
    tx,
    resource.kind,
    below.map(({ itemId }) => itemId),
  )
}

/** What a method is about to change. RFC 4918 §7 */
export type Touch = {
  /** The resource itself, its content or properties. */
  readonly self?: boolean
  /** Its being a member of its parent (§7.4). */
  readonly membership?: boolean
  /** Everything below it. */
  readonly below?: boolean
}

/**
 * Requires a token for each lock that what is touched is under.
 *
 * @throws DomainError Locked with `detail.locks`, those whose tokens were not submitted.
 */
export const requireUnlocked = async (exchange: Exchange, view: View, place: Place, touch: Touch): Promise<void> => {
  const { resource, parent } = place
  const { accountId } = exchange.principal
  const require = (locks: readonly Lock[]) => {
    if (locks.length > 0) requireTokens(locks, accountId, tokensOf(exchange))
  }
  if (touch.self && resource !== undefined) require(await locksCovering(exchange, view, resource))
  if (touch.membership && parent !== undefined) require(await locksCovering(exchange, view, parent))
  // Each resource below has its own locks: a token for one of them opens no other.
  if (touch.below && resource?.isCollection)
    for (const locks of Map.groupBy(await locksBelow(exchange, view, resource), ({ itemId }) => itemId).values())
      require(locks)
}

/** The state tokens of the If header. */
const tokensOf = ({ request }: Exchange): ReadonlySet<string> => {
  const value = header(request, 'if')
  return value === undefined ? new Set() : submittedTokens(parseIf(value))
}
