// Calendar objects and cards. An item's content is a blob, stored as it was sent; the row has what queries need of it.
// In a collection no two items have one name, and no two have one UID.
import type { Selectable } from 'kysely'
import { DomainError } from '../../errors.ts'
import { itemsInQuery } from '../../limits.ts'
import type { Blobs, Staged } from '../blobs/blobs.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import { checkName } from '../files/names.ts'
import type { Journal } from '../journal.ts'
import type { Locks } from '../locks.ts'
import type { Properties } from '../properties.ts'
import type { collection_item as ItemTable } from '../schema.ts'
import { copyUses, dropUses, setUses } from './attachments.ts'
import { type Collection, touchCollection } from './collection.ts'

export type Item = Omit<Selectable<ItemTable>, 'recurring'> & {
  recurring: boolean
  hash: Uint8Array
  /** Strong and without quotes. */
  etag: string
}

/** An item with its bytes, where they are few enough to be in their row. */
export type ItemWithData = Item & { data: Uint8Array | null }

/** What the content says, as queries need it. */
export type ItemFacts = {
  uid: string
  /** 'VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY' or 'VCARD' */
  component: string
  /** Milliseconds since 1970; null is unbounded. */
  firstStart?: number | null
  lastEnd?: number | null
  recurring?: boolean
  /** MANAGED-IDs in it (RFC 8607). */
  managedIds?: readonly string[]
}

export type PutItem = ItemFacts & {
  name: string
  staged: Staged
  /** Milliseconds since 1970, as the client says; now unless given. */
  modifiedAt?: number | undefined
  /** RFC 6638 §3.2.10: whether a scheduling object resource has another schedule tag now, or is none any more. */
  scheduleTag?: 'new' | 'kept' | 'none' | undefined
}

export type ItemParts = { blobs: Blobs; journal: Journal; locks: Locks; properties: Properties }

/** Locks and dead properties of items are kept under this. */
export const itemKind = 'item'

const columns = [
  'collection_item.id',
  'collection_item.collectionId',
  'collection_item.accountId',
  'collection_item.name',
  'collection_item.uid',
  'collection_item.component',
  'collection_item.blobId',
  'collection_item.size',
  'collection_item.createdAt',
  'collection_item.modifiedAt',
  'collection_item.created',
  'collection_item.changed',
  'collection_item.firstStart',
  'collection_item.lastEnd',
  'collection_item.recurring',
  'collection_item.scheduleTag',
  'collection_item.attachments',
  'blob.hash',
] as const

export const selectItems = (view: Pick<View, 'db'>) =>
  view.db.selectFrom('collection_item').innerJoin('blob', 'blob.id', 'collection_item.blobId').select(columns)

type Row = Selectable<ItemTable> & { hash: Uint8Array }

export const toItem = <R extends Row>(row: R): Omit<R, 'recurring'> & Item => ({
  ...row,
  recurring: row.recurring === 1,
  etag: Buffer.from(row.hash.buffer, row.hash.byteOffset, row.hash.byteLength).toString('base64url'),
})

const byId = prepared((db, p: { id: number }) => selectItems({ db }).where('collection_item.id', '=', p.id))

const byName = prepared((db, p: { collectionId: number; name: string }) =>
  selectItems({ db })
    .where('collection_item.collectionId', '=', p.collectionId)
    .where('collection_item.name', '=', p.name),
)

const byUid = prepared((db, p: { collectionId: number; uid: string }) =>
  selectItems({ db })
    .where('collection_item.collectionId', '=', p.collectionId)
    .where('collection_item.uid', '=', p.uid),
)

const page = prepared((db, p: { collectionId: number; after: string; limit: number }) =>
  selectItems({ db })
    .where('collection_item.collectionId', '=', p.collectionId)
    .where('collection_item.name', '>', p.after)
    .orderBy('collection_item.name')
    .limit(p.limit),
)

const pageWithData = prepared((db, p: { collectionId: number; after: string; limit: number }) =>
  selectItems({ db })
    .select('blob.data')
    .where('collection_item.collectionId', '=', p.collectionId)
    .where('collection_item.name', '>', p.after)
    .orderBy('collection_item.name')
    .limit(p.limit),
)

const removeRow = prepared((db, p: { id: number }) => db.deleteFrom('collection_item').where('id', '=', p.id))

const stampRow = prepared((db, p: { id: number; position: number }) =>
  db.updateTable('collection_item').set({ changed: p.position }).where('id', '=', p.id),
)

export async function getItem(view: View, id: number): Promise<Item | undefined> {
  const row = await byId.first(view, { id })
  return row && toItem(row)
}

export async function findItem(view: View, collectionId: number, name: string): Promise<Item | undefined> {
  const row = await byName.first(view, { collectionId, name })
  return row && toItem(row)
}

export async function findItemByUid(view: View, collectionId: number, uid: string): Promise<Item | undefined> {
  const row = await byUid.first(view, { collectionId, uid })
  return row && toItem(row)
}

type PageOptions = { after?: string | undefined; limit: number }

/** By name, from after one. */
export async function listItems(view: View, collectionId: number, { after, limit }: PageOptions): Promise<Item[]> {
  return (await page.all(view, { collectionId, after: after ?? '', limit })).map(toItem)
}

/** The same with their contents. */
export async function listItemsWithData(
  view: View,
  collectionId: number,
  { after, limit }: PageOptions,
): Promise<ItemWithData[]> {
  return (await pageWithData.all(view, { collectionId, after: after ?? '', limit })).map(toItem)
}

/** A query for so many numbers or names is compiled once; where there are fewer, the last one stands for the others. */
const slots = Array.from({ length: itemsInQuery }, (_, index) => `slot${index}` as const)

const inSlots = <T>(values: readonly T[]): Record<(typeof slots)[number], T> =>
  Object.fromEntries(slots.map((slot, index) => [slot, values[Math.min(index, values.length - 1)]])) as Record<
    (typeof slots)[number],
    T
  >

const byNames = prepared((db, p: { collectionId: number } & Record<`slot${number}`, string>) =>
  selectItems({ db })
    .select('blob.data')
    .where('collection_item.collectionId', '=', p.collectionId)
    .where(
      'collection_item.name',
      'in',
      slots.map((slot) => p[slot] as string),
    ),
)

const byIds = prepared((db, p: { collectionId: number } & Record<`slot${number}`, number>) =>
  selectItems({ db })
    .select('blob.data')
    .where('collection_item.collectionId', '=', p.collectionId)
    .where(
      'collection_item.id',
      'in',
      slots.map((slot) => p[slot] as number),
    ),
)

/** Those of these names that are there, with their contents. */
export async function itemsNamed(view: View, collectionId: number, names: readonly string[]): Promise<ItemWithData[]> {
  const items: ItemWithData[] = []
  for (let at = 0; at < names.length; at += itemsInQuery) {
    const some = inSlots(names.slice(at, at + itemsInQuery))
    for (const row of await byNames.all(view, { collectionId, ...some })) items.push(toItem(row))
  }
  return items
}

/** Those of these numbers that are still in the collection, with their contents. */
export async function itemsById(view: View, collectionId: number, ids: readonly number[]): Promise<ItemWithData[]> {
  const items: ItemWithData[] = []
  for (let at = 0; at < ids.length; at += itemsInQuery) {
    const some = inSlots(ids.slice(at, at + itemsInQuery))
    for (const row of await byIds.all(view, { collectionId, ...some })) items.push(toItem(row))
  }
  return items
}

type Content = ItemFacts & {
  name: string
  blobId: number
  hash: Uint8Array
  size: number
  modifiedAt: number
  scheduleTag?: PutItem['scheduleTag']
}

/** Throws Conflict with `detail.precondition` 'no-uid-conflict' and `detail.existing`, the name of the item in the way. */
export async function putItem(
  parts: ItemParts,
  tx: Tx,
  collection: Collection,
  { staged, modifiedAt, ...rest }: PutItem,
): Promise<{ item: Item; created: boolean }> {
  checkName(rest.name)
  const blobId = await parts.blobs.keep(tx, staged)
  const { hash, size } = staged
  return write(parts, tx, collection, { ...rest, blobId, hash, size, modifiedAt: modifiedAt ?? tx.now })
}

/** Throws as `putItem` does. */
export async function copyItem(
  parts: ItemParts,
  tx: Tx,
  source: Item,
  to: { collection: Collection; name: string },
): Promise<{ item: Item; created: boolean }> {
  checkName(to.name)
  const { scheduleTag, ...content } = source
  const written = await write(parts, tx, to.collection, {
    ...content,
    name: to.name,
    scheduleTag: scheduleTag === null ? undefined : 'new',
  })
  await parts.properties.forget(tx, itemKind, [written.item.id])
  await parts.properties.copy(tx, itemKind, [{ from: source.id, to: written.item.id }])
  if (source.attachments) await copyUses(tx, source.id, written.item.id)
  return written
}

async function write(
  { journal }: Pick<ItemParts, 'journal'>,
  tx: Tx,
  collection: Collection,
  content: Content,
): Promise<{ item: Item; created: boolean }> {
  const { id: collectionId, accountId } = collection
  // The position comes first: on PostgreSQL it holds the account's clock, so that no two writes look at once.
  const position = await tx.stamp(accountId)
  const former = await findItem(tx, collectionId, content.name)
  await requireFreeUid(tx, collectionId, content.uid, former)
  const scheduleTag = scheduleTagOf(content.scheduleTag, former?.scheduleTag ?? null, journal.token(position))
  const values = { ...rowOf(content), scheduleTag, changed: position }
  await tx.charge(accountId, content.size - (former?.size ?? 0))
  await touchCollection(tx, collection, position)
  if (former) {
    await tx.db.updateTable('collection_item').set(values).where('id', '=', former.id).execute()
    if (former.attachments || content.managedIds?.length) await setUses(tx, former.id, content.managedIds ?? [])
    return { item: toItem({ ...former, ...values, hash: content.hash }), created: false }
  }
  const row = await tx.db
    .insertInto('collection_item')
    .values({ ...values, collectionId, accountId, createdAt: tx.now, created: position })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (content.managedIds?.length) await setUses(tx, row.id, content.managedIds)
  return { item: toItem({ ...row, hash: content.hash }), created: true }
}

const scheduleTagOf = (said: PutItem['scheduleTag'], former: string | null, fresh: string): string | null => {
  if (said === 'none') return null
  return said === 'new' || (said === 'kept' && former === null) ? fresh : former
}

const rowOf = (content: Content) => ({
  name: content.name,
  uid: content.uid,
  component: content.component,
  blobId: content.blobId,
  size: content.size,
  modifiedAt: content.modifiedAt,
  firstStart: content.firstStart ?? null,
  lastEnd: content.lastEnd ?? null,
  recurring: Number(content.recurring ?? false),
})

/** RFC 4791 §5.3.2.1, RFC 6352 §6.3.2.1: neither another item's UID, nor another UID than the item had. */
async function requireFreeUid(tx: Tx, collectionId: number, uid: string, former: Item | undefined): Promise<void> {
  const inUse = await findItemByUid(tx, collectionId, uid)
  const existing = inUse && inUse.id !== former?.id ? inUse : former
  if (existing === undefined || (existing === former && former.uid === uid)) return
  throw new DomainError('Conflict', 'An item of another name has that UID, or the item has another.', {
    precondition: 'no-uid-conflict',
    existing: existing.name,
  })
}

/** Moves or renames, onto what is there if need be; to another account as a copy. Throws as `putItem` does. */
export async function moveItem(
  parts: ItemParts,
  tx: Tx,
  { from, to, item, name }: { from: Collection; to: Collection; item: Item; name: string },
): Promise<Item> {
  checkName(name)
  const there = await findItem(tx, to.id, name)
  if (there?.id === item.id) return item
  if (there) await removeItem(parts, tx, to, there)
  if (from.accountId !== to.accountId) {
    const { item: copy } = await copyItem(parts, tx, item, { collection: to, name })
    await removeItem(parts, tx, from, item)
    return copy
  }
  const position = await tx.stamp(to.accountId)
  await requireFreeUid(tx, to.id, item.uid, item)
  await leave(parts, tx, from, item, position)
  const placed = { name, collectionId: to.id, created: position, changed: position }
  await tx.db.updateTable('collection_item').set(placed).where('id', '=', item.id).execute()
  // RFC 4918 §7.6: a lock does not move with what it is on.
  await parts.locks.forget(tx, itemKind, [item.id])
  await touchCollection(tx, from, position)
  await touchCollection(tx, to, position)
  return { ...item, ...placed }
}

export async function removeItem(parts: ItemParts, tx: Tx, collection: Collection, item: Item): Promise<void> {
  const position = await tx.stamp(item.accountId)
  await leave(parts, tx, collection, item, position)
  await parts.properties.forget(tx, itemKind, [item.id])
  await parts.locks.forget(tx, itemKind, [item.id])
  if (item.attachments) await dropUses(tx, [item.id])
  await removeRow.run(tx, { id: item.id })
  await tx.charge(item.accountId, -item.size)
  await touchCollection(tx, collection, position)
}

/** Takes a position for a change that has no row of its own, such as a dead property's. */
export async function touchItem(tx: Tx, collection: Collection, item: Item): Promise<void> {
  const position = await tx.stamp(item.accountId)
  await stampRow.run(tx, { id: item.id, position })
  await touchCollection(tx, collection, position)
}

const leave = ({ journal }: ItemParts, tx: Tx, { id, accountId, kind }: Collection, { name }: Item, position: number) =>
  journal.leave(tx, { accountId, kind, collection: id, name, position })
