// What calendars and address books have in common as spaces: made and removed whole, filled with items that are
// examined before they are written, and synchronised. They have no locks: no client of theirs asks for one.

import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { DomainError, isDomainError } from '../../../errors.ts'
import { DAV } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Staged } from '../../../store/blobs/blobs.ts'
import type { Collection, CollectionSettings, ItemFacts } from '../../../store/collections/collections.ts'
import { collectionTopic } from '../../../store/collections/collections.ts'
import type { Store, Tx, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { blobContent } from '../files/node-resource.ts'
import type { LiveProperty } from '../properties/live.ts'
import type { DavPush } from '../push/push.ts'
import { expandProperty } from '../reports/expand-property.ts'
import { syncCollection } from '../reports/sync-collection.ts'
import type { Place, Report, Resource, Space } from '../resource.ts'
import { sharingPosts } from '../sharing/posts.ts'
import { sharedType, sharingProperties } from '../sharing/properties.ts'
import { readOnlyCollection } from '../synthetic.ts'
import { tagsFor } from '../wire/multistatus.ts'
import { CALENDARSERVER, keyOf, type PropertyName } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'
import type { PropertyUpdate } from '../wire/proppatch.ts'
import { type Items, plainItems } from './items.ts'
import {
  type CollectionResource,
  type CollectionTree,
  collectionMembers,
  collectionResource,
  itemResource,
  resolveCollection,
} from './resource.ts'

/** What a value of a property, undefined where it is removed, sets on a collection. */
export type Setting = (value: PropertyUpdate['value'], collection: Collection) => Partial<CollectionSettings>

export type CollectionSpaceOptions = {
  readonly store: Store
  /** The path segment, and the scope of app passwords. */
  readonly name: string
  readonly kind: CollectionTree['kind']
  readonly features: readonly string[]
  /** CALDAV:calendar or CARDDAV:addressbook; conditions and limits are in its namespace. */
  readonly type: PropertyName
  readonly variant?: NonNullable<Space['variant']>
  /** Of every item. */
  readonly contentType: string
  /** Of names that the server chooses, with its dot. */
  readonly extension: string
  /** Bytes of one item. */
  readonly largest: number
  readonly properties: readonly LiveProperty[]
  readonly settings: ReadonlyMap<string, Setting>
  readonly reports: Iterable<readonly [string, Report]>
  readonly methods?: NonNullable<Space['methods']>
  /** What writes items; the store unless given. */
  readonly items?: Items
  /** Makes collections and homes ones whose changes are pushed to devices. */
  readonly push?: DavPush | undefined
  /** What an item says of itself. @throws DomainError with `detail.precondition` for what cannot be an item. */
  examine(content: Buffer, contentType: string | undefined): Examined | Promise<Examined>
  /** @throws DomainError where a collection does not take such an item. */
  admit?(collection: Collection, item: Pick<ItemFacts, 'component'>): void
  /** Collections in every home that are not the store's; their resources name a space of their own. */
  readonly besides?: {
    /** Undefined for what is not in one of them. */
    resolve(
      view: View,
      principal: Principal,
      segments: readonly string[],
    ): Promise<Place<CollectionResource> | undefined>
    members(view: View, home: CollectionResource): Promise<readonly CollectionResource[]>
  }
}

export type Examined = {
  readonly facts: ItemFacts
  /** What was read, for who writes it. */
  readonly object?: unknown
  /** What is stored in place of what was sent. */
  readonly altered?: Buffer | undefined
  /** It is stored as it was sent, and read otherwise by who does not ask for just that: no ETag is told. */
  readonly isReadOtherwise?: boolean
}

export type Findings = {
  readonly facts: ItemFacts
  readonly object: unknown
  readonly altered: Staged | undefined
  readonly isReadOtherwise: boolean
}

const onCollection = ['GET', 'HEAD', 'POST', 'DELETE', 'PROPFIND', 'PROPPATCH', 'REPORT']
const onItem = ['GET', 'HEAD', 'PUT', 'DELETE', 'COPY', 'MOVE', 'PROPFIND', 'PROPPATCH', 'REPORT']
const onHome = [...readOnlyCollection, 'MKCOL']
/** What is subscribed to is written by who publishes it. */
const onSubscribed = onCollection.filter((method) => method !== 'POST')
const onSubscribedItem = ['GET', 'HEAD', 'COPY', 'PROPFIND', 'REPORT']

export const collectionSpace = (options: CollectionSpaceOptions): Space<CollectionResource> => {
  const { store, type, settings, methods, besides, push } = options
  const items = options.items ?? plainItems(store)
  const space: Space<CollectionResource> = {
    name: options.name,
    scope: options.name,
    features: [...options.features, ...(push?.features ?? [])],
    conditions: type.namespace,
    collectionType: type,
    ...(options.variant && { variant: options.variant }),
    largestContent: options.largest,
    properties: [
      ...commonProperties(options),
      ...sharingProperties,
      ...options.properties,
      ...(push?.properties ?? []),
    ],
    reports: new Map([
      [keyOf(DAV, 'sync-collection'), syncCollection],
      [keyOf(DAV, 'expand-property'), expandProperty],
      ...options.reports,
    ]),
    ...(methods && { methods }),
    posts: new Map([...sharingPosts, ...(push?.posts ?? [])]),
    ...(push && { watched: watched(options.kind) }),
    resolve: async (view, principal, segments) =>
      (await besides?.resolve(view, principal, segments)) ?? resolveCollection(tree, view, principal, segments),
    allows: ({ level, collection }) =>
      level === 'item'
        ? collection?.source == null
          ? onItem
          : onSubscribedItem
        : level === 'collection'
          ? collection?.source == null
            ? onCollection
            : onSubscribed
          : level === 'home'
            ? onHome
            : readOnlyCollection,
    async members(view, resource, page) {
      const members = await collectionMembers(tree, view, resource, page)
      if (resource.level !== 'home' || besides === undefined || members.length === page.limit) return members
      // They come last, by names that no collection of the store has.
      const others = await besides.members(view, resource)
      return others.some(({ name }) => name === page.after) ? [] : [...members, ...others]
    },
    lineage: async () => [],
    quota: (view, { accountId }) => store.files.usage(view, accountId),
    async syncToken(_view, { level, collection }) {
      return level === 'collection' && collection ? store.collections.token(collection) : undefined
    },
    async changes(view, { collection, href }, { token, limit }) {
      if (collection === undefined) throw refusal('supported-report', 'Synchronise what is in it, one by one')
      const changes = await store.collections.since(view, collection, token, { limit })
      if (changes === 'tooOld') return 'tooOld'
      return {
        ...changes,
        changed: changes.changed.map((item) => itemResource(tree, href, collection, item)),
        removed: changes.gone.map((name) => href + encodeSegment(name)),
      }
    },
    async content(view, { item }) {
      const blob = item && (await store.blobs.get(view, item.blobId))
      if (blob === undefined) throw new DomainError('NotFound', 'It has no content')
      return blobContent(store, blob)
    },
    async examine(staged, contentType): Promise<Findings> {
      const examined = await options.examine(await bytesOf(store, staged), contentType)
      const { facts, object, altered, isReadOtherwise = false } = examined
      return {
        facts,
        object,
        isReadOtherwise,
        altered: altered && (await store.blobs.receive(Readable.from([altered]))),
      }
    },
    async put(tx, place, { staged, findings, modifiedAt }) {
      // LOCK would make an empty resource.
      if (findings === undefined) throw refusal('method-not-allowed', 'Nothing empty is kept here')
      const { facts, object, altered, isReadOtherwise } = findings as Findings
      const parent = requireCollection(place)
      options.admit?.(parent.collection, facts)
      const item = { ...facts, name: place.name, staged: altered ?? staged, modifiedAt }
      const put = { collection: parent.collection, item, object, former: place.resource?.item }
      const written = await namingHref(parent.href, () => items.put(tx, put))
      const resource = itemResource(tree, parent.href, parent.collection, written.item)
      const isAsSent = altered === undefined && written.altered !== true && !isReadOtherwise
      return { resource, created: written.created, altered: !isAsSent }
    },
    memberName: () => randomUUID() + options.extension,
    async makeCollection(tx, { name, parent }) {
      if (parent?.level !== 'home')
        throw new DomainError('Forbidden', 'It is made in the home', { precondition: locationCondition(type) })
      const { accountId, href } = parent
      return collectionResource(tree, href, await store.collections.create(tx, { accountId, kind: options.kind, name }))
    },
    async remove(tx, { collection, item, grant }, removeOptions) {
      if (collection === undefined) throw refusal('method-not-allowed', 'The home stays')
      if (grant?.isRoot && grant.share !== undefined) {
        await store.shares.decline(tx, grant.share.accountId, grant.share.id)
        return {}
      }
      if (item !== undefined) await items.remove(tx, collection, item, removeOptions)
      else await items.removeCollection(tx, collection)
      return item === undefined ? { finish: () => store.collections.tidy() } : {}
    },
    async move(tx, { collection: from, item }, to) {
      if (from === undefined || item === undefined) throw refusal('method-not-allowed', 'It is not moved')
      const parent = requireTarget(space, to)
      options.admit?.(parent.collection, item)
      await namingHref(parent.href, () => items.move(tx, item, { from, to: parent.collection, name: to.name }))
      return {}
    },
    async copy({ item }, { guard }) {
      if (item === undefined) throw refusal('method-not-allowed', 'It is not copied')
      await store.write(async (tx) => {
        const to = await guard(tx)
        const parent = requireTarget(space, to)
        options.admit?.(parent.collection, item)
        const target = { collection: parent.collection, name: to.name }
        await namingHref(parent.href, () => items.copy(tx, item, target))
      })
    },
    async setProperty(tx, resource, update) {
      const { level, grant } = resource
      // Those before it in the same request may have changed it.
      const collection = resource.collection && (await store.collections.get(tx, resource.collection.id))
      const setting = settings.get(keyOf(update.namespace, update.name))
      if (setting === undefined || level !== 'collection' || collection === undefined) return false
      const set = setting(update.value, collection)
      if (space.isPersonal?.(resource, update) && grant?.share !== undefined)
        await store.shares.update(tx, grant.share, set)
      else if (grant?.isRoot && Object.keys(set).some((key) => ownersAlone.has(key))) return false
      else await store.collections.update(tx, collection, set)
      return true
    },
    shareable: ({ level, collection, space: its }) =>
      level === 'collection' && collection && its === space
        ? { ownerId: collection.accountId, kind: options.kind, itemId: collection.id }
        : undefined,
    isPersonal({ level, grant, collection }, { namespace, name, value }) {
      const setting = settings.get(keyOf(namespace, name))
      if (setting === undefined || collection === undefined || level !== 'collection' || !grant?.isRoot) return false
      return Object.keys(setting(value, collection)).every((key) => personal.has(key))
    },
    touch: (tx, resource) => touch(store, tx, resource),
  }
  const tree: CollectionTree = { store, space, kind: options.kind, contentType: options.contentType }
  return space
}

/** What everybody sets for themselves of what is shared with them. */
const personal: ReadonlySet<string> = new Set(['displayName', 'colour', 'sortOrder'])

/**
 * What the owner alone sets of what is shared. Free-busy looks at one's own calendars, and what others share takes no
 * time in any case; where a calendar comes from is not for guests to say.
 */
const ownersAlone: ReadonlySet<string> = new Set(['transparent', 'source', 'refreshRate', 'strip'])

/** A home changes when a collection comes or goes, a collection with what is in it. */
const watched =
  (kind: CollectionTree['kind']): NonNullable<Space<CollectionResource>['watched']> =>
  ({ level, collection, accountId, grant }) => {
    if (level === 'home') return { topic: collectionTopic(kind, accountId), settings: '' }
    if (level !== 'collection' || collection === undefined) return undefined
    const { displayName, description, colour, sortOrder, components, timezone, transparent } = collection
    const settings = [displayName, description, colour, sortOrder, components, timezone, transparent, grant?.access]
    return { topic: collectionTopic(collection.kind, collection.accountId), settings: JSON.stringify(settings) }
  }

const locationCondition = ({ name }: PropertyName): string => `${name}-collection-location-ok`

const commonProperties = ({ store, type, largest }: CollectionSpaceOptions): readonly LiveProperty[] => {
  const { empty } = tagsFor(type.namespace, type.name)
  const subscribed = tagsFor(CALENDARSERVER, 'subscribed').empty
  const ofCollection = (
    property: Pick<LiveProperty, 'namespace' | 'name'>,
    inAllprop: boolean,
    read: (collection: Collection, resource: CollectionResource) => string,
  ): LiveProperty => ({
    ...property,
    inAllprop,
    read: (resource) => {
      const { level, collection } = resource as CollectionResource
      return level === 'collection' && collection ? read(collection, resource as CollectionResource) : undefined
    },
  })
  return [
    {
      namespace: DAV,
      name: 'resourcetype',
      inAllprop: true,
      needs: 'shares',
      read: (resource, page) => {
        if (!resource.isCollection) return ''
        const { level, type: own, collection } = resource as CollectionResource
        const tag = own ? tagsFor(own.namespace, own.name).empty : empty
        if (level !== 'collection') return '<D:collection/>'
        return `<D:collection/>${tag}${collection?.source == null ? '' : subscribed}${sharedType(resource, page)}`
      },
    },
    {
      namespace: DAV,
      name: 'displayname',
      inAllprop: true,
      read: (resource) => escapeText(displayName(resource as CollectionResource)),
    },
    { namespace: DAV, name: 'supportedlock', inAllprop: true, read: () => '' },
    ofCollection({ namespace: type.namespace, name: 'max-resource-size' }, false, () => String(largest)),
    // A restored backup may come to the same position by another history: what an old client compares has the epoch too.
    ofCollection({ namespace: CALENDARSERVER, name: 'getctag' }, false, (collection, { space }) =>
      escapeText(`${(space as Space).name}-${store.collections.token(collection)}`),
    ),
  ]
}

const displayName = ({ level, collection, name }: CollectionResource): string =>
  level === 'collection' ? (collection?.displayName ?? name) : name

/** A content as a whole: it is no larger than an item may be. */
const bytesOf = async (store: Store, { hash, size, data }: Staged): Promise<Buffer> => {
  const content = store.blobs.open({ hash, size, data: data ?? null })
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.concat(await content.toArray())
}

type InCollection = CollectionResource & { readonly collection: Collection }

const requireCollection = ({ parent }: Place<CollectionResource>): InCollection => {
  if (parent?.level !== 'collection' || parent.collection === undefined)
    throw refusal('method-not-allowed', 'Items are in collections', { allow: ['OPTIONS', ...onHome] })
  if (parent.collection.source !== null) {
    const missing = [{ href: parent.href, privilege: 'bind' }]
    throw refusal('need-privileges', 'It is subscribed to, and written by who publishes it', { missing })
  }
  return parent as InCollection
}

const requireTarget = (space: Space<CollectionResource>, to: Place): InCollection => {
  if (to.space !== (space as unknown as Space)) throw refusal('other-server', 'It does not go there')
  return requireCollection(to as unknown as Place<CollectionResource>)
}

/** The store names the item that is in the way; a client is told its address. RFC 4791 §5.3.2.1 */
const namingHref = async <T>(collectionHref: string, write: () => Promise<T>): Promise<T> => {
  try {
    return await write()
  } catch (error) {
    if (!isDomainError(error) || typeof error.detail.existing !== 'string') throw error
    const { existing, collection } = error.detail
    // RFC 6638 §3.2.4.1: it may be in another calendar of the home.
    const at = typeof collection === 'string' ? `../${collection}/` : ''
    const base = new URL(at.split('/').map(encodeSegment).join('/'), `https://twin${collectionHref}`).pathname
    const href = base + encodeSegment(existing)
    throw new DomainError(error.code, error.message, { ...error.detail, href })
  }
}

const touch = async (
  store: Store,
  tx: Tx,
  { level, collection, item, grant }: CollectionResource & Resource,
): Promise<void> => {
  // Who may only read has set what is theirs alone.
  if (collection === undefined || grant?.access === 'read') return
  if (level === 'item' && item !== undefined) await store.collections.touchItem(tx, collection, item)
  else await store.collections.update(tx, collection)
}
