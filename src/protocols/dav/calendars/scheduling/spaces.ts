// The spaces of inbox and outbox, beside the calendars in every home. What arrives in an inbox can be read,
// synchronised and deleted; nothing is put there by clients.

import { DomainError } from '../../../../errors.ts'
import { DAV } from '../../../../formats/xml/element.ts'
import { calendarsAtOnce } from '../../../../limits.ts'
import type { Principal } from '../../../../store/accounts/principal.ts'
import { type Collection, collectionKind } from '../../../../store/collections/collections.ts'
import type { Store, View } from '../../../../store/store.ts'
import { type CollectionResource, itemResource } from '../../collections/resource.ts'
import type { CollectionSpaceOptions } from '../../collections/space.ts'
import { refusal } from '../../errors.ts'
import { blobContent } from '../../files/node-resource.ts'
import { expandProperty } from '../../reports/expand-property.ts'
import { syncCollection } from '../../reports/sync-collection.ts'
import type { Place, Space } from '../../resource.ts'
import { CALDAV, keyOf, type PropertyName } from '../../wire/names.ts'
import { encodeSegment } from '../../wire/path.ts'
import { calendarMultiget } from '../calendar-multiget.ts'
import { calendarQuery } from '../calendar-query.ts'
import { calendarType } from '../properties.ts'
import { inboxSetting } from './inbox-properties.ts'
import { inboxName, outboxName } from './names.ts'
import { type InboxResource, isInbox, type OutboxResource } from './resource.ts'
import { roomHomes } from './rooms.ts'

export type Shared = Pick<
  Space<CollectionResource>,
  'name' | 'scope' | 'features' | 'conditions' | 'lineage' | 'resolve'
>

/** @param calendars the space of the homes that they are in. */
export const scheduling = (
  store: Store,
  calendars: () => Space<CollectionResource>,
): NonNullable<CollectionSpaceOptions['besides']> => {
  const shared: Shared = {
    name: 'calendars',
    scope: 'calendars',
    features: [],
    conditions: CALDAV,
    lineage: async () => [],
    resolve: (view, principal, segments) => calendars().resolve(view, principal, segments),
  }
  const inbox = inboxSpace(store, shared, calendars)
  const outbox = outboxSpace(shared, calendars)
  const rooms = roomHomes(store, shared, calendars)

  const inboxIn = async (view: View, home: CollectionResource): Promise<InboxResource> => {
    const { accountId, href } = home
    const [collection, own] = [
      await store.collections.inbox(view, accountId),
      await store.collections.list(view, { accountId, kind: 'calendar' }, { limit: calendarsAtOnce }),
    ]
    return {
      ...home,
      space: inbox,
      kind: collectionKind,
      id: collection.id,
      href: `${href}${inboxName}/`,
      name: inboxName,
      createdAt: collection.createdAt,
      level: 'collection',
      type: { namespace: CALDAV, name: 'schedule-inbox' }, // RFC 6638 §2.2
      collection: openTo(home, collection),
      account: home.name,
      schedule: 'inbox',
      calendars: own,
    }
  }
  const outboxIn = async (view: View, home: CollectionResource): Promise<OutboxResource> => {
    const owner = await store.accounts.byId(view, home.accountId)
    if (owner === undefined) throw new DomainError('NotFound', 'There is nothing at this address')
    return {
      ...home,
      space: outbox,
      href: `${home.href}${outboxName}/`,
      name: outboxName,
      level: 'collection',
      type: { namespace: CALDAV, name: 'schedule-outbox' }, // RFC 6638 §2.1
      schedule: 'outbox',
      owner,
    }
  }

  return {
    async members(view, home) {
      return [await inboxIn(view, home), await outboxIn(view, home)]
    },
    async resolve(view, principal, [account, name, item, ...more]): Promise<Place<CollectionResource> | undefined> {
      if (account === undefined) return undefined
      if (name === undefined) return account === principal.name ? undefined : rooms.resolve(view, principal, account)
      if (name !== inboxName && name !== outboxName) return undefined
      const home = await homeOf(calendars(), view, principal, account)
      const box = name === inboxName ? await inboxIn(view, home) : await outboxIn(view, home)
      const space = isInbox(box) ? inbox : outbox
      if (item === undefined) return { space, href: box.href, name, resource: box, parent: home }
      const href = box.href + [item, ...more].map(encodeSegment).join('/')
      const found =
        isInbox(box) && box.collection && more.length === 0
          ? await store.collections.item(view, box.collection, item)
          : undefined
      const resource = found && isInbox(box) ? messageResource(inbox, box, found) : undefined
      return { space, href, name: item, resource, parent: more.length === 0 ? box : undefined }
    },
  }
}

/** What holds for the home holds for what is in it. */
const openTo = ({ grant }: CollectionResource, collection: Collection): CollectionResource['collection'] =>
  grant === undefined ? collection : { ...collection, grant }

/** @throws DomainError NotFound for a home that is not open to the principal. */
const homeOf = async (
  calendars: Space<CollectionResource>,
  view: View,
  principal: Principal,
  account: string,
): Promise<CollectionResource> => {
  const { resource } = await calendars.resolve(view, principal, [account])
  // A room's is of another space for whom it is not open.
  const isOpen = resource?.level === 'home' && (resource.space as unknown) === calendars
  if (!isOpen) throw new DomainError('NotFound', 'There is nothing at this address')
  return resource
}

const messageResource = (
  space: Space<CollectionResource>,
  { href, collection }: InboxResource,
  item: Parameters<typeof itemResource>[3],
): CollectionResource =>
  itemResource({ space, contentType: calendarType }, href, collection as NonNullable<typeof collection>, item)

/** A privilege of scheduling with those that it is made of. */
const caldav = (name: 'schedule-deliver' | 'schedule-send'): PropertyName[] => {
  const parts = { 'schedule-deliver': ['invite', 'reply'], 'schedule-send': ['invite', 'reply', 'freebusy'] }[name]
  const names = [name, ...parts.map((part) => `${name}-${part}`)]
  const all = name === 'schedule-deliver' ? [...names, 'schedule-query-freebusy'] : names
  return all.map((one) => ({ namespace: CALDAV, name: one }))
}

const onInbox = ['PROPFIND', 'PROPPATCH', 'REPORT']
const onMessage = ['GET', 'HEAD', 'DELETE', 'PROPFIND', 'PROPPATCH', 'REPORT']
const onOutbox = ['POST', 'PROPFIND', 'REPORT']

const inboxSpace = (
  store: Store,
  shared: Shared,
  calendars: () => Space<CollectionResource>,
): Space<CollectionResource> => {
  const space: Space<CollectionResource> = {
    ...shared,
    get properties() {
      return calendars().properties
    },
    reports: new Map([
      [keyOf(DAV, 'sync-collection'), syncCollection],
      [keyOf(DAV, 'expand-property'), expandProperty],
      // RFC 6638 §2.2: messages are queried as calendar objects are; free-busy time there is none in them.
      [keyOf(CALDAV, 'calendar-query'), calendarQuery],
      [keyOf(CALDAV, 'calendar-multiget'), calendarMultiget],
    ]),
    allows: ({ level }) => (level === 'item' ? onMessage : onInbox),
    privileges: ({ level }) => (level === 'collection' ? caldav('schedule-deliver') : []), // RFC 6638 §6.1: for everybody
    async members(view, resource, page) {
      if (!isInbox(resource)) return []
      const items = await store.collections.items(view, { id: resource.id }, page)
      return items.map((item) => messageResource(space, resource, item))
    },
    quota: (view, { accountId }) => store.files.usage(view, accountId),
    syncToken: async (_view, { level, collection }) =>
      level === 'collection' && collection ? store.collections.token(collection) : undefined,
    async changes(view, resource, { token, limit }) {
      if (!isInbox(resource) || resource.collection === undefined)
        throw refusal('supported-report', 'It has no members')
      const changes = await store.collections.since(view, resource.collection, token, { limit })
      if (changes === 'tooOld') return 'tooOld'
      return {
        ...changes,
        changed: changes.changed.map((item) => messageResource(space, resource, item)),
        removed: changes.gone.map((name) => resource.href + encodeSegment(name)),
      }
    },
    async content(view, { item }) {
      const blob = item && (await store.blobs.get(view, item.blobId))
      if (blob === undefined) throw new DomainError('NotFound', 'It has no content')
      return blobContent(store, blob)
    },
    async remove(tx, { collection, item }) {
      if (collection === undefined || item === undefined) throw refusal('method-not-allowed', 'The inbox stays')
      await store.collections.removeItem(tx, collection, item)
      return {}
    },
    async setProperty(tx, resource, update) {
      const setting = isInbox(resource) ? inboxSetting(resource, update) : undefined
      if (setting === undefined || resource.collection === undefined) return false
      await store.collections.update(tx, resource.collection, setting)
      return true
    },
    async touch(tx, { level, collection, item }) {
      if (collection === undefined) return
      if (level === 'item' && item !== undefined) await store.collections.touchItem(tx, collection, item)
      else await store.collections.update(tx, collection)
    },
  }
  return space
}

const outboxSpace = (shared: Shared, calendars: () => Space<CollectionResource>): Space<CollectionResource> => ({
  ...shared,
  get properties() {
    return calendars().properties
  },
  reports: new Map([[keyOf(DAV, 'expand-property'), expandProperty]]),
  allows: () => onOutbox,
  privileges: ({ grant }) => (grant?.access === 'read' ? [] : caldav('schedule-send')), // RFC 6638 §6.2
  members: async () => [],
})
