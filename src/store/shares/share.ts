// What is shared, with whom, and where it is in their home. A share is a row: the collection or the folder stays its
// owner's, with its clock, its bytes and its id. Its `name` is the address in the home of whom it is shared with, and
// there is one exactly while it is accepted.
import type { Selectable } from 'kysely'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { share as ShareTable } from '../schema.ts'

/** 'node' is a folder. */
export type ShareKind = 'calendar' | 'addressbook' | 'node'
export type Access = 'read' | 'write'
export type ShareStatus = 'invited' | 'accepted' | 'declined'

type Row = Selectable<ShareTable>

export type Share = Omit<Row, 'kind' | 'access' | 'status'> & {
  kind: ShareKind
  access: Access
  status: ShareStatus
}

/** What is in somebody's home: it has a name there, and an owner elsewhere. */
export type Received = Share & { name: string; ownerName: string; ownerDisplayName: string }

/** With whom, as the owner sees it. */
export type Sharee = Share & { accountName: string; accountDisplayName: string; accountUid: string }

/** A share as whom it is for is asked about it. */
export type Invitation = Share & {
  ownerName: string
  ownerDisplayName: string
  /** What the owner calls it. */
  itemName: string
  /** Of a calendar that says so: the components that it takes. */
  components: string | null
}

/** What is shared: an item of one owner. */
export type Shareable = { ownerId: number; kind: ShareKind; itemId: number }

/** Signals that somebody's invitations, or what is shared with them, changed. */
export const sharesTopic = (accountId: number): string => `shares/${accountId}`

const received = prepared((db, p: { accountId: number; kind: string; after: string; limit: number }) =>
  db
    .selectFrom('share')
    .innerJoin('account', 'account.id', 'share.ownerId')
    .selectAll('share')
    .select(['account.name as ownerName', 'account.displayName as ownerDisplayName'])
    .where('share.accountId', '=', p.accountId)
    .where('share.kind', '=', p.kind)
    .where('share.name', '>', p.after)
    .orderBy('share.name')
    .limit(p.limit),
)

const receivedNamed = prepared((db, p: { accountId: number; kind: string; name: string }) =>
  db
    .selectFrom('share')
    .innerJoin('account', 'account.id', 'share.ownerId')
    .selectAll('share')
    .select(['account.name as ownerName', 'account.displayName as ownerDisplayName'])
    .where('share.accountId', '=', p.accountId)
    .where('share.kind', '=', p.kind)
    .where('share.name', '=', p.name),
)

const receivedAfter = prepared((db, p: { accountId: number; after: number }) =>
  db
    .selectFrom('share')
    .innerJoin('account', 'account.id', 'share.ownerId')
    .selectAll('share')
    .select(['account.name as ownerName', 'account.displayName as ownerDisplayName'])
    .where('share.accountId', '=', p.accountId)
    .where('share.kind', '=', 'node')
    .where('share.name', 'is not', null)
    .where('share.changed', '>', p.after)
    .orderBy('share.changed'),
)

const sharees = prepared((db, p: { kind: string; itemId: number }) =>
  db
    .selectFrom('share')
    .innerJoin('account', 'account.id', 'share.accountId')
    .selectAll('share')
    .select(['account.name as accountName', 'account.displayName as accountDisplayName', 'account.uid as accountUid'])
    .where('share.kind', '=', p.kind)
    .where('share.itemId', '=', p.itemId)
    .orderBy('account.name'),
)

const givenBy = prepared((db, p: { ownerId: number }) =>
  db
    .selectFrom('share')
    .innerJoin('account', 'account.id', 'share.accountId')
    .selectAll('share')
    .select(['account.name as accountName', 'account.displayName as accountDisplayName', 'account.uid as accountUid'])
    .where('share.ownerId', '=', p.ownerId)
    .orderBy('account.name'),
)

const withAccount = prepared((db, p: { kind: string; itemId: number; accountId: number }) =>
  db
    .selectFrom('share')
    .selectAll()
    .where('kind', '=', p.kind)
    .where('itemId', '=', p.itemId)
    .where('accountId', '=', p.accountId),
)

const invitations = prepared((db, p: { accountId: number }) =>
  db
    .selectFrom('share')
    .innerJoin('account', 'account.id', 'share.ownerId')
    .leftJoin('collection', (join) => join.onRef('collection.id', '=', 'share.itemId').on('share.kind', '<>', 'node'))
    .leftJoin('node', (join) => join.onRef('node.id', '=', 'share.itemId').on('share.kind', '=', 'node'))
    .selectAll('share')
    .select(['account.name as ownerName', 'account.displayName as ownerDisplayName'])
    .select(['collection.displayName as title', 'collection.name as segment', 'collection.components'])
    .select('node.name as folder')
    .where('share.accountId', '=', p.accountId)
    .orderBy('share.id'),
)

/** Those that are in somebody's home, by name, from after one. */
export async function listReceived(
  view: View,
  of: { accountId: number; kind: ShareKind },
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Received[]> {
  return (await received.all(view, { ...of, after: after ?? '', limit })) as Received[]
}

/** Folders in somebody's home that came there, or changed there, after a position of its clock. */
export async function receivedSince(view: View, since: { accountId: number; after: number }): Promise<Received[]> {
  return (await receivedAfter.all(view, since)) as Received[]
}

export async function findReceived(
  view: View,
  at: { accountId: number; kind: ShareKind; name: string },
): Promise<Received | undefined> {
  return (await receivedNamed.first(view, at)) as Received | undefined
}

export async function listSharees(view: View, { kind, itemId }: Omit<Shareable, 'ownerId'>): Promise<Sharee[]> {
  return (await sharees.all(view, { kind, itemId })) as Sharee[]
}

/** Everything that an owner shares, with everybody. */
export async function listGiven(view: View, ownerId: number): Promise<Sharee[]> {
  return (await givenBy.all(view, { ownerId })) as Sharee[]
}

export async function findShare(
  view: View,
  { kind, itemId, accountId }: { kind: ShareKind; itemId: number; accountId: number },
): Promise<Share | undefined> {
  return (await withAccount.first(view, { kind, itemId, accountId })) as Share | undefined
}

/** All that was ever offered to somebody and not taken back, whatever they answered. */
export async function listInvitations(view: View, accountId: number): Promise<Invitation[]> {
  const rows = await invitations.all(view, { accountId })
  return rows.map(({ title, segment, folder, ...row }) => ({
    ...(row as Omit<Invitation, 'itemName'>),
    itemName: title ?? segment ?? folder ?? '',
  }))
}

/** Sets some columns of a share that is still there; undefined when it was taken back meanwhile. */
export async function updateShare(tx: Tx, id: number, values: Partial<Omit<Row, 'id'>>): Promise<Share | undefined> {
  return (await tx.db.updateTable('share').set(values).where('id', '=', id).returningAll().executeTakeFirst()) as
    | Share
    | undefined
}
