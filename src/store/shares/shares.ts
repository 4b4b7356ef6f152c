// Calendars, address books and folders shared between accounts. The owner invites, the other accepts and gives it a
// place in their home, or declines; either ends it. What a person calls it and how they show it is in their share.
// A write over several accounts stamps the clocks of those it tells, not the owner's: nothing of theirs changed.
import { DomainError } from '../../errors.ts'
import { shareesPerItem, shareSummaryCharacters, sharesPerAccount } from '../../limits.ts'
import { requirePerson } from '../accounts/accounts.ts'
import { findCollection, getCollection } from '../collections/collection.ts'
import type { Tx, View } from '../engine/types.ts'
import { checkName, withSuffix } from '../files/names.ts'
import { child, getNode, root } from '../files/node.ts'
import { endShare, leaveHome, releaseLocks, tellHome } from './end.ts'
import { Proxies } from './proxies.ts'
import {
  type Access,
  findReceived,
  findShare,
  type Invitation,
  listGiven,
  listInvitations,
  listReceived,
  listSharees,
  type Received,
  type Share,
  type Shareable,
  type Sharee,
  type ShareKind,
  updateShare,
} from './share.ts'

export type { CalendarProxy } from './proxies.ts'
export type { Access, Invitation, Received, Share, Shareable, Sharee, ShareKind, ShareStatus } from './share.ts'
export { sharesTopic } from './share.ts'

/** What whom it is shared with sets for themselves. */
export type OwnSettings = Pick<Share, 'displayName' | 'colour' | 'sortOrder'>

type Invited = { accountId: number; access: Access; summary?: string | null }
type Home = { accountId: number; kind: ShareKind }

const gone = () => new DomainError('NotFound', 'This is no longer shared.')

export class Shares {
  readonly proxies = new Proxies()

  /** What is shared with an account and in its home, by name, from after one. */
  list(view: View, home: Home, page: { after?: string | undefined; limit: number }): Promise<Received[]> {
    return listReceived(view, home, page)
  }

  /** What is at a name of somebody's home. */
  find(view: View, at: Home & { name: string }): Promise<Received | undefined> {
    return findReceived(view, at)
  }

  /** With whom an item is shared, and what they answered. */
  sharees(view: View, item: Omit<Shareable, 'ownerId'>): Promise<Sharee[]> {
    return listSharees(view, item)
  }

  /** Everything that an owner shares. */
  given(view: View, ownerId: number): Promise<Sharee[]> {
    return listGiven(view, ownerId)
  }

  /** What is offered to an account, whatever it answered. */
  invitations(view: View, accountId: number): Promise<Invitation[]> {
    return listInvitations(view, accountId)
  }

  /** The share by which an account has an item. */
  of(view: View, at: { kind: ShareKind; itemId: number; accountId: number }): Promise<Share | undefined> {
    return findShare(view, at)
  }

  /**
   * Offers an item, or offers it anew to who declined. Who has it already keeps it, with the access that is said now.
   *
   * @throws DomainError BadRequest for the owner, and what cannot be shared; Conflict for too many, and for a room.
   */
  async invite(tx: Tx, item: Shareable, { accountId, access, summary = null }: Invited): Promise<Share> {
    if (accountId === item.ownerId) throw new DomainError('BadRequest', 'It is theirs already.')
    if (summary !== null && summary.length > shareSummaryCharacters)
      throw new DomainError('TooLarge', `At most ${shareSummaryCharacters} characters.`)
    await requireItem(tx, item)
    const former = await findShare(tx, { ...item, accountId })
    if (former === undefined) return this.#offer(tx, item, { accountId, access, summary })
    if (former.status === 'accepted' && former.access === access && former.summary === summary) return former
    const status = former.status === 'declined' ? 'invited' : former.status
    const changed = former.status === 'accepted' ? await tx.stamp(accountId) : former.changed
    const share = await updateShare(tx, former.id, { access, summary, status, changed })
    if (share === undefined) throw gone()
    if (access === 'read' && former.access === 'write') await releaseLocks(tx, share)
    tellHome(tx, share)
    return share
  }

  async #offer(tx: Tx, item: Shareable, { accountId, access, summary }: Required<Invited>): Promise<Share> {
    const account = await tx.db.selectFrom('account').selectAll().where('id', '=', accountId).executeTakeFirst()
    if (!account || account.state === 'deleted') throw new DomainError('NotFound', 'There is no such account.')
    requirePerson({ name: account.name, kind: account.kind as 'person' })
    if ((await listSharees(tx, item)).length >= shareesPerItem)
      throw new DomainError('Conflict', `It is shared with ${shareesPerItem} accounts already.`)
    if ((await listInvitations(tx, accountId)).length >= sharesPerAccount)
      throw new DomainError('Conflict', `${sharesPerAccount} things are shared with them already.`)
    const { ownerId, kind, itemId } = item
    const own = { status: 'invited', name: null, displayName: null, colour: null, sortOrder: null }
    const row = { ownerId, kind, itemId, accountId, access, summary, ...own, createdAt: tx.now, created: 0, changed: 0 }
    const share = (await tx.db.insertInto('share').values(row).returningAll().executeTakeFirstOrThrow()) as Share
    tellHome(tx, share)
    return share
  }

  /** Takes it back from somebody. @throws DomainError NotFound for whom it is not shared with. */
  async remove(tx: Tx, item: Shareable, accountId: number): Promise<void> {
    const share = await findShare(tx, { ...item, accountId })
    if (share === undefined || share.ownerId !== item.ownerId) throw gone()
    await endShare(tx, share)
  }

  /**
   * Takes what is offered, and gives it a place in the home under the owner's name for it, or the next one that is free.
   *
   * @throws DomainError NotFound for what was not offered to this account, or is no more.
   */
  async accept(tx: Tx, accountId: number, id: number): Promise<Share> {
    const share = await this.#offered(tx, accountId, id)
    if (share.status === 'accepted') return share
    const position = await tx.stamp(accountId)
    const name = await freeName(tx, share)
    const accepted = await updateShare(tx, id, { status: 'accepted', name, created: position, changed: position })
    if (accepted === undefined) throw gone()
    tellHome(tx, accepted)
    return accepted
  }

  /** Says no, or no longer: it leaves the home, and the owner sees that it was declined. */
  async decline(tx: Tx, accountId: number, id: number): Promise<void> {
    const share = await this.#offered(tx, accountId, id)
    if (share.status === 'declined') return
    if (share.name !== null) {
      await leaveHome(tx, share)
      await releaseLocks(tx, share)
    }
    const own = { name: null, displayName: null, colour: null, sortOrder: null, created: 0, changed: 0 }
    await updateShare(tx, id, { status: 'declined', ...own })
    tellHome(tx, share)
  }

  /** Gives it another name in the home that it is in. @throws DomainError AlreadyExists, NotFound, BadRequest */
  async rename(tx: Tx, share: Share, name: string): Promise<Share> {
    checkName(name)
    if (name === share.name) return share
    const position = await leaveHome(tx, share)
    if (await isTaken(tx, share, name))
      throw new DomainError('AlreadyExists', 'Something of that name is there already.')
    const renamed = await updateShare(tx, share.id, { name, created: position, changed: position })
    if (renamed === undefined) throw gone()
    tellHome(tx, renamed)
    return renamed
  }

  /** What whom it is shared with calls it, and how they show it. Null is as the owner does. */
  async update(tx: Tx, share: Share, settings: Partial<OwnSettings>): Promise<Share> {
    const changed = await tx.stamp(share.accountId)
    const updated = await updateShare(tx, share.id, { ...settings, changed })
    if (updated === undefined) throw gone()
    tellHome(tx, updated)
    return updated
  }

  async #offered(tx: Tx, accountId: number, id: number): Promise<Share> {
    const share = (await tx.db.selectFrom('share').selectAll().where('id', '=', id).executeTakeFirst()) as
      | Share
      | undefined
    if (share === undefined || share.accountId !== accountId) throw gone()
    return share
  }
}

/** @throws DomainError NotFound for what is not the owner's, BadRequest for what is not shared. */
async function requireItem(tx: Tx, { ownerId, kind, itemId }: Shareable): Promise<void> {
  if (kind !== 'node') {
    const collection = await getCollection(tx, itemId)
    if (collection?.accountId !== ownerId || collection.kind !== kind) throw gone()
    return
  }
  const node = await getNode(tx, itemId)
  if (node?.accountId !== ownerId) throw gone()
  if (!node.isFolder || node.parentId === null)
    throw new DomainError('BadRequest', 'Folders are shared, below the top one.')
}

async function freeName(tx: Tx, share: Share): Promise<string> {
  const { kind, itemId, ownerId } = share
  const item = kind === 'node' ? await getNode(tx, itemId) : await getCollection(tx, itemId)
  if (!item) throw gone()
  if (!(await isTaken(tx, share, item.name))) return item.name
  const owner = await tx.db.selectFrom('account').select('name').where('id', '=', ownerId).executeTakeFirstOrThrow()
  for (let count = 1; ; count++) {
    const who = count === 1 ? owner.name : `${owner.name} ${count}`
    // A URL's segment is read by people when it is a folder's, and by programs when it is a calendar's.
    const suffix = kind === 'node' ? ` (${who})` : `-${who.replace(' ', '-')}`
    const name = withSuffix(item.name, suffix)
    if (!(await isTaken(tx, share, name))) return name
  }
}

async function isTaken(tx: Tx, { accountId, kind }: Share, name: string): Promise<boolean> {
  if (await findReceived(tx, { accountId, kind, name })) return true
  if (kind !== 'node') return (await findCollection(tx, { accountId, kind, name })) !== undefined
  return (await child(tx, (await root(tx, 'files', accountId)).id, name)) !== undefined
}
