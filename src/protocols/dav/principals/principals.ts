// Principals: `/dav/principals/<account>/` (RFC 3744 §2, §4). Who signs in sees themselves.

import { DomainError } from '../../../errors.ts'
import { DAV } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import { principalCollection, principalHref } from '../properties/acl.ts'
import type { LiveProperty } from '../properties/live.ts'
import { expandProperty } from '../reports/expand-property.ts'
import type { Resource, Space } from '../resource.ts'
import { readOnlyCollection, synthetic } from '../synthetic.ts'
import { href } from '../wire/multistatus.ts'
import { keyOf } from '../wire/names.ts'
import { principalReports } from './reports.ts'

type PrincipalResource = Resource & {
  /** Undefined for the collection of them. */
  readonly account: Principal | undefined
  readonly self: Principal
}

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
    read: (resource) => (isPrincipal(resource) ? '<D:collection/><D:principal/>' : '<D:collection/>'),
  },
  property('principal-URL', (resource) => href(resource.href)), // RFC 3744 §4.2
  property('alternate-URI-set', () => ''), // §4.1
  property('group-member-set', () => ''), // §4.3
  property('group-membership', () => ''), // §4.4
  {
    namespace: DAV,
    name: 'displayname', // RFC 3744 §4: principals have one that people understand
    inAllprop: true,
    read: (resource) => escapeText((resource as PrincipalResource).account?.displayName ?? resource.name),
  },
]

/** @param more properties and reports that spaces hang on a principal, such as its calendars' home. */
export const principalsSpace = (more: readonly LiveProperty[] = []): Space<PrincipalResource> => {
  const space: Space<PrincipalResource> = {
    name: 'principals',
    scope: 'files calendars contacts',
    features: [],
    properties: [...properties, ...more],
    reports: new Map([...principalReports, [keyOf(DAV, 'expand-property'), expandProperty]]),
    async resolve(_view, principal, [account, ...below]) {
      if (below.length > 0 || (account !== undefined && account !== principal.name))
        throw new DomainError('NotFound', 'There is nothing at this address')
      const resource = account === undefined ? all(principal) : one(principal)
      return { space, href: resource.href, name: resource.name, resource, parent: undefined }
    },
    allows: () => readOnlyCollection,
    members: async (_view, { account, self }, { after }) =>
      account === undefined && after === undefined ? [one(self)] : [],
    lineage: async () => [],
  }
  const all = (self: Principal) => ({
    ...synthetic(space, self, principalCollection, 'principals'),
    account: undefined,
    self,
  })
  const one = (self: Principal) => ({
    ...synthetic(space, self, principalHref(self.name), self.name),
    account: self,
    self,
  })
  return space
}
