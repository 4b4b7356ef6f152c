// As much of an object as is asked for (RFC 4791 §9.6).
import { type Component, writeComponent } from './component.ts'
import { expand, limitFreeBusySet, limitRecurrenceSet, type Selection, select } from './expand.ts'
import type { CalendarObject } from './object.ts'
import type { TimeRange } from './timing.ts'
import type { Zone } from './zone.ts'

export type CalendarData = {
  readonly selection: Selection | undefined
  readonly expand: TimeRange | undefined
  readonly limitRecurrenceSet: TimeRange | undefined
  readonly limitFreeBusySet: TimeRange | undefined
}

/** Whether that is the object as it is stored. */
export const asksForAll = (asked: CalendarData): boolean => Object.values(asked).every((one) => one === undefined)

/**
 * The text of an object as it is asked for.
 *
 * @throws DomainError max-instances
 */
export const writeCalendarData = (object: CalendarObject, asked: CalendarData, floating: Zone): string => {
  const { selection } = asked
  const whole = reduced(object, asked, floating)
  return writeComponent(selection === undefined ? whole : select(whole, selection))
}

/** What recurs has no FREEBUSY, and what has FREEBUSY does not recur: one of the three bears on an object. */
const reduced = (object: CalendarObject, asked: CalendarData, floating: Zone): Component => {
  if (object.type === 'VFREEBUSY' && asked.limitFreeBusySet) return limitFreeBusySet(object, asked.limitFreeBusySet)
  if (asked.expand) return expand(object, asked.expand, floating)
  if (asked.limitRecurrenceSet) return limitRecurrenceSet(object, asked.limitRecurrenceSet, floating)
  return object.calendar
}
