// What collections and folders tell about sharing, in the words of three families of clients: calendarserver's (Apple),
// ownCloud's (Nextcloud's apps), and draft-pot-webdav-resource-sharing's; and in those of RFC 3744.

import { DAV } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Share, Sharee, ShareStatus } from '../../../store/shares/shares.ts'
import { mayShare } from '../privileges.ts'
import { principalHref } from '../properties/acl.ts'
import type { LiveProperty, Page } from '../properties/live.ts'
import type { Resource } from '../resource.ts'
import { href } from '../wire/multistatus.ts'
import { CALENDARSERVER, OWNCLOUD } from '../wire/names.ts'

/** Elements inside a property have the prefix that its own tag declares (wire/multistatus.ts); DAV's is D. */
const element = (name: string, content = ''): string =>
  content === '' ? `<X:${name}/>` : `<X:${name}>${content}</X:${name}>`

const ofShared = (
  namespace: string,
  name: string,
  read: (resource: Resource, page: Page) => string | undefined,
): LiveProperty => ({ namespace, name, inAllprop: false, needs: 'shares', read })

const answers: Readonly<Record<ShareStatus, string>> = {
  invited: 'invite-noresponse',
  accepted: 'invite-accepted',
  declined: 'invite-declined',
}

/** The share of who reads, where it is of this collection itself. */
const ownShare = ({ grant }: Resource): Share | undefined => (grant?.isRoot ? grant.share : undefined)

type User = Pick<Share, 'access' | 'status' | 'summary' | 'id'> & {
  readonly name: string
  readonly displayName: string
}

const userOf = (sharee: Sharee): User => ({
  ...sharee,
  name: sharee.accountName,
  displayName: sharee.accountDisplayName,
})

/** With whom: the owner sees all of them, and each of those sees themselves. Undefined for what is not shared. */
const usersOf = (resource: Resource, page: Page): readonly User[] | undefined => {
  if (mayShare(resource)) return page.shareesOf(resource).map(userOf)
  const share = ownShare(resource)
  return share && [{ ...share, name: page.principal.name, displayName: page.principal.displayName }]
}

const mail = ({ name }: { name: string }, { domain }: Page): string => href(`mailto:${name}@${domain}`)

/** caldav-sharing §5.2.4. What has no sharees tells none. */
const invite = (resource: Resource, page: Page): string | undefined => {
  const users = usersOf(resource, page)
  if (users === undefined) return undefined
  const { grant } = resource
  const owner = {
    name: grant?.owner ?? page.principal.name,
    displayName: grant?.share?.ownerDisplayName ?? page.principal.displayName,
  }
  const organizer = element(
    'organizer',
    href(principalHref(owner.name)) + element('common-name', escapeText(owner.displayName)),
  )
  return organizer + users.map((user) => userElement(user, page)).join('')
}

const userElement = (user: User, page: Page): string =>
  element(
    'user',
    element('uid', `invite-${user.id}`) +
      mail(user, page) +
      element('common-name', escapeText(user.displayName)) +
      element(answers[user.status]) +
      element('access', element(user.access === 'write' ? 'read-write' : 'read')) +
      (user.summary ? element('summary', escapeText(user.summary)) : ''),
  )

const accessElement = (access: string): string => `<D:share-access><D:${access}/></D:share-access>`

/** draft-pot-webdav-resource-sharing §4.3 */
const davInvite = (resource: Resource, page: Page): string | undefined =>
  usersOf(resource, page)
    ?.map(
      (user) =>
        `<D:sharee>${href(principalHref(user.name))}<D:${answers[user.status]}/>` +
        accessElement(user.access === 'write' ? 'read-write' : 'read') +
        `<D:prop><D:displayname>${escapeText(user.displayName)}</D:displayname></D:prop>` +
        (user.summary ? `<D:comment>${escapeText(user.summary)}</D:comment>` : '') +
        '</D:sharee>',
    )
    .join('')

/** draft-pot-webdav-resource-sharing §4.2 */
const shareAccess = (resource: Resource, page: Page): string | undefined => {
  const share = ownShare(resource)
  if (share !== undefined) return share.access === 'write' ? '<D:read-write/>' : '<D:read/>'
  if (!mayShare(resource)) return undefined
  return page.shareesOf(resource).length > 0 ? '<D:shared-owner/>' : '<D:not-shared/>'
}

export const sharingProperties: readonly LiveProperty[] = [
  ofShared(CALENDARSERVER, 'invite', invite),
  {
    ...ofShared(CALENDARSERVER, 'allowed-sharing-modes', (resource) =>
      mayShare(resource) ? element('can-be-shared') : undefined,
    ),
    needs: undefined,
  },
  ofShared(OWNCLOUD, 'invite', invite),
  // As Nextcloud's apps read it: without the address of principals, and by the kind of them.
  {
    ...ofShared(OWNCLOUD, 'owner-principal', ({ grant }, { principal }) =>
      escapeText(`principals/users/${grant?.owner ?? principal.name}`),
    ),
    needs: undefined,
  },
  { ...ofShared(OWNCLOUD, 'read-only', ({ grant }) => (grant?.access === 'read' ? '1' : undefined)), needs: undefined },
  ofShared(DAV, 'invite', davInvite),
  ofShared(DAV, 'share-access', shareAccess),
]

/** What a shared collection's `resourcetype` has beside its own (caldav-sharing §5.2.1, §5.2.2). */
export const sharedType = (resource: Resource, page: Page): string => {
  const name = ownShare(resource)
    ? 'shared'
    : mayShare(resource) && page.shareesOf(resource).length > 0
      ? 'shared-owner'
      : ''
  return name === '' ? '' : `<CS:${name} xmlns:CS="${CALENDARSERVER}"/>`
}
