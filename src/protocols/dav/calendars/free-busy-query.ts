// CALDAV:free-busy-query (RFC 4791 §7.10): when the events of a calendar take time, and nothing else of them.

import { randomUUID } from 'node:crypto'
import { DomainError } from '../../../errors.ts'
import { isAddressOf } from '../../../federation/scheduling/addresses.ts'
import { accountBusyTime, busyTime } from '../../../federation/scheduling/free-busy.ts'
import { type Property, writeComponent } from '../../../formats/icalendar/component.ts'
import { type BusyPeriod, freeBusyComponent } from '../../../formats/icalendar/free-busy.ts'
import type { TimeRange } from '../../../formats/icalendar/timing.ts'
import { formatUtc } from '../../../formats/icalendar/values.ts'
import { child, type Element } from '../../../formats/xml/element.ts'
import type { CollectionResource } from '../collections/resource.ts'
import type { Exchange } from '../exchange.ts'
import type { Report } from '../resource.ts'
import { CALDAV } from '../wire/names.ts'
import { parseClosedRange } from './filter.ts'
import { calendarType } from './properties.ts'
import { calendarsIn } from './scope.ts'

export const freeBusyQuery: Report = async (exchange, resource, body) => {
  const { store } = exchange
  const { level, accountId } = resource as CollectionResource
  const calendars = await calendarsIn(exchange, resource)
  const account = await store.read((view) => store.accounts.byId(view, accountId))
  const isSelf = (address: string) => account !== undefined && isAddressOf(account, store.domain, address)
  await answerFreeBusy(exchange, body, (range) =>
    // Whoever asks for all of somebody's time is told what an organizer would be (RFC 6638 §9.1, RFC 7953 §7.2.3).
    level === 'home' && calendars.length > 0
      ? accountBusyTime(store, accountId, { range, isSelf })
      : busyTime(
          store,
          calendars.map(({ collection }) => collection),
          { range, isSelf },
        ),
  )
}

/** @param periodsIn says when somebody is busy in the range that is asked about. */
export const answerFreeBusy = async (
  { response, store }: Exchange,
  body: Element,
  periodsIn: (range: TimeRange) => Promise<readonly BusyPeriod[]>,
): Promise<void> => {
  const element = child(body, CALDAV, 'time-range')
  if (element === undefined) throw new DomainError('BadRequest', 'A free-busy-query has a time-range')
  const range = parseClosedRange(element)
  const text = documentOf(await periodsIn(range), range, store.now())
  response.statusCode = 200
  response.setHeader('Content-Type', calendarType)
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
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
