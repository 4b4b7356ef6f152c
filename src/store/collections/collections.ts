// Calendars and address books of all accounts, with their items: what the two kinds have in common.
// What may be called inside a write or a read takes its `tx` or `view`.
import type { Readable } from 'node:stream'
import type { Blobs } from '../blobs/blobs.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import type { Locks } from '../locks.ts'
import type { Properties } from '../properties.ts'
import { createAttachment, type NewAttachment } from './attachments.ts'
import {
  type Collection,
  type CollectionAt,
  type CollectionKind,
  type CollectionSettings,
  createCollection,
  findCollection,
  getCollection,
  listCollections,
  updateCollection,
} from './collection.ts'
import { condemn, condemnAll, eraseGone } from './erase.ts'
import { deliver, inboxOf, type Message } from './inbox.ts'
import {
  copyItem,
  findItem,
  findItemByUid,
  getItem,
  type Item,
  type ItemParts,
  type ItemWithData,
  itemsById,
  itemsNamed,
  listItems,
  listItemsWithData,
  moveItem,
  type PutItem,
  putItem,
  removeItem,
  touchItem,
} from './item.ts'
import { collectionToken, type ItemChanges, itemsSince } from './since.ts'

export type { Collection, CollectionKind, CollectionSettings } from './collection.ts'
export { collectionTopic } from './collection.ts'
export { collectionKind } from './erase.ts'
export type { Item, ItemFacts, ItemWithData, PutItem } from './item.ts'
export { itemKind } from './item.ts'
export type { ItemChanges } from './since.ts'

export type CollectionsOptions = {
  blobs: Blobs
  journal: Journal
  locks: Locks
  properties: Properties
  write: <T>(body: Body<T, Tx>) => Promise<T>
  read: <T>(body: Body<T, View>) => Promise<T>
}

type PageOptions = { after?: string | undefined; limit: number }

export class Collections {
  readonly #options: CollectionsOptions
  readonly #parts: ItemParts

  constructor(options: CollectionsOptions) {
    this.#options = options
    this.#parts = options
  }

  find(view: View, at: CollectionAt): Promise<Collection | undefined> {
    return findCollection(view, at)
  }

  get(view: View, id: number): Promise<Collection | undefined> {
    return getCollection(view, id)
  }

  /** An account's, by name, from after one of them. */
  list(view: View, of: { accountId: number; kind: CollectionKind }, page: PageOptions): Promise<Collection[]> {
    return listCollections(view, of, page)
  }

  /** Throws AlreadyExists for a name that is taken, Conflict when there are too many, BadRequest for a name. */
  create(tx: Tx, at: CollectionAt, settings: Partial<CollectionSettings> = {}): Promise<Collection> {
    return createCollection(tx, at, settings)
  }

  /** Sets what is given; with nothing given it tells of a change outside the row, such as a dead property's. */
  update(tx: Tx, collection: Collection, settings: Partial<CollectionSettings> = {}): Promise<Collection> {
    return updateCollection(tx, collection, settings)
  }

  /** Takes a collection away with all that is in it; `tidy` then frees the bytes. */
  remove(tx: Tx, collection: Collection): Promise<void> {
    return condemn(tx, collection)
  }

  item(view: View, collection: Pick<Collection, 'id'>, name: string): Promise<Item | undefined> {
    return findItem(view, collection.id, name)
  }

  itemById(view: View, id: number): Promise<Item | undefined> {
    return getItem(view, id)
  }

  itemByUid(view: View, collection: Pick<Collection, 'id'>, uid: string): Promise<Item | undefined> {
    return findItemByUid(view, collection.id, uid)
  }

  /** Members by name, from after one: each page is one range of an index. */
  items(view: View, collection: Pick<Collection, 'id'>, page: PageOptions): Promise<Item[]> {
    return listItems(view, collection.id, page)
  }

  /** The same, with the contents that are in rows; `open` has the others. */
  itemsWithData(view: View, collection: Pick<Collection, 'id'>, page: PageOptions): Promise<ItemWithData[]> {
    return listItemsWithData(view, collection.id, page)
  }

  /** Those of some names that are there. */
  itemsNamed(view: View, collection: Pick<Collection, 'id'>, names: readonly string[]): Promise<ItemWithData[]> {
    return itemsNamed(view, collection.id, names)
  }

  /** Those of some numbers that are still in it. */
  itemsById(view: View, collection: Pick<Collection, 'id'>, ids: readonly number[]): Promise<ItemWithData[]> {
    return itemsById(view, collection.id, ids)
  }

  /** An item's bytes, or a stream of them, which the caller consumes or destroys. */
  open({ hash, size, data }: ItemWithData): Readable | Uint8Array {
    return this.#options.blobs.open({ hash, size, data })
  }

  /** The whole content; not to be called inside a write or a read. */
  async read(item: ItemWithData): Promise<Buffer> {
    const content = this.open(item)
    if (content instanceof Uint8Array) return Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    return Buffer.concat(await content.toArray())
  }

  /**
   * Writes an item under its name.
   *
   * @throws DomainError Conflict with `detail.precondition` 'no-uid-conflict' and the name of the `existing` item;
   *   QuotaExceeded, BadRequest
   */
  put(tx: Tx, collection: Collection, item: PutItem): Promise<{ item: Item; created: boolean }> {
    return putItem(this.#parts, tx, collection, item)
  }

  /** An account's inbox. */
  inbox(view: View, accountId: number): Promise<Collection> {
    return inboxOf(view, accountId)
  }

  /** Puts a scheduling message into an account's inbox; beyond a number the oldest makes room. Throws QuotaExceeded. */
  deliver(tx: Tx, accountId: number, message: Message): Promise<Item> {
    return deliver(this.#parts, tx, accountId, message)
  }

  /** Keeps an attachment for the object that is put in the same write (RFC 8607). Throws QuotaExceeded. */
  attach(tx: Tx, attachment: NewAttachment): Promise<void> {
    return createAttachment(this.#parts, tx, attachment)
  }

  /** Copies onto what is there, if need be. Throws as `put` does. */
  copyItem(tx: Tx, item: Item, to: { collection: Collection; name: string }) {
    return copyItem(this.#parts, tx, item, to)
  }

  /** Moves, onto what is there if need be. Throws as `put` does. */
  moveItem(tx: Tx, item: Item, move: { from: Collection; to: Collection; name: string }): Promise<Item> {
    return moveItem(this.#parts, tx, { ...move, item })
  }

  removeItem(tx: Tx, collection: Collection, item: Item): Promise<void> {
    return removeItem(this.#parts, tx, collection, item)
  }

  /** Gives an item a new position after a change outside its row, such as a dead property's. */
  touchItem(tx: Tx, collection: Collection, item: Item): Promise<void> {
    return touchItem(tx, collection, item)
  }

  /** The state of a collection, as `since` takes it; it is the same as long as nothing in it changes. */
  token(collection: Collection): string {
    return collectionToken(this.#options.journal, collection)
  }

  /** What changed in a collection; everything, page by page, without a token. */
  since(
    view: View,
    collection: Collection,
    token: string | undefined,
    page: { limit: number },
  ): Promise<ItemChanges | 'tooOld'> {
    return itemsSince(view, this.#options.journal, collection, token, page)
  }

  /** Erases what removed collections left. */
  tidy(): Promise<void> {
    return eraseGone(this.#parts, this.#options)
  }

  /** Erases all collections of an account that is no more. */
  async eraseAll(accountId: number): Promise<void> {
    await this.#options.write((tx) => condemnAll(tx, accountId))
    await this.tidy()
  }
}
