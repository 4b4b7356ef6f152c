// What writes the items of a space's collections. By default the store; calendars put the scheduling of meetings before
// it, and nobody else here knows of that.
import type { Collection, Item, PutItem } from '../../../store/collections/collections.ts'
import type { Store, Tx } from '../../../store/store.ts'

export type ItemToPut = {
  readonly collection: Collection
  readonly item: PutItem
  /** What `examine` read. */
  readonly object: unknown
  /** What has the name now. */
  readonly former: Item | undefined
}

export type Items = {
  put(tx: Tx, put: ItemToPut): Promise<{ item: Item; created: boolean; altered?: boolean }>
  /** @param options.reply whether who should know of it is told (RFC 6638 §8.1). */
  remove(tx: Tx, collection: Collection, item: Item, options?: { reply?: boolean }): Promise<void>
  removeCollection(tx: Tx, collection: Collection): Promise<void>
  move(tx: Tx, item: Item, move: { from: Collection; to: Collection; name: string }): Promise<unknown>
  copy(tx: Tx, item: Item, to: { collection: Collection; name: string }): Promise<unknown>
}

export const plainItems = ({ collections }: Store): Items => ({
  put: (tx, { collection, item }) => collections.put(tx, collection, item),
  remove: (tx, collection, item) => collections.removeItem(tx, collection, item),
  removeCollection: (tx, collection) => collections.remove(tx, collection),
  move: (tx, item, move) => collections.moveItem(tx, item, move),
  copy: (tx, item, to) => collections.copyItem(tx, item, to),
})
