// What a twin has of a person's calendars and contacts, seen behind the clients' backs.
import { type CollectionKind, collectionTopic, type ItemWithData } from '../../src/store/collections/collections.ts'
import type { Store } from '../../src/store/store.ts'

export type Stored = {
  /** The objects of a collection as they are stored, by their UID. */
  texts(collection: string): Promise<ReadonlyMap<string, string>>
  /** Resolves with the objects as soon as the condition holds; a test that waits for nothing is ended by its runner. */
  until(
    collection: string,
    condition: (texts: ReadonlyMap<string, string>) => boolean,
  ): Promise<ReadonlyMap<string, string>>
}

export function stored(store: Store, accountId: number, kind: CollectionKind): Stored {
  const find = async (name: string) => {
    const collection = await store.read((view) => store.collections.find(view, { accountId, kind, name }))
    if (collection === undefined) throw new Error(`There is no ${kind} ${name}`)
    return collection
  }

  const texts = async (name: string) => {
    const collection = await find(name)
    const items = await store.read((view) => store.collections.itemsWithData(view, collection, { limit: 1000 }))
    const content = async (item: ItemWithData) => (await store.collections.read(item)).toString()
    return new Map(await Promise.all(items.map(async (item) => [item.uid, await content(item)] as const)))
  }

  return {
    texts,
    until: (name, condition) =>
      new Promise((resolve, reject) => {
        const look = async () => {
          const found = await texts(name)
          if (!condition(found)) return
          stop()
          resolve(found)
        }
        const stop = store.watch(collectionTopic(kind, accountId), () => void look().catch(reject))
        look().catch(reject)
      }),
  }
}
