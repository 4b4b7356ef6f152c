// What is said about sharing over DAV: by the owner of a collection or a folder, with a POST to it or the method ACL,
// and by whom it is offered to, with a POST to their home. An entry of an ACL is an offer like any other: it opens
// something when the other takes it, so that nobody finds in their calendars what they did not ask for.

import { DomainError } from '../../../errors.ts'
import { accountAt } from '../../../federation/scheduling/addresses.ts'
import { DAV } from '../../../formats/xml/element.ts'
import type { Share, Shareable } from '../../../store/shares/shares.ts'
import type { Tx } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, answerXml, type Exchange, locateRequest, readXml } from '../exchange.ts'
import { guard } from '../guard.ts'
import { requireResource } from '../methods/require.ts'
import { requirePrivileges } from '../privileges.ts'
import type { Report, Resource } from '../resource.ts'
import { declaration, href } from '../wire/multistatus.ts'
import { CALENDARSERVER, keyOf, OWNCLOUD } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'
import { parseAcl, parseInviteReply, parseShare, parseShareResource, type ShareChange } from '../wire/sharing.ts'
import { isInScope, shareIn, spaceNames } from './notifications.ts'

/** What the request is for, when it is the principal's to share. */
const requireShareable = async (exchange: Exchange, tx: Tx): Promise<{ item: Shareable; resource: Resource }> => {
  const place = await locateRequest(exchange, tx)
  const resource = requireResource(place)
  requirePrivileges([resource, 'write-acl'])
  const item = resource.space.shareable?.(resource)
  if (item === undefined)
    throw refusal('method-not-allowed', 'It is not shared', { allow: resource.space.allows(resource) })
  await guard(exchange, tx, place, {})
  return { item, resource }
}

/** All of them or none. Who was given something before and is not named keeps it, unless `only` these are to have it. */
const applyChanges = async (
  exchange: Exchange,
  changes: readonly ShareChange[],
  { only = false }: { only?: boolean } = {},
): Promise<void> => {
  const { store } = exchange
  await store.write(async (tx) => {
    const { item, resource } = await requireShareable(exchange, tx)
    const former = await store.shares.sharees(tx, item)
    const named = new Set<number>()
    for (const { address, access, summary } of changes) {
      const account = await accountAt(store, tx, address)
      if (account === undefined) throw refusal('recognized-principal', `Nobody here is ${address}`)
      const { id: accountId } = account
      if (accountId === item.ownerId) continue // the owner's own entry, as they were told of it
      named.add(accountId)
      const standing = former.find((share) => share.accountId === accountId)
      if (access === undefined) {
        if (standing !== undefined) await store.shares.remove(tx, item, accountId)
      } else await store.shares.invite(tx, item, { accountId, access, summary: summary ?? standing?.summary ?? null })
    }
    for (const { accountId } of only ? former : [])
      if (!named.has(accountId)) await store.shares.remove(tx, item, accountId)
    await resource.space.touch?.(tx, resource)
  })
}

const share: Report = async (exchange, _resource, body) => {
  await applyChanges(exchange, parseShare(body))
  answerEmpty(exchange.response, 200)
}

const shareResource: Report = async (exchange, _resource, body) => {
  await applyChanges(exchange, parseShareResource(body))
  answerEmpty(exchange.response, 200)
}

/** RFC 3744 §8.1: the entries are all that there are, but for the owner's own. */
export const acl = async (exchange: Exchange): Promise<void> => {
  const body = await readXml(exchange.request)
  if (body === undefined) throw new DomainError('BadRequest', 'ACL needs a body')
  await applyChanges(exchange, parseAcl(body), { only: true })
  answerEmpty(exchange.response, 200)
}

/** Where a share is that was accepted. */
const hrefOf = ({ kind, name }: Share, account: string): string =>
  `/dav/${spaceNames[kind]}/${encodeSegment(account)}/${encodeSegment(name ?? '')}/`

/** caldav-sharing §5.6: the answer tells where it is now. */
const inviteReply: Report = async (exchange, resource, body) => {
  const { store, principal, response } = exchange
  const { uid, accepted } = parseInviteReply(body)
  const id = shareIn(uid)
  if (resource.accountId !== principal.accountId || id === undefined)
    throw new DomainError('NotFound', 'There is no such invitation')
  const taken = await store.write(async (tx) => {
    const offered = (await store.shares.invitations(tx, principal.accountId)).find((one) => one.id === id)
    if (offered === undefined || !isInScope(principal, offered.kind))
      throw new DomainError('NotFound', 'There is no such invitation')
    if (accepted) return store.shares.accept(tx, principal.accountId, id)
    await store.shares.decline(tx, principal.accountId, id)
  })
  if (taken === undefined) return answerEmpty(response, 204)
  const at = href(hrefOf(taken, principal.name))
  answerXml(
    response,
    200,
    `${declaration}<CS:shared-as xmlns:CS="${CALENDARSERVER}" xmlns:D="DAV:">${at}</CS:shared-as>\n`,
  )
}

/** What can be POSTed to collections, folders and homes, by the name of its root element. */
export const sharingPosts: ReadonlyMap<string, Report> = new Map([
  [keyOf(CALENDARSERVER, 'share'), share],
  [keyOf(OWNCLOUD, 'share'), share],
  [keyOf(DAV, 'share-resource'), shareResource],
  [keyOf(CALENDARSERVER, 'invite-reply'), inviteReply],
])
