// On which days of a year an event takes place, a bit a day of UTC: what an index remembers of a recurrence. It decides
// nearly every question about a range without a look at the event: a day that lies in the range as a whole is enough for
// a yes, and no day that touches it for a no. What is left are instances at the range's edges.

import type { CalendarObject } from './object.ts'
import { eachOccurrence } from './occurrences.ts'
import type { TimeRange } from './timing.ts'
import { DAY, wallOf } from './values.ts'
import type { Zone } from './zone.ts'

/** From the first of January on. */
export type Days = Uint8Array

const daysOfYear = 366

const yearOf = (year: number): TimeRange => ({ start: wallOf(year, 1, 1), end: wallOf(year + 1, 1, 1) })

/**
 * The days of a year on which an instance of an event overlaps (RFC 4791 §9.9).
 *
 * @throws DomainError TooLarge, precondition 'max-instances', when that is too much to say.
 */
export function daysWithEvent(event: CalendarObject, year: number, floating: Zone): Days {
  const whole = yearOf(year)
  const days = new Uint8Array(Math.ceil(daysOfYear / 8))
  for (const { start, end } of eachOccurrence(event, whole, floating)) {
    const first = Math.floor((Math.max(start, whole.start) - whole.start) / DAY)
    const last = end > start ? Math.ceil((Math.min(end, whole.end) - whole.start) / DAY) - 1 : first
    for (let day = first; day <= last; day++) days[day >> 3] = (days[day >> 3] as number) | (1 << (day & 7))
  }
  return days
}

/** The years of UTC that a range touches, `most` of them; `all` tells whether that is all. */
export function yearsOf({ start, end }: TimeRange, most: number): { years: number[]; all: boolean } {
  if (!Number.isFinite(start)) return { years: [], all: false }
  const first = new Date(start).getUTCFullYear()
  const last = Number.isFinite(end) ? new Date(end - 1).getUTCFullYear() : Number.POSITIVE_INFINITY
  const years = Array.from({ length: Math.min(last - first + 1, most) }, (_, index) => first + index)
  return { years, all: years.at(-1) === last }
}

/** Whether these days of a year say that an instance overlaps the range, that none does, or neither. */
export function daysDecide(days: Days, year: number, range: TimeRange): boolean | undefined {
  const whole = yearOf(year)
  const from = (Math.max(range.start, whole.start) - whole.start) / DAY
  const to = (Math.min(range.end, whole.end) - whole.start) / DAY
  let touched = false
  for (let day = Math.floor(from); day < to; day++) {
    if (((days[day >> 3] as number) & (1 << (day & 7))) === 0) continue
    if (day >= from && day + 1 <= to) return true
    touched = true
  }
  return touched ? undefined : false
}
