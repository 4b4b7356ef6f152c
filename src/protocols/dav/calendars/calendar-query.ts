// CALDAV:calendar-query (RFC 4791 §7.8): the objects that a filter matches, page by page. What the store's rows and its
// index of days decide is not read again; of what is left the text is asked.

import { setImmediate } from 'node:timers/promises'
import { type CompFilter, matchesFilter } from '../../../formats/icalendar/filter.ts'
import { type Floating, plainFilter } from '../../../formats/icalendar/questions.ts'
import type { TimeRange } from '../../../formats/icalendar/timing.ts'
import { child } from '../../../formats/xml/element.ts'
import { calendarPageObjects, itemsInQuery } from '../../../limits.ts'
import { itemsInTime } from '../../../store/calendars/calendars.ts'
import type { Item, ItemWithData } from '../../../store/collections/collections.ts'
import { turns } from '../../../store/turns.ts'
import type { Exchange } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import type { Report } from '../resource.ts'
import { CALDAV } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'
import { type Answering, answers, parseAsked, refused, type Told, tell } from './answer.ts'
import { parseFilter } from './filter.ts'
import { floatingOf, queriedZone } from './floating.ts'
import { type Calendar, calendarsIn, itemAsked, textOf } from './scope.ts'

export const calendarQuery: Report = async (exchange, resource, body) => {
  const asked = parseAsked(exchange, resource, body)
  const filter = parseFilter(child(body, CALDAV, 'filter'))
  const zone = queriedZone(body)
  const calendars = await calendarsIn(exchange, resource)
  const stream = new MultistatusStream(exchange.response)
  for (const calendar of calendars) {
    const asking = { filter, calendar, floating: zone ?? floatingOf(calendar.collection) }
    const answering = { exchange, resource, asked }
    for await (const page of candidates(answering, asking)) {
      await answerPage(answering, asking, page, stream)
      await setImmediate() // a page takes milliseconds, and others wait
    }
  }
  stream.end()
}

type Asking = { readonly filter: CompFilter; readonly calendar: Calendar; readonly floating: Floating }

/** An object that the filter may match, or that it surely does. */
type Candidate = { readonly item: ItemWithData; readonly sure: boolean }

const candidates = (answering: Answering, asking: Asking): AsyncIterable<readonly Candidate[]> => {
  const only = itemAsked(answering.resource)
  if (only !== undefined) return oneObject(answering, asking, only)
  const range = rangeOfEvents(asking.filter)
  return range !== undefined && asking.calendar.collection.kind === 'calendar'
    ? eventsInRange(answering, asking, range)
    : objectsByName(answering, asking)
}

async function* oneObject({ exchange: { store } }: Answering, { calendar }: Asking, { name }: Item) {
  const items = await store.read((view) => store.collections.itemsNamed(view, calendar.collection, [name]))
  yield items.map((item) => ({ item, sure: false }))
}

async function* eventsInRange(
  { exchange: { store } }: Answering,
  { filter, calendar: { collection }, floating }: Asking,
  range: TimeRange,
) {
  const found = await store.events.inRange(collection.id, range, floating.zone)
  const byId = new Map(found.map((one) => [one.id, one]))
  const decided = asksForTimeAlone(filter)
  for (let at = 0; at < found.length; at += itemsInQuery) {
    const ids = found.slice(at, at + itemsInQuery).map(({ id }) => id)
    const items = await store.read((view) => store.collections.itemsById(view, collection, ids))
    yield items.map((item) => {
      const known = byId.get(item.id)
      return { item, sure: decided && known?.sure === true && known.blobId === item.blobId }
    })
  }
}

async function* objectsByName({ exchange: { store } }: Answering, { filter, calendar: { collection } }: Asking) {
  let after: string | undefined
  for (let more = true; more; ) {
    const within = { collectionId: collection.id, ...hints(filter) }
    const items = await store.read((view) => itemsInTime(view, within, { after, limit: calendarPageObjects }))
    yield items.map((item) => ({ item, sure: isPlain(filter, item) }))
    after = items.at(-1)?.name
    more = items.length === calendarPageObjects
  }
}

const answerPage = async (
  answering: Answering,
  { filter, calendar, floating }: Asking,
  page: readonly Candidate[],
  stream: MultistatusStream,
): Promise<void> => {
  const { exchange, resource } = answering
  const turn = turns()
  const told: Told[] = []
  const unanswered: string[] = []
  for (const { item, sure } of page) {
    const one = tell(item, await textOf(exchange, item), calendar.collection)
    try {
      if (sure || (await matches(exchange, filter, one, floating))) told.push(one)
    } catch (error) {
      // One that has too many instances to say does not take the others with it.
      unanswered.push(refused({ href: calendar.href + encodeSegment(item.name), space: resource.space }, error))
    }
    await turn()
  }
  for await (const response of answers(answering, calendar, told, floating)) await stream.write([response])
  await stream.write(unanswered)
}

const matches = (
  { store }: Exchange,
  filter: CompFilter,
  { text, isMessage, object }: Told,
  { zone, text: floating }: Floating,
): Promise<boolean> =>
  store.recurrences.answer(
    () => matchesFilter(filter, object(), zone),
    () => ({ kind: 'matches', text, isMessage, filter: plainFilter(filter), floating }),
  )

/** The one component that an object must have, where the filter asks for one. */
const onlyComponent = ({ comps, isNotDefined }: CompFilter): CompFilter | undefined => {
  const [only, ...more] = comps
  return isNotDefined || only === undefined || more.length > 0 || only.isNotDefined ? undefined : only
}

const rangeOfEvents = (filter: CompFilter): TimeRange | undefined => {
  const only = onlyComponent(filter)
  return only?.name === 'VEVENT' ? only.timeRange : undefined
}

/** What the store can tell of the filter: the type of component, and when. */
const hints = (filter: CompFilter): Omit<Parameters<typeof itemsInTime>[1], 'collectionId'> => {
  const only = onlyComponent(filter)
  return only === undefined ? {} : { component: only.name, start: only.timeRange?.start, end: only.timeRange?.end }
}

const hasNoConditions = ({ props, comps }: CompFilter): boolean => props.length + comps.length === 0

/** Beside the range of its one component. */
const asksForTimeAlone = (filter: CompFilter): boolean => {
  const only = onlyComponent(filter)
  return only !== undefined && hasNoConditions(only) && hasNoConditions({ ...filter, comps: [] }) && !filter.timeRange
}

/** Asks for nothing but the type of component, which the store knows. */
const isPlain = (filter: CompFilter, { component }: ItemWithData): boolean => {
  if (hasNoConditions(filter)) return !filter.isNotDefined && filter.timeRange === undefined
  const only = onlyComponent(filter)
  return asksForTimeAlone(filter) && only?.timeRange === undefined && only?.name === component
}
