// CALDAV:calendar-query (RFC 4791 §7.8): the objects that a filter matches, page by page. The store's columns leave out
// what is at other times; what is left is read and asked.

import { setImmediate } from 'node:timers/promises'
import { type CompFilter, matchesFilter } from '../../../formats/icalendar/filter.ts'
import type { Zone } from '../../../formats/icalendar/zone.ts'
import { child } from '../../../formats/xml/element.ts'
import { calendarPageObjects } from '../../../limits.ts'
import { itemsInTime } from '../../../store/calendars/calendars.ts'
import type { ItemWithData } from '../../../store/collections/collections.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import type { Report } from '../resource.ts'
import { CALDAV } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'
import { type Answering, answers, parseAsked, refused, type Told, tell } from './answer.ts'
import { parseFilter } from './filter.ts'
import { floatingZone, queriedZone } from './floating.ts'
import { type Calendar, calendarsIn, itemAsked, textOf } from './scope.ts'

export const calendarQuery: Report = async (exchange, resource, body) => {
  const asked = parseAsked(exchange, resource, body)
  const filter = parseFilter(child(body, CALDAV, 'filter'))
  const zone = queriedZone(body)
  const calendars = await calendarsIn(exchange, resource)
  const stream = new MultistatusStream(exchange.response)
  for (const calendar of calendars) {
    const floating = zone ?? floatingZone(calendar.collection)
    let after: string | undefined
    for (let more = true; more; ) {
      const page = await readPage({ exchange, resource, asked }, calendar, filter, { after, floating })
      await stream.write(page.responses)
      after = page.last
      more = page.more
      await setImmediate() // a page takes milliseconds, and others wait
    }
  }
  stream.end()
}

const readPage = async (
  answering: Answering,
  calendar: Calendar,
  filter: CompFilter,
  { after, floating }: { after: string | undefined; floating: Zone },
) => {
  const { exchange, resource } = answering
  const only = itemAsked(resource)
  const items = await exchange.store.read((view) =>
    only
      ? exchange.store.collections.itemsNamed(view, calendar.collection, [only.name])
      : itemsInTime(
          view,
          { collectionId: calendar.collection.id, ...hints(filter) },
          { after, limit: calendarPageObjects },
        ),
  )
  const told: Told[] = []
  const unanswered: string[] = []
  for (const item of items) {
    const one = tell(item, await textOf(exchange, item), calendar.collection)
    try {
      if (matches(filter, one, floating)) told.push(one)
    } catch (error) {
      // One that has too many instances to say does not take the others with it.
      unanswered.push(refused({ href: calendar.href + encodeSegment(item.name), space: resource.space }, error))
    }
  }
  const responses = [...(await answers(answering, calendar, told, floating)), ...unanswered]
  return { responses, last: items.at(-1)?.name, more: !only && items.length === calendarPageObjects }
}

/** What the store can tell of the filter: the type of component, and when. */
const hints = ({ comps, isNotDefined }: CompFilter): Omit<Parameters<typeof itemsInTime>[1], 'collectionId'> => {
  const [only, ...more] = comps
  if (isNotDefined || only === undefined || more.length > 0 || only.isNotDefined) return {}
  return { component: only.name, start: only.timeRange?.start, end: only.timeRange?.end }
}

const matches = (filter: CompFilter, { item, object }: Told, floating: Zone): boolean => {
  if (isPlain(filter, item)) return true
  return matchesFilter(filter, object(), floating)
}

/** Asks for nothing but the type of component, which the store knows. */
const isPlain = ({ timeRange, props, comps, isNotDefined }: CompFilter, { component }: ItemWithData): boolean => {
  if (isNotDefined || timeRange !== undefined || props.length > 0 || comps.length > 1) return false
  const [only] = comps
  if (only === undefined) return true
  const { isNotDefined: none, timeRange: when } = only
  return only.name === component && !none && when === undefined && only.props.length + only.comps.length === 0
}
