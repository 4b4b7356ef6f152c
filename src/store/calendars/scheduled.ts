// Scheduling object resources (RFC 6638 §3.1) among the items of calendars: they have a schedule tag, and their contents
// are always in rows, so that a write can read what it changes.
import { type ItemWithData, selectItems, toItem } from '../collections/item.ts'
import { prepared } from '../engine/prepared.ts'
import type { View } from '../engine/types.ts'

const byUid = prepared((db, p: { accountId: number; uid: string }) =>
  selectItems({ db })
    .select('blob.data')
    .innerJoin('collection', 'collection.id', 'collection_item.collectionId')
    .where('collection_item.accountId', '=', p.accountId)
    .where('collection_item.uid', '=', p.uid)
    .where('collection.kind', '=', 'calendar')
    .where('collection.source', 'is', null)
    .orderBy('collection_item.id'),
)

const byId = prepared((db, p: { id: number }) =>
  selectItems({ db }).select('blob.data').where('collection_item.id', '=', p.id),
)

const inCollection = prepared((db, p: { collectionId: number; limit: number }) =>
  selectItems({ db })
    .select('blob.data')
    .where('collection_item.collectionId', '=', p.collectionId)
    .where('collection_item.scheduleTag', 'is not', null)
    .orderBy('collection_item.changed', 'desc')
    .limit(p.limit),
)

/**
 * Whatever an account has of a UID in its calendars, with contents; scheduling object resources come first. What it
 * subscribed to is another's word about a meeting, and no copy of its own.
 */
export async function objectsOfUid(view: View, of: { accountId: number; uid: string }): Promise<ItemWithData[]> {
  const items = (await byUid.all(view, of)).map(toItem)
  return items.sort((a, b) => Number(b.scheduleTag !== null) - Number(a.scheduleTag !== null))
}

export async function itemWithData(view: View, id: number): Promise<ItemWithData | undefined> {
  const row = await byId.first(view, { id })
  return row && toItem(row)
}

/** The scheduling object resources of a calendar, those that changed last first. */
export async function scheduledIn(view: View, of: { collectionId: number; limit: number }): Promise<ItemWithData[]> {
  return (await inCollection.all(view, of)).map(toItem)
}
