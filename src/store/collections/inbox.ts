// Inboxes (RFC 6638 §2.2): a message lies in one until its owner's client deletes it, and says what has been done
// already. Messages of one object share a UID, which no two items of a collection do: a message goes by its own name.
import { randomUUID } from 'node:crypto'
import { inboxMessages } from '../../limits.ts'
import type { Staged } from '../blobs/blobs.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import { type Collection, findCollection } from './collection.ts'
import { type Item, type ItemParts, putItem, removeItem, selectItems, toItem } from './item.ts'

export type Message = {
  /** An iCalendar object with its METHOD. */
  staged: Staged
  /** 'VEVENT', 'VTODO', … */
  component: string
}

const newest = prepared((db, p: { collectionId: number; skip: number }) =>
  selectItems({ db })
    .where('collection_item.collectionId', '=', p.collectionId)
    .orderBy('collection_item.changed', 'desc')
    .limit(1)
    .offset(p.skip),
)

export async function inboxOf(view: View, accountId: number): Promise<Collection> {
  const inbox = await findCollection(view, { accountId, kind: 'inbox', name: 'inbox' })
  if (!inbox) throw new Error(`account ${accountId} has no inbox`)
  return inbox
}

export async function deliver(
  parts: ItemParts,
  tx: Tx,
  accountId: number,
  { staged, component }: Message,
): Promise<Item> {
  const inbox = await inboxOf(tx, accountId)
  const oldest = await newest.first(tx, { collectionId: inbox.id, skip: inboxMessages - 1 })
  if (oldest) await removeItem(parts, tx, inbox, toItem(oldest))
  const name = `${randomUUID()}.ics`
  return (await putItem(parts, tx, inbox, { name, uid: name, component, staged })).item
}
