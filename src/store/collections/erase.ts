// A removed collection is out of sight in one write; its items go after that, in writes of a bounded number of rows.
// A twin that is stopped meanwhile goes on at its next start or upkeep.
import { sql } from 'kysely'
import { collectionRowsPerWrite } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import { endSharesOf } from '../shares/end.ts'
import { dropUses } from './attachments.ts'
import { type Collection, collectionTopic, GONE } from './collection.ts'
import { type ItemParts, itemKind } from './item.ts'

/** Locks and dead properties of collections are kept under this. */
export const collectionKind = 'collection'

type Write = <T>(body: Body<T, Tx>) => Promise<T>
type Read = <T>(body: Body<T, View>) => Promise<T>

const gone = prepared((db, _: object) =>
  db.selectFrom('collection').select(['id', 'accountId']).where('kind', '=', GONE).orderBy('id').limit(1),
)

const anyOf = prepared((db, p: { accountId: number }) =>
  db.selectFrom('collection').select('id').where('accountId', '=', p.accountId).limit(1),
)

const someItems = prepared((db, p: { collectionId: number; limit: number }) =>
  db
    .selectFrom('collection_item')
    .select(['id', 'size', 'attachments'])
    .where('collectionId', '=', p.collectionId)
    .orderBy('name')
    .limit(p.limit),
)

export async function hasCollections(tx: Tx, accountId: number): Promise<boolean> {
  return (await anyOf.first(tx, { accountId })) !== undefined
}

/** Takes it out of sight; `eraseGone` does the rest. */
export async function condemn(tx: Tx, { id, accountId, kind }: Collection): Promise<void> {
  // The id makes the name one that no other removed collection has.
  await tx.db
    .updateTable('collection')
    .set({ kind: GONE, name: String(id) })
    .where('id', '=', id)
    .execute()
  if (kind !== 'inbox') await endSharesOf(tx, kind, id)
  await tx.db.deleteFrom('feed').where('collectionId', '=', id).execute()
  tx.changed(collectionTopic(kind, accountId))
}

/** The same for all that an account has. */
export async function condemnAll(tx: Tx, accountId: number): Promise<void> {
  await tx.db
    .updateTable('collection')
    .set({ kind: GONE, name: sql<string>`CAST(id AS TEXT)` })
    .where('accountId', '=', accountId)
    .execute()
  await tx.db.deleteFrom('feed').where('accountId', '=', accountId).execute()
}

/** Erases what lies to be erased; all of it when this resolves. */
export async function eraseGone(parts: ItemParts, { read, write }: { read: Read; write: Write }): Promise<void> {
  for (;;) {
    const next = await read((view) => gone.first(view, {}))
    if (!next) return
    while (!(await write((tx) => eraseSome(parts, tx, next))));
  }
}

/** True when nothing of it is left. */
async function eraseSome(
  { properties, locks }: ItemParts,
  tx: Tx,
  { id, accountId }: { id: number; accountId: number },
): Promise<boolean> {
  const items = await someItems.all(tx, { collectionId: id, limit: collectionRowsPerWrite })
  const ids = items.map((item) => item.id)
  if (ids.length > 0) {
    await properties.forget(tx, itemKind, ids)
    await locks.forget(tx, itemKind, ids)
    const attached = items.filter(({ attachments }) => attachments).map((item) => item.id)
    if (attached.length > 0) await dropUses(tx, attached)
    await tx.db.deleteFrom('collection_item').where('id', 'in', ids).execute()
    await tx.charge(accountId, -items.reduce((bytes, { size }) => bytes + size, 0))
    return false
  }
  await properties.forget(tx, collectionKind, [id])
  await locks.forget(tx, collectionKind, [id])
  await tx.db.deleteFrom('collection').where('id', '=', id).execute()
  return true
}
