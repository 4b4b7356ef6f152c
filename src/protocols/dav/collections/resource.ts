// Where the URLs of calendars and address books lead: a home an account, collections in it, items in those. In a home
// are its owner's and those that others share with them, which stay theirs. What is one's own is found without a look
// at what is shared. The home of another is open to who acts for them, as far as calendars go.

import { DomainError } from '../../../errors.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Collection, CollectionKind, Item } from '../../../store/collections/collections.ts'
import { collectionKind, itemKind } from '../../../store/collections/collections.ts'
import type { Received, ShareKind } from '../../../store/shares/shares.ts'
import type { Store, View } from '../../../store/store.ts'
import { type Grant, grantInside } from '../privileges.ts'
import type { Place, Resource, Space } from '../resource.ts'
import { synthetic } from '../synthetic.ts'
import type { PropertyName } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'

export type CollectionResource = Resource & {
  readonly level: 'top' | 'home' | 'collection' | 'item'
  /** Of a calendar or an address book itself, and of what is in it. */
  readonly collection: CollectionHere | undefined
  readonly item: Item | undefined
  /** Of a collection that is not of the type of its space's others. */
  readonly type?: PropertyName
  /** Whose homes are below, of what is above them. */
  readonly account?: string
  /** An item's content, as a report asks for it. */
  readonly data?: string | undefined
}

/** A collection as it is in a home: of one that is shared with its owner, named and shown as they like. */
export type CollectionHere = Collection & { readonly grant?: Grant | undefined }

export type CollectionTree = {
  readonly store: Store
  readonly space: Space<CollectionResource>
  readonly kind: ShareKind & CollectionKind
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

/** As what somebody has the calendars of another: as their proxy, or as who looks after the twin and so its rooms. */
const openHome = async (
  { store, kind }: CollectionTree,
  view: View,
  principal: Principal,
  account: string,
): Promise<{ readonly ownerId: number; readonly access: Grant['access'] } | undefined> => {
  if (kind !== 'calendar') return undefined
  const proxy = await store.shares.proxies.find(view, account, principal.accountId)
  if (proxy !== undefined || !principal.isAdmin) return proxy
  const room = await store.accounts.byName(view, account)
  return room?.name === account && room.kind !== 'person' ? { ownerId: room.id, access: 'write' } : undefined
}

/** @throws DomainError NotFound for a home that is neither one's own nor that of somebody one acts for. */
const homeOf = async (
  tree: CollectionTree,
  view: View,
  principal: Principal,
  account: string,
): Promise<CollectionResource> => {
  if (account === principal.name) return home(tree, principal)
  const open = await openHome(tree, view, principal, account)
  if (open === undefined) throw new DomainError('NotFound', 'There is nothing at this address')
  return {
    ...home(tree, principal),
    href: homeHref(tree.space.name, account),
    name: account,
    accountId: open.ownerId,
    grant: { access: open.access, owner: account, share: undefined, isRoot: false },
  }
}

export const collectionResource = (
  { space }: CollectionTree,
  homeHref: string,
  collection: CollectionHere,
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
  ...(collection.grant && { grant: collection.grant }),
  level: 'collection',
  collection,
  item: undefined,
})

export const itemResource = (
  { space, contentType }: Pick<CollectionTree, 'space' | 'contentType'>,
  collectionHref: string,
  collection: CollectionHere,
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
  ...(collection.grant && { grant: grantInside(collection.grant) }),
  ...(item.scheduleTag !== null && { scheduleTag: item.scheduleTag }),
  level: 'item',
  collection,
  item,
})

/** One's own as it is; of a home that is open by a grant, under that grant. */
const inHome = ({ grant }: CollectionResource, collection: Collection): CollectionHere =>
  grant === undefined ? collection : { ...collection, grant }

/** What is shared with the owner of the home, under the name that it has there. */
const received = async (
  { store }: CollectionTree,
  view: View,
  { grant }: CollectionResource,
  share: Received,
): Promise<CollectionHere | undefined> => {
  const collection = await store.collections.get(view, share.itemId)
  return (
    collection && {
      ...collection,
      name: share.name,
      // Everybody has a calendar of the name that the first one has.
      displayName: share.displayName ?? `${collection.displayName ?? collection.name} (${share.ownerDisplayName})`,
      colour: share.colour ?? collection.colour,
      sortOrder: share.sortOrder ?? collection.sortOrder,
      // What others do takes none of one's own time.
      transparent: true,
      grant: {
        access: grant?.access === 'read' ? 'read' : share.access,
        owner: share.ownerName,
        share,
        isRoot: true,
      },
    }
  )
}

/** A collection of a home, by its name there. */
const collectionIn = async (
  tree: CollectionTree,
  view: View,
  atHome: CollectionResource,
  name: string,
): Promise<CollectionHere | undefined> => {
  const { store, kind } = tree
  const at = { accountId: atHome.accountId, kind, name }
  const own = await store.collections.find(view, at)
  if (own !== undefined) return inHome(atHome, own)
  const share = await store.shares.find(view, at)
  return share && received(tree, view, atHome, share)
}

/** Those of a home, by name, from after one. */
export const collectionsIn = async (
  tree: CollectionTree,
  view: View,
  atHome: CollectionResource,
  page: { after: string | undefined; limit: number },
): Promise<CollectionHere[]> => {
  const { store, kind } = tree
  const of = { accountId: atHome.accountId, kind }
  const own = await store.collections.list(view, of, page)
  const shares = await store.shares.list(view, of, page)
  if (shares.length === 0) return own.map((one) => inHome(atHome, one))
  const others = await Promise.all(shares.map((share) => received(tree, view, atHome, share)))
  return [...own.map((one) => inHome(atHome, one)), ...others.filter((one) => one !== undefined)]
    .sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)))
    .slice(0, page.limit)
}

/** @throws DomainError NotFound for what belongs to others. */
export const resolveCollection = async (
  tree: CollectionTree,
  view: View,
  principal: Principal,
  [account, name, itemName, ...more]: readonly string[],
): Promise<Place<CollectionResource>> => {
  const { store, space } = tree
  const place = (resource: CollectionResource, parent?: CollectionResource) => ({
    space,
    href: resource.href,
    name: resource.name,
    resource,
    parent,
  })
  if (account === undefined) return place(top(tree, principal))
  const atHome = await homeOf(tree, view, principal, account)
  if (name === undefined) return place(atHome)
  const collection = await collectionIn(tree, view, atHome, name)
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
  const { store, space } = tree
  const { level, href, collection } = resource
  if (level === 'top') {
    const name = resource.account ?? ''
    const own = { ...resource, href: homeHref(space.name, name), name, level: 'home' as const }
    return page.after === undefined ? [own] : []
  }
  if (level === 'home') {
    const collections = await collectionsIn(tree, view, resource, page)
    return collections.map((one) => collectionResource(tree, href, one))
  }
  if (collection === undefined || level === 'item') return []
  const items = await store.collections.items(view, collection, page)
  return items.map((item) => itemResource(tree, href, collection, item))
}
