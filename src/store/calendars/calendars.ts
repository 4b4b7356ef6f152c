// What is particular to calendars: their items by the time that they take. The columns say where no instance is, so that
// a query reads few of many; what really overlaps is for who reads the content.
import { type ItemWithData, selectItems, toItem } from '../collections/item.ts'
import type { View } from '../engine/types.ts'

export type InTime = {
  collectionId: number
  /** Milliseconds UTC, both included; without them any time will do. */
  start?: number | undefined
  end?: number | undefined
  /** Such as 'VEVENT'; undefined for all. */
  component?: string | undefined
}

/** Items that may have an instance between two times, with their contents, by name, from after one. */
export async function itemsInTime(
  view: View,
  { collectionId, start, end, component }: InTime,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<ItemWithData[]> {
  let query = selectItems(view)
    .select('blob.data')
    .where('collection_item.collectionId', '=', collectionId)
    .where('collection_item.name', '>', after ?? '')
  if (component !== undefined) query = query.where('collection_item.component', '=', component)
  if (start !== undefined && Number.isFinite(start))
    query = query.where(({ eb, or }) =>
      or([eb('collection_item.lastEnd', 'is', null), eb('collection_item.lastEnd', '>=', start)]),
    )
  if (end !== undefined && Number.isFinite(end))
    query = query.where(({ eb, or }) =>
      or([eb('collection_item.firstStart', 'is', null), eb('collection_item.firstStart', '<=', end)]),
    )
  return (await query.orderBy('collection_item.name').limit(limit).execute()).map(toItem)
}
