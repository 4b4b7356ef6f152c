// CALDAV:calendar-data (RFC 4791 §9.6): an object in a report, as it is stored or as much of it as is asked for.
// Nothing is parsed where the stored text is what is asked for.

import { DomainError } from '../../../errors.ts'
import { type Component, writeComponent } from '../../../formats/icalendar/component.ts'
import {
  expand,
  limitFreeBusySet,
  limitRecurrenceSet,
  type Selection,
  select,
} from '../../../formats/icalendar/expand.ts'
import type { CalendarObject } from '../../../formats/icalendar/object.ts'
import type { TimeRange } from '../../../formats/icalendar/timing.ts'
import type { Zone } from '../../../formats/icalendar/zone.ts'
import { attribute, child, type Element, elements, isNamed } from '../../../formats/xml/element.ts'
import { CALDAV } from '../wire/names.ts'
import { parseClosedRange } from './filter.ts'

export type CalendarData = {
  readonly selection: Selection | undefined
  readonly expand: TimeRange | undefined
  readonly limitRecurrenceSet: TimeRange | undefined
  readonly limitFreeBusySet: TimeRange | undefined
}

/** @throws DomainError supported-calendar-data for other media types. */
export const parseCalendarData = (element: Element): CalendarData => {
  const type = attribute(element, '', 'content-type')?.trim().toLowerCase() ?? 'text/calendar'
  const version = attribute(element, '', 'version')?.trim() ?? '2.0'
  if (type !== 'text/calendar' || version !== '2.0')
    throw new DomainError('Forbidden', 'Objects are iCalendar 2.0', { precondition: 'supported-calendar-data' })
  const range = (name: string): TimeRange | undefined => {
    const asked = child(element, CALDAV, name)
    return asked && parseClosedRange(asked)
  }
  const comp = child(element, CALDAV, 'comp')
  return {
    selection: comp && parseSelection(comp),
    expand: range('expand'),
    limitRecurrenceSet: range('limit-recurrence-set'),
    limitFreeBusySet: range('limit-freebusy-set'),
  }
}

const nameOf = (element: Element): string => attribute(element, '', 'name')?.toUpperCase() ?? ''

/** §9.6.1: nothing is sent but what is named. */
const parseSelection = (comp: Element): Selection => {
  const named = (name: string) => elements(comp).filter((one) => isNamed(one, CALDAV, name))
  return {
    name: nameOf(comp),
    props:
      named('allprop').length > 0
        ? 'all'
        : named('prop').map((one) => ({ name: nameOf(one), noValue: attribute(one, '', 'novalue') === 'yes' })),
    comps: named('allcomp').length > 0 ? 'all' : named('comp').map(parseSelection),
  }
}

/**
 * The text of an object as it is asked for.
 *
 * @param object reads the object, when it has to be.
 * @throws DomainError max-instances
 */
export const selectCalendarData = (
  stored: string,
  object: () => CalendarObject,
  asked: CalendarData,
  floating: Zone,
): string => {
  if (Object.values(asked).every((one) => one === undefined)) return stored
  const { selection } = asked
  const whole = reduced(object(), asked, floating)
  return writeComponent(selection === undefined ? whole : select(whole, selection))
}

/** What recurs has no FREEBUSY, and what has FREEBUSY does not recur: one of the three bears on an object. */
const reduced = (object: CalendarObject, asked: CalendarData, floating: Zone): Component => {
  if (object.type === 'VFREEBUSY' && asked.limitFreeBusySet) return limitFreeBusySet(object, asked.limitFreeBusySet)
  if (asked.expand) return expand(object, asked.expand, floating)
  if (asked.limitRecurrenceSet) return limitRecurrenceSet(object, asked.limitRecurrenceSet, floating)
  return object.calendar
}
