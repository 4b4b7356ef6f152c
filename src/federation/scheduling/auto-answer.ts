// Rooms and resources answer by themselves, in the write that brings the invitation: of two that are booked at once, the
// one that is written first has the room.
import { unavailablePeriods } from '../../formats/icalendar/availability.ts'
import { parseCalendar } from '../../formats/icalendar/component.ts'
import { type BusyPeriod, busyPeriods } from '../../formats/icalendar/free-busy.ts'
import { bookingOf } from '../../formats/icalendar/itip/room.ts'
import type { CalendarObject } from '../../formats/icalendar/object.ts'
import type { TimeRange } from '../../formats/icalendar/timing.ts'
import { utc, type Zone } from '../../formats/icalendar/zone.ts'
import { zoneIn } from '../../formats/icalendar/zones.ts'
import { rooms } from '../../limits.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import { eventsAt } from '../../store/calendars/bookings.ts'
import type { Collection, ItemWithData } from '../../store/collections/collections.ts'
import type { Store, Tx } from '../../store/store.ts'
import { isAddressOf } from './addresses.ts'
import { objectOf } from './object.ts'

/** Who is not a person decides by its calendar. */
export const answersItself = ({ kind }: Pick<Account, 'kind'>): boolean => kind !== 'person'

/**
 * A room's copy of a meeting with its answers; undefined where none is asked for.
 *
 * @param calendar the room's, in which the copy is.
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export async function autoAnswer(
  store: Store,
  tx: Tx,
  { account, calendar, object }: { account: Account; calendar: Collection; object: CalendarObject },
): Promise<CalendarObject | undefined> {
  const isSelf = (address: string) => isAddressOf(account, store.domain, address)
  const floating = (calendar.timezone === null ? undefined : zoneIn(calendar.timezone)) ?? utc
  const ahead = { start: tx.now, end: tx.now + rooms.aheadMilliseconds }
  const booking = bookingOf(object, { isSelf, ahead, floating })
  if (booking === undefined) return undefined
  const { availability } = await store.collections.inbox(tx, account.id)
  const closed = availability ? [parseCalendar(availability)] : []
  const times = booking.times.slice(0, rooms.instances + 1) // those of a series with more are declined unseen
  const taken = times.flatMap((time) => unavailablePeriods(closed, time, floating))
  for (const item of await store.collections.itemsById(tx, calendar, await eventsAt(tx, calendar.id, times)))
    if (item.uid !== object.uid) taken.push(...periodsOf(item, hullOf(times), floating, isSelf))
  return booking.answer(overlapping(taken))
}

/** An object whose content is elsewhere takes all of its time: that is no meeting, and it is not read in a write. */
function periodsOf(
  item: ItemWithData,
  range: TimeRange,
  floating: Zone,
  isSelf: (address: string) => boolean,
): BusyPeriod[] {
  const object = objectOf(item)
  if (object) return [...busyPeriods(object, range, floating, isSelf)]
  return [{ start: item.firstStart ?? range.start, end: item.lastEnd ?? range.end, type: 'BUSY' }]
}

const hullOf = (times: readonly TimeRange[]): TimeRange => ({
  start: Math.min(...times.map(({ start }) => start)),
  end: Math.max(...times.map(({ end }) => end)),
})

/** Whether a time meets any of the periods; they are looked through once for all times. */
function overlapping(periods: readonly BusyPeriod[]): (time: TimeRange) => boolean {
  const sorted = periods.toSorted((a, b) => a.start - b.start)
  const ends = sorted.map(({ end }) => end)
  for (let index = 1; index < ends.length; index++) ends[index] = Math.max(ends[index] ?? 0, ends[index - 1] ?? 0)
  return ({ start, end }) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle]?.start ?? 0) < Math.max(end, start + 1)) low = middle + 1
      else high = middle
    }
    return low > 0 && (ends[low - 1] ?? 0) > start
  }
}
