// Managed attachments (RFC 8607). An attachment is there as long as an object has its MANAGED-ID, which is 128 random
// bits: who has the id, because an object with it was sent to them, may refer to it, too. Who made it is charged for it.
import { randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { attachmentIdsOfObject } from '../../limits.ts'
import type { Blobs, Staged } from '../blobs/blobs.ts'
import type { Tx, View } from '../engine/types.ts'
import type { attachment as AttachmentTable } from '../schema.ts'

export type Attachment = Selectable<AttachmentTable>

export type NewAttachment = Pick<Attachment, 'accountId' | 'managedId' | 'name' | 'contentType'> & { staged: Staged }

export const newManagedId = (): string => randomBytes(16).toString('base64url')

/** Part of the write that puts the first object which refers to it. Throws QuotaExceeded. */
export async function createAttachment(
  { blobs }: { blobs: Blobs },
  tx: Tx,
  { staged, ...about }: NewAttachment,
): Promise<void> {
  const blobId = await blobs.keep(tx, staged)
  await tx.charge(about.accountId, staged.size)
  await tx.db
    .insertInto('attachment')
    .values({ ...about, blobId, size: staged.size, createdAt: tx.now })
    .execute()
}

export async function findAttachment(view: View, managedId: string): Promise<Attachment | undefined> {
  return view.db.selectFrom('attachment').selectAll().where('managedId', '=', managedId).executeTakeFirst()
}

/** RFC 8607 §3.12.2: an attachment is for who may read an object that refers to it. */
export async function mayReadAttachment(view: View, { id }: Attachment, accountId: number): Promise<boolean> {
  const found = await view.db
    .selectFrom('attachment_use as use')
    .innerJoin('collection_item as item', 'item.id', 'use.itemId')
    .select('use.id')
    .where('use.attachmentId', '=', id)
    .where(({ eb, or, exists, selectFrom }) =>
      or([
        eb('item.accountId', '=', accountId),
        exists(
          selectFrom('share')
            .select('share.id')
            .whereRef('share.itemId', '=', 'item.collectionId')
            .where('share.kind', '=', 'calendar')
            .where('share.status', '=', 'accepted')
            .where('share.accountId', '=', accountId),
        ),
        exists(
          selectFrom('proxy')
            .select('proxy.id')
            .whereRef('proxy.ownerId', '=', 'item.accountId')
            .where('proxy.accountId', '=', accountId),
        ),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** Makes an item refer to the attachments of these ids that are there, and to no others. */
export async function setUses(tx: Tx, itemId: number, managedIds: readonly string[]): Promise<void> {
  const ids = managedIds.slice(0, attachmentIdsOfObject)
  const wanted = ids.length === 0 ? [] : await idsOf(tx, ids)
  const there = await tx.db.selectFrom('attachment_use').select('attachmentId').where('itemId', '=', itemId).execute()
  const former = new Set(there.map(({ attachmentId }) => attachmentId))
  const fresh = wanted.filter((id) => !former.has(id))
  if (fresh.length > 0)
    await tx.db
      .insertInto('attachment_use')
      .values(fresh.map((attachmentId) => ({ attachmentId, itemId })))
      .execute()
  await tx.db
    .updateTable('collection_item')
    .set({ attachments: wanted.length || null })
    .where('id', '=', itemId)
    .execute()
  const dropped = [...former].filter((id) => !wanted.includes(id))
  if (dropped.length === 0) return
  await tx.db.deleteFrom('attachment_use').where('itemId', '=', itemId).where('attachmentId', 'in', dropped).execute()
  await removeUnused(tx, dropped)
}

const idsOf = async (tx: Tx, managedIds: readonly string[]): Promise<number[]> =>
  (await tx.db.selectFrom('attachment').select('id').where('managedId', 'in', managedIds).execute()).map(({ id }) => id)

/** Makes an item refer to what another one refers to. */
export async function copyUses(tx: Tx, from: number, to: number): Promise<void> {
  const uses = await tx.db
    .selectFrom('attachment_use')
    .innerJoin('attachment', 'attachment.id', 'attachment_use.attachmentId')
    .select('attachment.managedId')
    .where('attachment_use.itemId', '=', from)
    .execute()
  await setUses(
    tx,
    to,
    uses.map(({ managedId }) => managedId),
  )
}

/** Part of removing items. */
export async function dropUses(tx: Tx, itemIds: readonly number[]): Promise<void> {
  const uses = await tx.db.selectFrom('attachment_use').select('attachmentId').where('itemId', 'in', itemIds).execute()
  if (uses.length === 0) return
  await tx.db.deleteFrom('attachment_use').where('itemId', 'in', itemIds).execute()
  await removeUnused(tx, [...new Set(uses.map(({ attachmentId }) => attachmentId))])
}

async function removeUnused(tx: Tx, ids: readonly number[]): Promise<void> {
  const unused = await tx.db
    .selectFrom('attachment')
    .select(['id', 'accountId', 'size'])
    .where('id', 'in', ids)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('attachment_use')
            .select('attachment_use.id')
            .whereRef('attachment_use.attachmentId', '=', 'attachment.id'),
        ),
      ),
    )
    .execute()
  for (const { id, accountId, size } of unused) {
    await tx.db.deleteFrom('attachment').where('id', '=', id).execute()
    await tx.charge(accountId, -size)
  }
}

/** Part of erasing an account: what it gave to the meetings of others goes with it. */
export async function eraseAttachments(tx: Tx, accountId: number): Promise<void> {
  const own = await tx.db.selectFrom('attachment').select(['id', 'size']).where('accountId', '=', accountId).execute()
  for (const { id, size } of own) {
    await tx.db.deleteFrom('attachment_use').where('attachmentId', '=', id).execute()
    await tx.db.deleteFrom('attachment').where('id', '=', id).execute()
    await tx.charge(accountId, -size)
  }
}
