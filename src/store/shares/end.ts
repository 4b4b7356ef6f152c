// How a share ends: because its owner takes it back, because what is shared goes, or because an account does. It leaves
// the home that it was in, which is told as any removal is; and nobody keeps a lock on what they may no longer write.
import type { CollectionKind } from '../collections/collection.ts'
import { collectionTopic } from '../collections/collection.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx } from '../engine/types.ts'
import { ancestors, root } from '../files/node.ts'
import { filesTopic } from '../files/topic.ts'
import { recordLeft } from '../journal.ts'
import { Locks } from '../locks.ts'
import { type Share, type ShareKind, sharesTopic } from './share.ts'

const ofItem = prepared((db, p: { kind: string; itemId: number }) =>
  db.selectFrom('share').selectAll().where('kind', '=', p.kind).where('itemId', '=', p.itemId).orderBy('accountId'),
)

const foldersOf = prepared((db, p: { ownerId: number }) =>
  db
    .selectFrom('share')
    .selectAll()
    .where('ownerId', '=', p.ownerId)
    .where('kind', '=', 'node')
    .orderBy('accountId')
    .orderBy('id'),
)

const givenBy = prepared((db, p: { ownerId: number }) =>
  db.selectFrom('share').selectAll().where('ownerId', '=', p.ownerId).orderBy('accountId').orderBy('id'),
)

const remove = prepared((db, p: { id: number }) => db.deleteFrom('share').where('id', '=', p.id))

const locks = new Locks()

/** Wakes whoever watches the home that a share is, or was, in. */
export function tellHome(tx: Tx, { kind, accountId }: Pick<Share, 'kind' | 'accountId'>): void {
  tx.changed(sharesTopic(accountId))
  tx.changed(kind === 'node' ? filesTopic(accountId) : collectionTopic(kind as CollectionKind, accountId))
}

/** Takes an accepted share out of the home that it is in, at a position of that home's clock. */
export async function leaveHome(tx: Tx, share: Share): Promise<number> {
  const { kind, accountId, name } = share
  const position = await tx.stamp(accountId)
  if (kind === 'node' && name !== null) {
    const home = await root(tx, 'files', accountId)
    // As of a folder: its tombstone has an id, here of none (files/since.ts).
    await recordLeft(tx, { accountId, kind: 'files', collection: home.id, name: `${name}/0`, position })
  }
  return position
}

/** Ends the locks that somebody has in a folder of which they may no longer change anything. */
export async function releaseLocks(tx: Tx, { kind, itemId, accountId }: Share): Promise<void> {
  if (kind !== 'node') return
  for (const lock of await locks.alive(tx, 'node')) {
    if (lock.accountId !== accountId) continue
    const above = await ancestors(tx, { parentId: lock.itemId })
    if (above.some(({ id }) => id === itemId)) await locks.remove(tx, lock)
  }
}

export async function endShare(tx: Tx, share: Share): Promise<void> {
  await remove.run(tx, { id: share.id })
  if (share.name !== null) {
    await leaveHome(tx, share)
    await releaseLocks(tx, share)
  }
  tellHome(tx, share)
}

/** All of a collection or folder that goes. */
export async function endSharesOf(tx: Tx, kind: ShareKind, itemId: number): Promise<void> {
  for (const share of (await ofItem.all(tx, { kind, itemId })) as Share[]) await endShare(tx, share)
}

/** All of a folder and of what is below it, when it goes. An owner who shares no folder pays one look into an index. */
export async function endSharesBelow(tx: Tx, { id, accountId }: { id: number; accountId: number }): Promise<void> {
  for (const share of (await foldersOf.all(tx, { ownerId: accountId })) as Share[]) {
    const above = await ancestors(tx, { parentId: share.itemId })
    if (above.some((folder) => folder.id === id)) await endShare(tx, share)
  }
}

/** What an account that goes shared with others, what was shared with it, and for whom it acted. */
export async function endSharesOfAccount(tx: Tx, accountId: number): Promise<void> {
  for (const share of (await givenBy.all(tx, { ownerId: accountId })) as Share[]) await endShare(tx, share)
  for (const table of ['share', 'proxy'] as const)
    await tx.db
      .deleteFrom(table)
      .where((eb) => eb.or([eb('accountId', '=', accountId), eb('ownerId', '=', accountId)]))
      .execute()
}
