// Makes a subscribed calendar what its source is, object by object: what did not change keeps its row and its position,
// so that clients are told of what did. Some at a time: others write in between, and a look that is cut off goes on later.

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { DomainError, isDomainError } from '../../errors.ts'
import type { SplitObject } from '../../formats/icalendar/split.ts'
import { strip, withoutStamps } from '../../formats/icalendar/strip.ts'
import { davPageMembers, feedBounds, largestCalendarObject } from '../../limits.ts'
import type { Staged } from '../../store/blobs/blobs.ts'
import { factsAside, readCalendarObject } from '../../store/calendars/facts.ts'
import type { Collection, Item, ItemFacts } from '../../store/collections/collections.ts'
import type { Store, Tx } from '../../store/store.ts'

/** What could not be taken, for people; null when all was. */
export type LeftOut = string | null

type Put = ItemFacts & { readonly name: string; readonly staged: Staged }

/** @throws DomainError QuotaExceeded, NotFound when the calendar or its source changed meanwhile. */
export const storeFeed = async (
  store: Store,
  collection: Collection,
  objects: readonly SplitObject[],
): Promise<LeftOut> => {
  const former = await itemsByUid(store, collection)
  const left: { object: SplitObject; error: DomainError }[] = []
  let puts: Put[] = []
  const flush = async () => {
    await putAll(store, collection, puts)
    puts = []
  }
  for (const object of objects) {
    const there = former.get(object.uid)
    try {
      const put = await putFor(store, collection, object, there)
      if (put !== 'leave') former.delete(object.uid)
      if (typeof put === 'object') puts.push(put)
    } catch (error) {
      if (!isDomainError(error)) throw error
      // What was read before is better than nothing.
      former.delete(object.uid)
      left.push({ object, error })
    }
    if (puts.length >= feedBounds.itemsPerWrite) await flush()
    await setImmediate() // each takes part of a millisecond, and others wait
  }
  await flush()
  await removeAll(store, collection, [...former.values()])
  const [first] = left
  if (first === undefined) return null
  const { line, uid } = first.object
  return `${left.length} of ${objects.length} events could not be taken; line ${line}, ${uid || 'no UID'}: ${first.error.message}`
}

const itemsByUid = async (store: Store, collection: Collection): Promise<Map<string, Item>> => {
  const found = new Map<string, Item>()
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await store.read((view) => store.collections.items(view, collection, { after, limit: davPageMembers }))
    for (const item of page) found.set(item.uid, item)
    after = page.at(-1)?.name
    more = page.length === davPageMembers
  }
  return found
}

/** What to write for an object: 'keep' where it is there as it is, 'leave' where the calendar does not want it. */
const putFor = async (
  store: Store,
  { components, strip: stripped }: Collection,
  object: SplitObject,
  there: Item | undefined,
): Promise<Put | 'keep' | 'leave'> => {
  const without = stripped?.split(' ') ?? []
  const text = strip(object.bytes().toString('latin1'), {
    alarms: without.includes('alarms'),
    attachments: without.includes('attachments'),
  })
  const bytes = Buffer.from(text, 'latin1')
  const hash = createHash('sha256').update(bytes).digest()
  if (there && hash.equals(there.hash)) return 'keep'
  const facts = await factsOf(store, bytes)
  if (without.includes('todos') && facts.component === 'VTODO') return 'leave'
  if (components !== null && !components.split(' ').includes(facts.component)) return 'leave'
  if (there && (await isSame(store, there, text))) return 'keep'
  const staged = await store.blobs.receive(Readable.from([bytes]))
  return { ...facts, name: there?.name ?? nameFor(object.uid), staged }
}

const factsOf = (store: Store, bytes: Buffer): Promise<ItemFacts> => {
  if (bytes.length > largestCalendarObject) throw new DomainError('TooLarge', 'It is too large.')
  return factsAside(store.recurrences, readCalendarObject(bytes), () => bytes.toString('utf8'))
}

const isSame = async (store: Store, there: Item, text: string): Promise<boolean> => {
  const [item] = await store.read((view) =>
    store.collections.itemsNamed(view, { id: there.collectionId }, [there.name]),
  )
  if (item === undefined) return false
  return withoutStamps((await store.collections.read(item)).toString('latin1')) === withoutStamps(text)
}

/** The same for the same event, so that one that comes back is the one that went. */
const nameFor = (uid: string): string => `${createHash('sha256').update(uid).digest('base64url').slice(0, 22)}.ics`

const putAll = async (store: Store, collection: Collection, puts: readonly Put[]): Promise<void> => {
  if (puts.length === 0) return
  try {
    await store.write(async (tx) => {
      const now = await stillThere(store, tx, collection)
      for (const put of puts) await store.collections.put(tx, now, put)
    })
  } catch (error) {
    for (const { staged } of puts) await staged.discard()
    throw error
  }
}

const removeAll = async (store: Store, collection: Collection, items: readonly Item[]): Promise<void> => {
  for (let at = 0; at < items.length; at += feedBounds.itemsPerWrite)
    await store.write(async (tx) => {
      const now = await stillThere(store, tx, collection)
      for (const { name } of items.slice(at, at + feedBounds.itemsPerWrite)) {
        const item = await store.collections.item(tx, now, name)
        if (item) await store.collections.removeItem(tx, now, item)
      }
    })
}

const stillThere = async (store: Store, tx: Tx, { id, source }: Collection): Promise<Collection> => {
  const now = await store.collections.get(tx, id)
  if (now === undefined || now.source !== source) throw new DomainError('NotFound', 'The subscription changed.')
  return now
}
