// What somebody is offered and has not answered: `/dav/notifications/<account>/`, a document each (caldav-sharing §5.4).
// They are made of the shares when they are asked for. Who deletes one says no.

import { createHash } from 'node:crypto'
import { DomainError } from '../../../errors.ts'
import { DAV } from '../../../formats/xml/element.ts'
import { escapeAttribute, escapeText } from '../../../formats/xml/write.ts'
import { isGoodFor, type Principal } from '../../../store/accounts/principal.ts'
import type { Invitation, ShareKind } from '../../../store/shares/shares.ts'
import type { Store, View } from '../../../store/store.ts'
import { contentOf } from '../contacts/content.ts'
import { principalCollection, principalHref } from '../properties/acl.ts'
import type { LiveProperty } from '../properties/live.ts'
import type { Place, Resource, Space } from '../resource.ts'
import { readOnlyCollection, synthetic } from '../synthetic.ts'
import { declaration, href } from '../wire/multistatus.ts'
import { CALDAV, CALENDARSERVER } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'

type NotificationResource = Resource & {
  readonly invitation: Invitation | undefined
  readonly isHome: boolean
  /** Who asks. */
  readonly self: Principal
  readonly text?: string
}

const notificationsHref = (account: string): string => `/dav/notifications/${encodeSegment(account)}/`

/** The `uid` of an invitation, and the name of its document. */
export const inviteName = ({ id }: Pick<Invitation, 'id'>): string => `invite-${id}`

/** The share that a `uid` means. */
export const shareIn = (uid: string): number | undefined => {
  const match = /^invite-(\d{1,15})$/.exec(uid)
  return match ? Number(match[1]) : undefined
}

const types: Readonly<Record<ShareKind, string>> = { calendar: 'calendar', addressbook: 'addressbook', node: 'folder' }

/** The space, and the scope of app passwords, of what is shared. */
export const spaceNames: Readonly<Record<ShareKind, string>> = {
  calendar: 'calendars',
  addressbook: 'contacts',
  node: 'files',
}

/** Whether who signed in came for this: an app password for contacts answers for no folder. */
export const isInScope = (principal: Principal, kind: ShareKind): boolean => isGoodFor(principal, spaceNames[kind])

const stamp = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`

/** caldav-sharing §6.5 */
const documentOf = (invitation: Invitation, self: string): string => {
  const { kind, access, summary, itemName, ownerName, ownerDisplayName, components } = invitation
  const host = `/dav/${spaceNames[kind]}/${encodeSegment(ownerName)}/${encodeSegment(itemName)}/`
  const comps = (components?.split(' ') ?? []).map((name) => `<C:comp name="${escapeAttribute(name)}"/>`).join('')
  return (
    `${declaration}<CS:notification xmlns:CS="${CALENDARSERVER}" xmlns:D="DAV:" xmlns:C="${CALDAV}">` +
    `<CS:dtstamp>${stamp(invitation.createdAt)}</CS:dtstamp>` +
    `<CS:invite-notification shared-type="${types[kind]}"><CS:uid>${inviteName(invitation)}</CS:uid>${href(self)}` +
    `<CS:invite-noresponse/><CS:access><CS:${access === 'write' ? 'read-write' : 'read'}/></CS:access>` +
    `<CS:hosturl>${href(host)}</CS:hosturl>` +
    `<CS:organizer>${href(principalHref(ownerName))}<CS:common-name>${escapeText(ownerDisplayName)}</CS:common-name></CS:organizer>` +
    `<CS:summary>${escapeText(summary || itemName)}</CS:summary>` +
    `<CS:title>${escapeText(itemName)}</CS:title>` +
    (kind === 'calendar' && comps !== ''
      ? `<C:supported-calendar-component-set>${comps}</C:supported-calendar-component-set>`
      : '') +
    '</CS:invite-notification></CS:notification>\n'
  )
}

const notificationType = ({ invitation }: NotificationResource): string | undefined =>
  invitation && `<X:invite-notification shared-type="${types[invitation.kind]}"/>`

const properties: readonly LiveProperty[] = [
  {
    namespace: DAV,
    name: 'resourcetype',
    inAllprop: true,
    read: (resource) => {
      const { isHome, isCollection } = resource as NotificationResource
      const type = isHome ? `<CS:notification xmlns:CS="${CALENDARSERVER}"/>` : ''
      return isCollection ? `<D:collection/>${type}` : ''
    },
  },
  {
    namespace: CALENDARSERVER,
    name: 'notificationtype',
    inAllprop: false,
    read: (resource) => notificationType(resource as NotificationResource),
  },
]

/** What principals tell of it (caldav-sharing §5.1). */
export const notificationPrincipalProperties: readonly LiveProperty[] = [
  {
    namespace: CALENDARSERVER,
    name: 'notification-URL',
    inAllprop: false,
    // Of others there is nothing to see.
    read: ({ href: at, name, accountId }, { principal }) =>
      at !== principalCollection && accountId === principal.accountId ? href(notificationsHref(name)) : undefined,
  },
]

export const notificationsSpace = (store: Store): Space<NotificationResource> => {
  const space: Space<NotificationResource> = {
    name: 'notifications',
    scope: 'files calendars contacts',
    // RFC 3744 §7.2; caldav-sharing §5.1; caldav-proxy §5.1; draft-pot-webdav-resource-sharing §3
    features: ['access-control', 'calendarserver-sharing', 'calendar-proxy', 'resource-sharing'],
    properties,
    reports: new Map(),
    resolve: (view, principal, segments) => resolve(view, principal, segments),
    allows: ({ invitation }) => (invitation ? ['GET', 'HEAD', 'DELETE', 'PROPFIND'] : readOnlyCollection),
    async members(view, { isHome, href: at, self }, { after }) {
      if (after !== undefined || !isHome) return []
      return (await open(view, self)).map((invitation) => one(self, at, invitation))
    },
    lineage: async () => [],
    content: async (_view, { text }) => contentOf(Buffer.from(text ?? '')),
    async remove(tx, { accountId, invitation }) {
      if (invitation !== undefined) await store.shares.decline(tx, accountId, invitation.id)
      return {}
    },
  }
  const open = async (view: View, self: Principal): Promise<Invitation[]> =>
    (await store.shares.invitations(view, self.accountId)).filter(
      ({ status, kind }) => status === 'invited' && isInScope(self, kind),
    )

  const resolve = async (
    view: View,
    principal: Principal,
    [account, name, ...more]: readonly string[],
  ): Promise<Place<NotificationResource>> => {
    const top: NotificationResource = {
      ...synthetic(space, principal, '/dav/notifications/', 'notifications'),
      invitation: undefined,
      isHome: false,
      self: principal,
    }
    const place = (resource: NotificationResource, parent?: NotificationResource) => ({
      space,
      href: resource.href,
      name: resource.name,
      resource,
      parent,
    })
    if (account === undefined) return place(top)
    const home: NotificationResource = {
      ...top,
      href: notificationsHref(principal.name),
      name: principal.name,
      isHome: true,
    }
    if (account === principal.name && name === undefined) return place(home)
    const found =
      account === principal.name && more.length === 0
        ? (await open(view, principal)).find((invitation) => `${inviteName(invitation)}.xml` === name)
        : undefined
    if (found === undefined) throw new DomainError('NotFound', 'There is nothing at this address')
    return place(one(principal, home.href, found), home)
  }

  const one = (self: Principal, homeHref: string, invitation: Invitation): NotificationResource => {
    const text = documentOf(invitation, `mailto:${self.name}@${store.domain}`)
    const name = `${inviteName(invitation)}.xml`
    return {
      ...synthetic(space, self, homeHref + name, name),
      isCollection: false,
      contentType: 'application/xml; charset=utf-8',
      etag: createHash('sha256').update(text).digest('base64url'),
      size: Buffer.byteLength(text),
      createdAt: invitation.createdAt,
      invitation,
      isHome: false,
      self,
      text,
    }
  }
  return space
}
