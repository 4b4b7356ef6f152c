// The home of a room or a resource, as everybody sees it: when it is busy, and nothing else (RFC 4791 §6.1.1). Its owner
// is nobody who signs in; who looks after the twin has it in full (collections/resource.ts).

import { accountBusyTime } from '../../../../federation/scheduling/free-busy.ts'
import { DAV } from '../../../../formats/xml/element.ts'
import type { Principal } from '../../../../store/accounts/principal.ts'
import type { Store, View } from '../../../../store/store.ts'
import { type CollectionResource, homeHref } from '../../collections/resource.ts'
import { expandProperty } from '../../reports/expand-property.ts'
import type { Place, Report, Space } from '../../resource.ts'
import { readOnlyCollection, synthetic } from '../../synthetic.ts'
import { CALDAV, keyOf } from '../../wire/names.ts'
import { answerFreeBusy } from '../free-busy-query.ts'

/** @param shared what the spaces in a home have in common. */
export const roomHomes = (
  store: Store,
  shared: Pick<Space<CollectionResource>, 'name' | 'scope' | 'features' | 'conditions' | 'lineage' | 'resolve'>,
  calendars: () => Space<CollectionResource>,
) => {
  const busy: Report = (exchange, { accountId }, body) =>
    answerFreeBusy(exchange, body, (range) => accountBusyTime(store, accountId, { range }))

  const space: Space<CollectionResource> = {
    ...shared,
    get properties() {
      return calendars().properties
    },
    reports: new Map([
      [keyOf(CALDAV, 'free-busy-query'), busy],
      [keyOf(DAV, 'expand-property'), expandProperty],
    ]),
    allows: () => readOnlyCollection,
    privileges: () => [{ namespace: CALDAV, name: 'read-free-busy' }],
    members: async () => [],
  }

  return {
    /** Undefined for what is no room's, and for who may see more of it. */
    async resolve(view: View, principal: Principal, name: string): Promise<Place<CollectionResource> | undefined> {
      if (principal.isAdmin || (await store.shares.proxies.find(view, name, principal.accountId))) return undefined
      const room = await store.accounts.byName(view, name)
      if (room === undefined || room.kind === 'person' || room.name !== name || room.disabled) return undefined
      const resource: CollectionResource = {
        ...synthetic(space, { accountId: room.id }, homeHref(space.name, name), name),
        grant: { access: 'read', owner: name, share: undefined, isRoot: false },
        level: 'home',
        collection: undefined,
        item: undefined,
      }
      return { space, href: resource.href, name, resource, parent: undefined }
    },
  }
}
