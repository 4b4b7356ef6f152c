// Where the URLs of calendars and address books lead: a home an account, collections in it, items in those.

import { DomainError } from '../../../errors.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Collection, CollectionKind, Item } from '../../../store/collections/collections.ts'
import { collectionKind, itemKind } from '../../../store/collections/collections.ts'
import type { Store, View } from '../../../store/store.ts'
import type { Place, Resource, Space } from '../resource.ts'
import { synthetic } from '../synthetic.ts'
import { encodeSegment } from '../wire/path.ts'

export type CollectionResource = Resource & {
  readonly level: 'top' | 'home' | 'collection' | 'item'
  /** Of a calendar or an address book itself, and of what is in it. */
  readonly collection: Collection | undefined
  readonly item: Item | undefined
  /** Whose homes are below, of what is above them. */
  readonly account?: string
  /** An item's content, as a report asks for it. */
  readonly data?: string | undefined
}

export type CollectionTree = {
  readonly store: Store
  readonly space: Space<CollectionResource>
  readonly kind: CollectionKind
  /** Of every item. */
  readonly contentType: string
}

const top = ({ space }: CollectionTree, principal: Principal): CollectionResource => ({
  ...synthetic(space, principal, `/dav/${space.name}/`, space.name),
  level: 'top',
  account: principal.name,
  collection: undefined,
  item: undefined,
})

export const homeHref = (space: string, account: string): string => `/dav/${space}/${encodeSegment(account)}/`

const home = (tree: CollectionTree, principal: Principal): CollectionResource => ({
  ...top(tree, principal),
  href: homeHref(tree.space.name, principal.name),
  name: principal.name,
  level: 'home',
})

export const collectionResource = (
  { space }: CollectionTree,
  homeHref: string,
  collection: Collection,
): CollectionResource => ({
  space,
  kind: collectionKind,
  id: collection.id,
  accountId: collection.accountId,
  href: `${homeHref}${encodeSegment(collection.name)}/`,
  name: collection.name,
  isCollection: true,
  etag: undefined,
  size: 0,
  contentType: undefined,
  createdAt: collection.createdAt,
  modifiedAt: undefined,
  level: 'collection',
  collection,
  item: undefined,
})

export const itemResource = (
  { space, contentType }: Pick<CollectionTree, 'space' | 'contentType'>,
  collectionHref: string,
  collection: Collection,
  item: Item,
): CollectionResource => ({
  space,
  kind: itemKind,
  id: item.id,
  accountId: item.accountId,
  href: collectionHref + encodeSegment(item.name),
  name: item.name,
  isCollection: false,
  etag: item.etag,
  size: item.size,
  contentType,
  createdAt: item.createdAt,
  modifiedAt: item.modifiedAt,
  level: 'item',
  collection,
  item,
})

/** @throws DomainError NotFound for what belongs to others. */
export const resolveCollection = async (
  tree: CollectionTree,
  view: View,
  principal: Principal,
  [account, name, itemName, ...more]: readonly string[],
): Promise<Place<CollectionResource>> => {
  const { store, space, kind } = tree
  const place = (resource: CollectionResource, parent?: CollectionResource) => ({
    space,
    href: resource.href,
    name: resource.name,
    resource,
    parent,
  })
  if (account === undefined) return place(top(tree, principal))
  if (account !== principal.name) throw new DomainError('NotFound', 'There is nothing at this address')
  const atHome = home(tree, principal)
  if (name === undefined) return place(atHome)
  const collection = await store.collections.find(view, { accountId: principal.accountId, kind, name })
  const found = collection && collectionResource(tree, atHome.href, collection)
  const nothing = (below: string, parent: CollectionResource | undefined) => ({
    space,
    href: atHome.href + below,
    name: more.at(-1) ?? itemName ?? name,
    resource: undefined,
    parent,
  })
  if (itemName === undefined) return found ? place(found, atHome) : nothing(encodeSegment(name), atHome)
  const below = [name, itemName, ...more].map(encodeSegment).join('/')
  if (!found || !collection || more.length > 0) return nothing(below, undefined)
  const item = await store.collections.item(view, collection, itemName)
  return item ? place(itemResource(tree, found.href, collection, item), found) : nothing(below, found)
}

export const collectionMembers = async (
  tree: CollectionTree,
  view: View,
  resource: CollectionResource,
  page: { after: string | undefined; limit: number },
): Promise<CollectionResource[]> => {
  const { store, space, kind } = tree
  const { level, accountId, href, collection } = resource
  if (level === 'top') {
    const name = resource.account ?? ''
    const own = { ...resource, href: homeHref(space.name, name), name, level: 'home' as const }
    return page.after === undefined ? [own] : []
  }
  if (level === 'home') {
    const collections = await store.collections.list(view, { accountId, kind }, page)
    return collections.map((one) => collectionResource(tree, href, one))
  }
  if (collection === undefined || level === 'item') return []
  const items = await store.collections.items(view, collection, page)
  return items.map((item) => itemResource(tree, href, collection, item))
}
