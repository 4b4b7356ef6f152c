// The days on which recurring events take place, as far as anybody asked. An entry is of a content, which never changes,
// so that none is ever wrong; the oldest go. The first question about a year reads each event once, the next ones none.

import { isDomainError } from '../../errors.ts'
import { type Days, daysDecide, daysWithEvent, yearsOf } from '../../formats/icalendar/days.ts'
import { spendingAtMost } from '../../formats/icalendar/effort.ts'
import { isIanaZone } from '../../formats/icalendar/iana-zone.ts'
import type { CalendarObject } from '../../formats/icalendar/object.ts'
import type { TimeRange } from '../../formats/icalendar/timing.ts'
import { utc, type Zone } from '../../formats/icalendar/zone.ts'
import { indexedYears, rangeYearsIndexed, recurrenceStepsHere } from '../../limits.ts'

export type Decision =
  | boolean
  /** Not to be told by days. */
  | 'unsure'
  /** Not known yet: to be learnt. */
  | 'unknown'

export class DayIndex {
  /** Null where an event recurs too often for days to be worth it. */
  readonly #days = new Map<string, Days | null>()

  /** Whether an event takes place in a range. */
  decide(blobId: number, range: TimeRange, floating: Zone): Decision {
    const { years, all } = yearsIndexed(range, floating)
    let answer: Decision = all ? false : 'unsure'
    for (const year of years) {
      const days = this.#days.get(keyOf(blobId, year, floating))
      if (days === undefined) return 'unknown'
      const decided = days === null ? undefined : daysDecide(days, year, range)
      if (decided === true) return true
      if (decided === undefined) answer = 'unsure'
    }
    return answer
  }

  /** Takes the years of a range down, so that it can be decided. */
  learn(blobId: number, event: CalendarObject, range: TimeRange, floating: Zone): void {
    for (const year of yearsIndexed(range, floating).years) {
      const key = keyOf(blobId, year, floating)
      if (this.#days.has(key)) continue
      if (this.#days.size >= indexedYears) this.#forgetOldest()
      this.#days.set(key, daysOrNull(event, year, floating))
    }
  }

  #forgetOldest(): void {
    const oldest = this.#days.keys().next().value
    if (oldest !== undefined) this.#days.delete(oldest)
  }
}

const keyOf = (blobId: number, year: number, { id }: Zone): string => `${blobId} ${year} ${id}`

/** A zone of somebody's own may share its name with another one: nothing is remembered of it. */
const yearsIndexed = (range: TimeRange, floating: Zone): ReturnType<typeof yearsOf> =>
  floating === utc || isIanaZone(floating) ? yearsOf(range, rangeYearsIndexed) : { years: [], all: false }

const daysOrNull = (event: CalendarObject, year: number, floating: Zone): Days | null => {
  try {
    return spendingAtMost(recurrenceStepsHere, () => daysWithEvent(event, year, floating))
  } catch (error) {
    if (isDomainError(error, 'TooLarge')) return null
    throw error
  }
}
