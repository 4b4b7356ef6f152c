// CALDAV:calendar-data (RFC 4791 §9.6) as a report asks for it; formats/icalendar/calendar-data.ts answers.

import { DomainError } from '../../../errors.ts'
import type { CalendarData } from '../../../formats/icalendar/calendar-data.ts'
import type { Selection } from '../../../formats/icalendar/expand.ts'
import type { TimeRange } from '../../../formats/icalendar/timing.ts'
import { attribute, child, type Element, elements, isNamed } from '../../../formats/xml/element.ts'
import { CALDAV } from '../wire/names.ts'
import { parseClosedRange } from './filter.ts'

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
