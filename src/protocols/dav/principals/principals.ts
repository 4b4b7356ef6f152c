// Principals: `/dav/principals/<account>/` (RFC 3744 §2, §4). Who signs in sees themselves and whom they can invite:
// every account of this twin, rooms and resources too.

import { DomainError } from '../../../errors.ts'
import { DAV } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Account } from '../../../store/accounts/accounts.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Store } from '../../../store/store.ts'
import { principalCollection, principalHref } from '../properties/acl.ts'
import type { LiveProperty } from '../properties/live.ts'
import { expandProperty } from '../reports/expand-property.ts'
import type { Resource, Space } from '../resource.ts'
import { readOnlyCollection, synthetic } from '../synthetic.ts'
import { href } from '../wire/multistatus.ts'
import { CALENDARSERVER, keyOf } from '../wire/names.ts'
import { findGroup, groupName, groupOf, type ProxyGroup, proxyProperties, setMembers } from './proxies.ts'
import { principalReports } from './reports.ts'
import { accountOf, type PrincipalResource } from './resource.ts'

const isPrincipal = ({ href }: Resource): boolean => href !== principalCollection

const property = (name: string, read: (resource: Resource) => string, inAllprop = false): LiveProperty => ({
  namespace: DAV,
  name,
  inAllprop,
  read: (resource) => (isPrincipal(resource) ? read(resource) : undefined),
})

const properties: readonly LiveProperty[] = [
  {
    namespace: DAV,
    name: 'resourcetype',
    inAllprop: true,
    read: (resource) => {
      const group = groupOf(resource)
      const type = group && `<CS:${groupName(group.access)} xmlns:CS="${CALENDARSERVER}"/>`
      return isPrincipal(resource) ? `<D:collection/><D:principal/>${type ?? ''}` : '<D:collection/>'
    },
  },
  property('principal-URL', (resource) => href(resource.href)), // RFC 3744 §4.2
  property('alternate-URI-set', () => ''), // §4.1
  ...proxyProperties,
  {
    namespace: DAV,
    name: 'displayname', // RFC 3744 §4: principals have one that people understand
    inAllprop: true,
    read: (resource) => escapeText(accountOf(resource)?.displayName ?? resource.name),
  },
]

/** @param more properties that spaces hang on a principal, such as its calendars' home. */
export const principalsSpace = (store: Store, more: readonly LiveProperty[] = []): Space<PrincipalResource> => {
  const space: Space<PrincipalResource> = {
    name: 'principals',
    scope: 'files calendars contacts',
    features: ['calendarserver-principal-search'],
    properties: [...properties, ...more],
    reports: new Map([...principalReports, [keyOf(DAV, 'expand-property'), expandProperty]]),
    async resolve(view, principal, [name, group, ...below]) {
      const account = name === undefined ? undefined : await store.accounts.byName(view, name)
      const isThere = name === undefined || (account?.name === name && !account.disabled)
      const nothing = () => new DomainError('NotFound', 'There is nothing at this address')
      if (below.length > 0 || !isThere) throw nothing()
      if (account !== undefined && group !== undefined) {
        const asks = principal.accountId
        const found = await findGroup(store, view, { owner: account, name: group, asks })
        if (found === undefined) throw nothing()
        const parent = one(principal, account)
        const resource = groupResource(parent, found)
        return { space, href: resource.href, name: resource.name, resource, parent }
      }
      const resource = account === undefined ? all(principal) : one(principal, account)
      return { space, href: resource.href, name: resource.name, resource, parent: undefined }
    },
    // Whose group it is says who is in it.
    allows: ({ group }) => (group?.isOwn ? [...readOnlyCollection, 'PROPPATCH'] : readOnlyCollection),
    async members(view, { account, accountId, group }, { after }) {
      if (account !== undefined || group !== undefined || after !== undefined) return []
      // RFC 3744 §5.8 asks for no listing: who looks for others searches, and a list of all is nobody's business.
      const self = await store.accounts.byId(view, accountId)
      return self === undefined ? [] : [{ ...all({ accountId }), ...ofAccount(self) }]
    },
    lineage: async () => [],
    async setProperty(tx, { group }, update) {
      if (group === undefined || update.namespace !== DAV || update.name !== 'group-member-set') return false
      await setMembers(store, tx, group, update)
      return true
    },
  }
  const all = (self: Pick<Principal, 'accountId'>): PrincipalResource => ({
    ...synthetic(space, self, principalCollection, 'principals'),
    account: undefined,
  })
  const one = (self: Principal, account: Account): PrincipalResource => ({ ...all(self), ...ofAccount(account) })
  return space
}

const groupResource = (owner: PrincipalResource, group: ProxyGroup): PrincipalResource => ({
  ...owner,
  href: `${owner.href}${groupName(group.access)}/`,
  name: groupName(group.access),
  account: undefined,
  group,
})

const ofAccount = (account: Account) => ({
  accountId: account.id,
  href: principalHref(account.name),
  name: account.name,
  account,
})
