// What the properties of some resources need from the store, in as few queries as there are kinds of it.

import type { Property } from '../../../store/properties.ts'
import type { Shareable, Sharee } from '../../../store/shares/shares.ts'
import type { View } from '../../../store/store.ts'
import type { Exchange } from '../exchange.ts'
import { locksCovering } from '../locking.ts'
import { mayShare } from '../privileges.ts'
import type { Resource } from '../resource.ts'
import { writeSyncToken } from '../wire/sync-collection.ts'
import type { Page } from './live.ts'
import type { RootedLock } from './locks.ts'
import type { Plan } from './plan.ts'

const none: readonly never[] = []

/** @param resources a collection and some of its members, or one resource; all of one space. */
export const gatherPage = async (
  exchange: Exchange,
  view: View,
  plan: Plan,
  resources: readonly Resource[],
  collection: Resource,
): Promise<Page> => {
  const { needs } = plan
  const { space } = collection
  const locks = needs.has('locks') ? await gatherLocks(exchange, view, resources, collection) : undefined
  const dead = needs.has('dead') ? await gatherDead(exchange, view, resources) : undefined
  const tokens = needs.has('sync-token') ? await gatherTokens(view, resources) : undefined
  const shares = needs.has('shares') && resources.some(mayShare) ? await gatherShares(exchange, view) : undefined
  return {
    principal: exchange.principal,
    now: view.now,
    locksOn: ({ id }) => locks?.(id) ?? none,
    deadOn: ({ id }) => dead?.get(id) ?? none,
    quota: needs.has('quota') ? await space.quota?.(view, collection) : undefined,
    syncTokenOf: ({ id }) => tokens?.get(id),
    shareesOf: (resource) => shares?.get(itemKey(resource.space.shareable?.(resource))) ?? none,
    actsFor: needs.has('proxies') ? await exchange.store.shares.proxies.for(view, exchange.principal.accountId) : none,
    domain: exchange.store.domain,
  }
}

const gatherTokens = async (view: View, resources: readonly Resource[]): Promise<Map<number, string>> => {
  const tokens = new Map<number, string>()
  for (const resource of resources) {
    const token = resource.isCollection ? await resource.space.syncToken?.(view, resource) : undefined
    if (token !== undefined) tokens.set(resource.id, writeSyncToken(token))
  }
  return tokens
}

const itemKey = (item: Pick<Shareable, 'kind' | 'itemId'> | undefined): string => `${item?.kind}/${item?.itemId}`

/** All that the principal shares, by what it is: one look into an index, which finds nothing where nothing is shared. */
const gatherShares = async ({ store, principal }: Exchange, view: View): Promise<Map<string, Sharee[]>> =>
  Map.groupBy(await store.shares.given(view, principal.accountId), itemKey)

const gatherDead = async (
  { store }: Exchange,
  view: View,
  resources: readonly Resource[],
): Promise<Map<number, Property[]> | undefined> => {
  const kind = resources[0]?.kind
  if (kind === undefined) return undefined
  return store.properties.listMany(
    view,
    kind,
    resources.map(({ id }) => id),
  )
}

const gatherLocks = async (
  exchange: Exchange,
  view: View,
  resources: readonly Resource[],
  collection: Resource,
): Promise<((id: number) => readonly RootedLock[]) | undefined> => {
  if (collection.kind === undefined || !(await exchange.store.locks.any(view, collection.kind))) return undefined
  const above = await locksCovering(exchange, view, collection)
  const inherited = above.filter(({ deep }) => deep)
  const members = resources.filter(({ id }) => id !== collection.id)
  const hrefs = new Map(members.map(({ id, href }) => [id, href]))
  const own = members.length === 0 ? [] : await exchange.store.locks.on(view, collection.kind, [...hrefs.keys()])
  return (id) =>
    id === collection.id
      ? above
      : [
          ...inherited,
          ...own.filter(({ itemId }) => itemId === id).map((lock) => ({ ...lock, root: hrefs.get(id) ?? '' })),
        ]
}
