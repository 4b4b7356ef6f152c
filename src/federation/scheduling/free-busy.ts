// When somebody is busy, of all that says so: the calendars that count (RFC 6638 §9.1), under them the availability that
// they told (RFC 7953 §5). Nothing but times leaves here. Others get their turns between one event and the next.
import { setImmediate } from 'node:timers/promises'
import { unavailablePeriods } from '../../formats/icalendar/availability.ts'
import {
  type Component,
  parseCalendar,
  properties,
  property,
  writeComponent,
} from '../../formats/icalendar/component.ts'
import { tooManyInstances } from '../../formats/icalendar/effort.ts'
import { type BusyPeriod, busyPeriods, mergeBusy } from '../../formats/icalendar/free-busy.ts'
import { type CalendarObject, parseObject } from '../../formats/icalendar/object.ts'
import type { Floating } from '../../formats/icalendar/questions.ts'
import type { TimeRange } from '../../formats/icalendar/timing.ts'
import { utc, type Zone } from '../../formats/icalendar/zone.ts'
import { zoneIn } from '../../formats/icalendar/zones.ts'
import { busyObjects, calendarPageObjects, calendarsAtOnce, instancesOfObject } from '../../limits.ts'
import { itemsInTime } from '../../store/calendars/calendars.ts'
import type { Collection, ItemWithData } from '../../store/collections/collections.ts'
import type { Store } from '../../store/store.ts'

export type FreeBusyQuestion = {
  readonly range: TimeRange
  /** Whether an address is that of whose calendars they are. */
  readonly isSelf?: (calendarUser: string) => boolean
  /** Objects that do not count, such as the meeting itself that is being moved. */
  readonly isMasked?: (object: CalendarObject) => boolean
}

/**
 * The busy time of some calendars, ascending and without overlaps.
 *
 * @param availability what is under them, beside what is in them.
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export async function busyTime(
  store: Store,
  calendars: readonly Collection[],
  { range, isSelf, isMasked = () => false }: FreeBusyQuestion,
  availability: readonly Component[] = [],
): Promise<BusyPeriod[]> {
  let periods: BusyPeriod[] = []
  const available = [...availability]
  const zones = calendars.map(({ timezone }) => (timezone === null ? undefined : zoneIn(timezone)))
  // RFC 4791 §5.2.2: times without a zone are the calendar's; a calendar that has none is where its neighbours are.
  const usual = zones.find((zone) => zone !== undefined) ?? utc
  const usualText = calendars[zones.findIndex((zone) => zone !== undefined)]?.timezone ?? undefined
  for (const [index, calendar] of calendars.entries()) {
    const floating = zones[index] ?? usual
    for await (const object of objectsIn(store, calendar, range, floating)) {
      if (object.type === 'VAVAILABILITY') available.push(object.calendar)
      else if (!isMasked(object)) {
        const zone = { zone: floating, text: zones[index] ? (calendar.timezone ?? undefined) : usualText }
        for (const one of await busyPeriodsOf(store, object, { range, isSelf }, zone)) periods.push(one)
      }
      if (periods.length > instancesOfObject) periods = fewer(periods)
      await setImmediate() // one object may take milliseconds, and others wait
    }
  }
  return mergeBusy([...unavailablePeriods(available, range, usual), ...periods])
}

/** Of one object; what recurs often is looked at by another thread. */
const busyPeriodsOf = (
  { recurrences }: Store,
  object: CalendarObject,
  { range, isSelf }: FreeBusyQuestion,
  { zone, text }: Floating,
): Promise<BusyPeriod[]> =>
  recurrences.answer(
    () => [...busyPeriods(object, range, zone, isSelf)],
    () => {
      const attendees = object.calendar.components.flatMap((component) => properties(component, 'ATTENDEE'))
      const self = attendees.map(({ value }) => value).filter((address) => isSelf?.(address))
      const written = writeComponent(object.calendar)
      return { kind: 'busy', text: written, isMessage: false, range, floating: text, self }
    },
  )

/** What overlaps is one period. @throws DomainError TooLarge, where that is not enough for a bounded answer. */
function fewer(periods: readonly BusyPeriod[]): BusyPeriod[] {
  const merged = mergeBusy(periods)
  if (2 * merged.length > instancesOfObject) throw tooManyInstances()
  return merged
}

/** Those of a calendar that may bear on a range: its events by the index, the others few. */
async function* objectsIn(
  store: Store,
  { id }: Collection,
  range: TimeRange,
  floating: Zone,
): AsyncGenerator<CalendarObject, void> {
  const events = await store.events.inRange(id, range, floating)
  for (let at = 0; at < events.length; at += calendarPageObjects) {
    const ids = events.slice(at, at + calendarPageObjects).map((one) => one.id)
    yield* read(store, await store.read((view) => store.collections.itemsById(view, { id }, ids)))
  }
  for (const component of ['VFREEBUSY', 'VAVAILABILITY']) {
    const within = { collectionId: id, component, ...range }
    yield* read(store, await store.read((view) => itemsInTime(view, within, { limit: busyObjects })))
  }
}

async function* read(store: Store, items: readonly ItemWithData[]): AsyncGenerator<CalendarObject, void> {
  for (const item of items) yield parseObject((await store.collections.read(item)).toString('utf8'))
}

/** The same of all that an account has: its calendars that count, and the availability in its inbox (RFC 7953 §7.2.4). */
export async function accountBusyTime(
  store: Store,
  accountId: number,
  question: FreeBusyQuestion,
): Promise<BusyPeriod[]> {
  const { calendars, availability } = await store.read(async (view) => {
    const all = await store.collections.list(view, { accountId, kind: 'calendar' }, { limit: calendarsAtOnce })
    const inbox = await store.collections.inbox(view, accountId)
    return { calendars: all.filter(({ transparent }) => !transparent), availability: inbox.availability }
  })
  return busyTime(store, calendars, question, availability ? [parseCalendar(availability)] : [])
}

export const organizerOf = ({ master, overrides }: CalendarObject): string | undefined => {
  const component = master ?? overrides[0]?.component
  return component && property(component, 'ORGANIZER')?.value
}
