// What clients read of RFC 3744 and RFC 5397: who I am, whose this is, what I may do. The owner's own entry is protected
// and follows from the methods that a resource allows; beside it are those with whom it is shared.

import { DAV } from '../../../formats/xml/element.ts'
import { privilegesOn } from '../privileges.ts'
import type { Resource } from '../resource.ts'
import { href, tagsFor } from '../wire/multistatus.ts'
import { encodeSegment } from '../wire/path.ts'
import type { LiveProperty, Page } from './live.ts'

export const principalCollection = '/dav/principals/'

export const principalHref = (name: string): string => `${principalCollection}${encodeSegment(name)}/`

const property = (name: string, read: LiveProperty['read']): LiveProperty => ({
  namespace: DAV,
  name,
  inAllprop: false, // RFC 3744 §4, §5; RFC 5397 §3
  read,
})

const privilege = (name: string): string => `<D:privilege><D:${name}/></D:privilege>`

/** What a space grants beside what WebDAV knows. */
const more = (resource: Resource): string[] =>
  (resource.space.privileges?.(resource) ?? []).map(
    ({ namespace, name }) => `<D:privilege>${tagsFor(namespace, name).empty}</D:privilege>`,
  )

const privileges = (resource: Resource): string =>
  [...privilegesOn(resource).map(privilege), ...more(resource)].join('')

/** An abstract privilege comes with another and is not granted by itself (RFC 3744 §5.3). */
const supported = (name: string, description: string, below = ''): string =>
  `<D:supported-privilege>${privilege(name)}${name === 'read' || name === 'write' ? '' : '<D:abstract/>'}` +
  `<D:description xml:lang="en">${description}</D:description>${below}</D:supported-privilege>`

// RFC 3744 §5.3: what is granted is `read` or `write`.
const supportedPrivileges = (resource: Resource): string =>
  supported('all', 'Everything', supportedByAll + more(resource).map(supportedApart).join(''))

const supportedApart = (one: string): string =>
  `<D:supported-privilege>${one}<D:description xml:lang="en">Scheduling</D:description></D:supported-privilege>`

const supportedByAll =
  supported(
    'read',
    'Read',
    supported('read-acl', 'Read who may do what') +
      supported('read-current-user-privilege-set', 'Read what one may do oneself'),
  ) +
  supported(
    'write',
    'Write',
    supported('write-content', 'Change content') +
      supported('write-properties', 'Change properties') +
      supported('bind', 'Add members') +
      supported('unbind', 'Remove members') +
      supported('unlock', 'Remove a lock'),
  ) +
  supported('write-acl', 'Decide who may do what') +
  supported('share', 'Share it with others')

const entry = (principal: string, granted: string, more = ''): string =>
  `<D:ace><D:principal>${principal}</D:principal><D:grant>${granted}</D:grant>${more}</D:ace>`

const granted = (access: string): string => privilege('read') + (access === 'write' ? privilege('write') : '')

/** RFC 3744 §5.5. Whom something is shared with is told of themselves. */
const entries = (resource: Resource, page: Page): string => {
  const { grant } = resource
  if (grant !== undefined)
    return entry(href(principalHref(page.principal.name)), granted(grant.access), '<D:protected/>')
  const own = entry('<D:property><D:owner/></D:property>', privileges(resource), '<D:protected/>')
  return own + sharesOf(resource, page)
}

const sharesOf = (resource: Resource, page: Page): string =>
  page
    .shareesOf(resource)
    .filter(({ status }) => status !== 'declined')
    .map(({ accountName, access }) => entry(href(principalHref(accountName)), granted(access)))
    .join('')

export const aclProperties: readonly LiveProperty[] = [
  property('current-user-principal', (_, { principal }) => href(principalHref(principal.name))), // RFC 5397 §3
  property('principal-collection-set', () => href(principalCollection)), // RFC 3744 §5.8
  // What is not shared is one's own, so whose it is needs no query.
  property('owner', ({ grant, accountId }, { principal }) =>
    grant === undefined && accountId !== principal.accountId ? '' : href(principalHref(grant?.owner ?? principal.name)),
  ),
  property('group', () => ''),
  property('supported-privilege-set', supportedPrivileges),
  property('current-user-privilege-set', privileges),
  { ...property('acl', entries), needs: 'shares' },
  property('acl-restrictions', () => '<D:grant-only/><D:no-invert/>'),
  property('inherited-acl-set', () => ''),
  // RFC 5995 §3.2.1: new members are POSTed to the collection itself.
  property('add-member', (resource) =>
    resource.space.allows(resource).includes('POST') ? href(resource.href) : undefined,
  ),
]
