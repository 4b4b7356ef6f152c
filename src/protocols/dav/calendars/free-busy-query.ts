// CALDAV:free-busy-query (RFC 4791 §7.10): when the events of a calendar take time, and nothing else of them.

import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { DomainError } from '../../../errors.ts'
import { type Property, writeComponent } from '../../../formats/icalendar/component.ts'
import { type BusyPeriod, busyPeriods, freeBusyComponent, mergeBusy } from '../../../formats/icalendar/free-busy.ts'
import { parseObject } from '../../../formats/icalendar/object.ts'
import type { TimeRange } from '../../../formats/icalendar/timing.ts'
import { formatUtc } from '../../../formats/icalendar/values.ts'
import { child } from '../../../formats/xml/element.ts'
import { calendarPageObjects } from '../../../limits.ts'
import { itemsInTime } from '../../../store/calendars/calendars.ts'
import type { CollectionResource } from '../collections/resource.ts'
import type { Exchange } from '../exchange.ts'
import type { Report } from '../resource.ts'
import { CALDAV } from '../wire/names.ts'
import { parseClosedRange } from './filter.ts'
import { floatingZone } from './floating.ts'
import { calendarType } from './properties.ts'
import { type Calendar, calendarsIn, textOf } from './scope.ts'

export const freeBusyQuery: Report = async (exchange, resource, body) => {
  const element = child(body, CALDAV, 'time-range')
  if (element === undefined) throw new DomainError('BadRequest', 'A free-busy-query has a time-range')
  const range = parseClosedRange(element)
  const { level } = resource as CollectionResource
  const periods: BusyPeriod[] = []
  for (const calendar of await calendarsIn(exchange, resource)) {
    // RFC 6638 §9.1: whoever asks for all of somebody's time does not mean what the person has put aside.
    if (level === 'home' && calendar.collection.transparent) continue
    for await (const period of busyIn(exchange, calendar, range)) periods.push(period)
  }
  const { response } = exchange
  const text = documentOf(mergeBusy(periods), range, Date.now())
  response.statusCode = 200
  response.setHeader('Content-Type', calendarType)
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}

async function* busyIn(
  exchange: Exchange,
  { collection }: Calendar,
  range: TimeRange,
): AsyncGenerator<BusyPeriod, void> {
  const floating = floatingZone(collection)
  let after: string | undefined
  for (let more = true; more; ) {
    const within = { collectionId: collection.id, ...range }
    const items = await exchange.store.read((view) => itemsInTime(view, within, { after, limit: calendarPageObjects }))
    for (const item of items)
      if (item.component === 'VEVENT' || item.component === 'VFREEBUSY')
        yield* busyPeriods(parseObject(await textOf(exchange, item)), range, floating)
    after = items.at(-1)?.name
    more = items.length === calendarPageObjects
    await setImmediate() // a page takes milliseconds, and others wait
  }
}

const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value })

const documentOf = (periods: readonly BusyPeriod[], range: TimeRange, now: number): string => {
  const head = [line('UID', randomUUID()), line('DTSTAMP', formatUtc(Math.floor(now / 1000) * 1000))]
  return writeComponent({
    name: 'VCALENDAR',
    properties: [line('VERSION', '2.0'), line('PRODID', '-//twin//calendars//EN')],
    components: [freeBusyComponent(periods, range, head)],
  })
}
