// Calendars and address books as files, for the command line: inside the running twin or over a store of one's own. The
// bytes travel as base64, and the file is read or written by whoever asked.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { DomainError, isDomainError } from '../errors.ts'
import { cardsPage, controlObjectBytes } from '../limits.ts'
import { exportCalendar } from '../store/calendars/export.ts'
import { factsOfObject } from '../store/calendars/facts.ts'
import type { Collection } from '../store/collections/collections.ts'
import { type Existing, type Imported, importItem } from '../store/collections/import.ts'
import type { Store } from '../store/store.ts'
import type { ControlCommands } from './socket.ts'

export type CollectionValues = { account: string; kind: 'calendar' | 'addressbook'; name: string }

export type ImportValues = CollectionValues & { existing: Existing; objects: readonly string[] }

/** What became of each object of an import, in their order. */
export type Outcome = Imported | { refused: string }

export const collectionCommands = (store: Store): ControlCommands => ({
  async 'collection.export'(values, { send, signal }) {
    const collection = await find(store, values as CollectionValues)
    const pieces = collection.kind === 'calendar' ? exportCalendar(store, collection) : cards(store, collection)
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; at += controlObjectBytes)
        await send(piece.subarray(at, at + controlObjectBytes).toString('base64'))
      if (signal.aborted) return
    }
  },
  async 'collection.import'(values): Promise<Outcome[]> {
    const { objects, existing, ...at } = values as ImportValues
    const collection = await find(store, at)
    if (collection.source !== null) throw new DomainError('Forbidden', 'This calendar is subscribed to.')
    const taken = collection.components?.split(' ')
    return Promise.all(
      objects.map(async (object) => {
        const bytes = Buffer.from(object, 'base64')
        try {
          const facts = factsOfObject(bytes)
          if (taken && !taken.includes(facts.component)) return { refused: `The calendar takes ${taken.join(', ')}.` }
          const staged = await store.blobs.receive(Readable.from([bytes]))
          const item = { ...facts, name: `${randomUUID()}.ics`, staged }
          return await store.write((tx) => importItem(store.collections, tx, collection, item, existing))
        } catch (error) {
          if (isDomainError(error)) return { refused: error.message }
          throw error
        }
      }),
    )
  },
})

const find = async (store: Store, { account, kind, name }: CollectionValues): Promise<Collection> => {
  const found = await store.read(async (view) => {
    const owner = await store.accounts.byName(view, account)
    if (owner === undefined) throw new DomainError('NotFound', `There is no account ${account}.`)
    return store.collections.find(view, { accountId: owner.id, kind, name })
  })
  if (found === undefined) throw new DomainError('NotFound', `${account} has no ${kind} ${name}.`)
  return found
}

async function* cards(store: Store, book: Collection): AsyncGenerator<Buffer> {
  let after: string | undefined
  for (let more = true; more; ) {
    const items = await store.read((view) => store.collections.itemsWithData(view, book, { after, limit: cardsPage }))
    for (const item of items) {
      const bytes = await store.collections.read(item)
      yield bytes.at(-1) === lineFeed ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')])
    }
    after = items.at(-1)?.name
    more = items.length === cardsPage
  }
}

const lineFeed = 10
