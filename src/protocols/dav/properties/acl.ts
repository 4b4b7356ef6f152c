// What clients read of RFC 3744 and RFC 5397: who I am, whose this is, what I may do. Access is not changed over DAV
// (there is no ACL method), so every entry is protected and follows from the methods that a resource allows.

import { DAV } from '../../../formats/xml/element.ts'
import type { Resource } from '../resource.ts'
import { href } from '../wire/multistatus.ts'
import { encodeSegment } from '../wire/path.ts'
import type { LiveProperty } from './live.ts'

export const principalCollection = '/dav/principals/'

export const principalHref = (name: string): string => `${principalCollection}${encodeSegment(name)}/`

const property = (name: string, read: LiveProperty['read']): LiveProperty => ({
  namespace: DAV,
  name,
  inAllprop: false, // RFC 3744 §4, §5; RFC 5397 §3
  read,
})

const privilege = (name: string): string => `<D:privilege><D:${name}/></D:privilege>`

/** RFC 3744 §3: the privileges that a resource's methods stand for. */
export const privilegesOn = (resource: Resource): string[] => {
  const allowed = new Set(resource.space.allows(resource))
  const some = [
    allowed.has('PUT') && 'write-content',
    allowed.has('PROPPATCH') && 'write-properties',
    (allowed.has('POST') || allowed.has('MKCOL')) && 'bind',
    (allowed.has('POST') || allowed.has('DELETE')) && 'unbind',
    allowed.has('UNLOCK') && 'unlock',
  ].filter((name) => name !== false)
  const full = allowed.has('PROPPATCH') && (resource.isCollection ? allowed.has('POST') : allowed.has('PUT'))
  // A collection that can be written to as far as a collection can: clients look for `write`, not for its parts.
  return ['read', 'read-acl', 'read-current-user-privilege-set', ...(full ? ['write', 'write-content'] : []), ...some]
}

const privileges = (resource: Resource): string => [...new Set(privilegesOn(resource))].map(privilege).join('')

const supported = (name: string, description: string, below = ''): string =>
  `<D:supported-privilege>${privilege(name)}<D:description xml:lang="en">${description}</D:description>${below}</D:supported-privilege>`

// RFC 3744 §5.3
const supportedPrivileges = supported(
  'all',
  'Everything',
  supported('read', 'Read') +
    supported('read-acl', 'Read who may do what') +
    supported('read-current-user-privilege-set', 'Read what one may do oneself') +
    supported(
      'write',
      'Write',
      supported('write-content', 'Change content') +
        supported('write-properties', 'Change properties') +
        supported('bind', 'Add members') +
        supported('unbind', 'Remove members'),
    ) +
    supported('unlock', 'Remove a lock'),
)

export const aclProperties: readonly LiveProperty[] = [
  property('current-user-principal', (_, { principal }) => href(principalHref(principal.name))), // RFC 5397 §3
  property('principal-collection-set', () => href(principalCollection)), // RFC 3744 §5.8
  // A principal is only ever shown its own tree, so whose it is needs no query.
  property('owner', ({ accountId }, { principal }) =>
    accountId === principal.accountId ? href(principalHref(principal.name)) : '',
  ),
  property('group', () => ''),
  property('supported-privilege-set', () => supportedPrivileges),
  property('current-user-privilege-set', privileges),
  property(
    'acl',
    (resource) =>
      `<D:ace><D:principal><D:property><D:owner/></D:property></D:principal><D:grant>${privileges(resource)}</D:grant><D:protected/></D:ace>`,
  ),
  property('acl-restrictions', () => '<D:grant-only/><D:no-invert/>'),
  property('inherited-acl-set', () => ''),
  // RFC 5995 §3.2.1: new members are POSTed to the collection itself.
  property('add-member', (resource) =>
    resource.space.allows(resource).includes('POST') ? href(resource.href) : undefined,
  ),
]
