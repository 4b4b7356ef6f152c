// The events of a calendar that take place in a range, without a look at those that do not, and at few of those that do:
// what does not recur is decided by its row, what recurs by the days that the index knows.
import { parseObject } from '../../formats/icalendar/object.ts'
import type { TimeRange } from '../../formats/icalendar/timing.ts'
import type { Zone } from '../../formats/icalendar/zone.ts'
import { itemsInQuery } from '../../limits.ts'
import type { Collections, ItemWithData } from '../collections/collections.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, View } from '../engine/types.ts'
import { turns } from '../turns.ts'
import { DayIndex } from './day-index.ts'

/** An event that takes place in a range, or one of which only its text can tell. */
export type EventInRange = { id: number; blobId: number; sure: boolean }

type Row = { id: number; blobId: number; firstStart: number | null; lastEnd: number | null; recurring: number }

const columns = ['id', 'blobId', 'firstStart', 'lastEnd', 'recurring'] as const

/** What has an end, by the index over it. */
const ending = prepared((db, p: { collectionId: number; component: string; start: number; end: number }) =>
  db
    .selectFrom('collection_item')
    .select(columns)
    .where('collectionId', '=', p.collectionId)
    .where('component', '=', p.component)
    .where('lastEnd', '>=', p.start)
    .where(({ eb, or }) => or([eb('firstStart', 'is', null), eb('firstStart', '<=', p.end)])),
)

const endless = prepared((db, p: { collectionId: number; component: string; end: number }) =>
  db
    .selectFrom('collection_item')
    .select(columns)
    .where('collectionId', '=', p.collectionId)
    .where('component', '=', p.component)
    .where('lastEnd', 'is', null)
    .where(({ eb, or }) => or([eb('firstStart', 'is', null), eb('firstStart', '<=', p.end)])),
)

export type EventsOptions = {
  collections: Collections
  read: <T>(body: Body<T, View>) => Promise<T>
}

export class Events {
  readonly #options: EventsOptions
  readonly #index = new DayIndex()

  constructor(options: EventsOptions) {
    this.#options = options
  }

  /**
   * Those of one snapshot, by their ids; whoever reads one later and finds another content in it has to look for himself.
   *
   * @param floating the zone of times that have none, and of whole days.
   */
  async inRange(collectionId: number, range: TimeRange, floating: Zone): Promise<EventInRange[]> {
    const rows = await this.#options.read((view) => candidates(view, collectionId, range))
    const unknown: Row[] = []
    const found: EventInRange[] = []
    for (const row of rows) {
      const decision = row.recurring === 1 ? this.#index.decide(row.blobId, range, floating) : decideByRow(row, range)
      if (decision === 'unknown') unknown.push(row)
      else if (decision !== false) found.push({ id: row.id, blobId: row.blobId, sure: decision === true })
    }
    for await (const row of this.#learn(collectionId, unknown, range, floating)) {
      const decision = this.#index.decide(row.blobId, range, floating)
      if (decision !== false) found.push({ id: row.id, blobId: row.blobId, sure: decision === true })
    }
    return found.sort((a, b) => a.id - b.id)
  }

  async *#learn(collectionId: number, rows: Row[], range: TimeRange, floating: Zone): AsyncGenerator<Row, void> {
    const { collections, read } = this.#options
    const turn = turns()
    for (let at = 0; at < rows.length; at += itemsInQuery) {
      const page = rows.slice(at, at + itemsInQuery)
      const ids = page.map(({ id }) => id)
      for (const item of await read((view) => collections.itemsById(view, { id: collectionId }, ids))) {
        this.#index.learn(item.blobId, parseObject(await this.#textOf(item)), range, floating)
        await turn()
      }
      yield* page
    }
  }

  async #textOf(item: ItemWithData): Promise<string> {
    return (await this.#options.collections.read(item)).toString('utf8')
  }
}

async function candidates(view: View, collectionId: number, { start, end }: TimeRange): Promise<Row[]> {
  const within = {
    collectionId,
    component: 'VEVENT',
    start: Math.max(start, Number.MIN_SAFE_INTEGER),
    end: Math.min(end, Number.MAX_SAFE_INTEGER),
  }
  return [...(await ending.all(view, within)), ...(await endless.all(view, within))]
}

/**
 * An event that does not recur takes place somewhere between its two columns, which have room for other zones where its
 * times are floating: inside the range they are enough.
 */
const decideByRow = ({ firstStart, lastEnd }: Row, { start, end }: TimeRange): true | 'unsure' =>
  firstStart !== null && lastEnd !== null && firstStart >= start && firstStart < end && lastEnd <= end ? true : 'unsure'
