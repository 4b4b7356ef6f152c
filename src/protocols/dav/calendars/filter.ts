// The XML of filters and time ranges (RFC 4791 §9.7, §9.9).

import { DomainError } from '../../../errors.ts'
import { asciiCasemap, collationNamed } from '../../../formats/collation.ts'
import type { CompFilter, ParamFilter, PropFilter, TextMatch } from '../../../formats/icalendar/filter.ts'
import type { TimeRange } from '../../../formats/icalendar/timing.ts'
import { parseTime } from '../../../formats/icalendar/values.ts'
import { attribute, child, type Element, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { calendarFilters } from '../../../limits.ts'
import { CALDAV } from '../wire/names.ts'

const refuse = (precondition: string, message: string): never => {
  throw new DomainError('Forbidden', message, { precondition })
}

const invalid = (message: string): never => refuse('valid-filter', message)

/** @throws DomainError with the preconditions of §7.8: valid-filter, supported-filter, supported-collation. */
export const parseFilter = (filter: Element | undefined): CompFilter => {
  const [calendar, ...more] = filter === undefined ? [] : all(filter, 'comp-filter')
  if (calendar === undefined || more.length > 0) return invalid('A filter is one comp-filter')
  const budget = { left: calendarFilters }
  const parsed = parseComponent(calendar, budget)
  return parsed.name === 'VCALENDAR' ? parsed : invalid('The outermost comp-filter is of VCALENDAR') // §9.7
}

type Budget = { left: number }

/** What a filter costs is its parts times the objects. */
const spend = (budget: Budget): void => {
  if (--budget.left < 0) refuse('supported-filter', 'There are too many conditions')
}

const all = (element: Element, name: string): Element[] =>
  elements(element).filter((candidate) => isNamed(candidate, CALDAV, name))

const nameOf = (element: Element): string =>
  attribute(element, '', 'name')?.trim().toUpperCase() || invalid(`A ${element.name} has a name`)

const isNotDefined = (element: Element): boolean => child(element, CALDAV, 'is-not-defined') !== undefined

const rangeIn = (element: Element): TimeRange | undefined => {
  const range = child(element, CALDAV, 'time-range')
  return range && parseTimeRange(range)
}

const parseComponent = (element: Element, budget: Budget): CompFilter => {
  spend(budget)
  return {
    name: nameOf(element),
    isNotDefined: isNotDefined(element),
    timeRange: rangeIn(element),
    props: all(element, 'prop-filter').map((one) => parseProperty(one, budget)),
    comps: all(element, 'comp-filter').map((one) => parseComponent(one, budget)),
  }
}

const parseProperty = (element: Element, budget: Budget): PropFilter => {
  spend(budget)
  return {
    name: nameOf(element),
    isNotDefined: isNotDefined(element),
    timeRange: rangeIn(element),
    textMatch: textMatchIn(element),
    params: all(element, 'param-filter').map((one) => parseParameter(one, budget)),
  }
}

const parseParameter = (element: Element, budget: Budget): ParamFilter => {
  spend(budget)
  return { name: nameOf(element), isNotDefined: isNotDefined(element), textMatch: textMatchIn(element) }
}

/** §9.7.5; the default is i;ascii-casemap. */
const textMatchIn = (element: Element): TextMatch | undefined => {
  const match = child(element, CALDAV, 'text-match')
  if (match === undefined) return undefined
  const asked = attribute(match, '', 'collation')
  const collation = collationNamed(asked, asciiCasemap)
  if (collation === undefined) return refuse('supported-collation', `There is no collation ${asked?.slice(0, 60)}`)
  const negate = attribute(match, '', 'negate-condition') === 'yes'
  return { text: text(match), collation, matchType: 'contains', negate }
}

/** §9.9: start and end in UTC, one of them at least. */
export const parseTimeRange = (element: Element): TimeRange => {
  const start = instant(attribute(element, '', 'start')) ?? Number.NEGATIVE_INFINITY
  const end = instant(attribute(element, '', 'end')) ?? Number.POSITIVE_INFINITY
  if (start === Number.NEGATIVE_INFINITY && end === Number.POSITIVE_INFINITY)
    return invalid('A time-range has a start or an end')
  return start < end ? { start, end } : invalid('A time-range ends after its start')
}

/** Where both have to be there: §9.6.5, §9.6.6, §7.10. */
export const parseClosedRange = (element: Element): TimeRange => {
  const range = parseTimeRange(element)
  return Number.isFinite(range.start) && Number.isFinite(range.end)
    ? range
    : invalid('The range has no start or no end')
}

const instant = (value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  if (!/^\d{8}T\d{6}Z$/.test(value)) return invalid('The times of a range are in UTC')
  try {
    return parseTime(value).wall
  } catch {
    return invalid('There is no such time')
  }
}
