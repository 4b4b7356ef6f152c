// What clients read of RFC 3744 and RFC 5397: who I am, whose this is, what I may do. Access is not changed over DAV
// (there is no ACL method), so every entry is protected and follows from the methods that a resource allows.

import { DAV } from '../../../formats/xml/element.ts'
import { privilegesOn } from '../privileges.ts'
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

const privileges = (resource: Resource): string => privilegesOn(resource).map(privilege).join('')

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
  // What is not shared is one's own, so whose it is needs no query.
  property('owner', ({ grant }, { principal }) => href(principalHref(grant?.owner ?? principal.name))),
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
