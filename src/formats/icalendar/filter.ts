// The filters of calendar-query (RFC 4791 §9.7) over a calendar object. All conditions of a comp-filter hold for one
// and the same component, and a time range means its instances.
import { type Collation, type MatchType, matchesText } from '../collation.ts'
import { parameterValues, unescapeText } from '../content-line.ts'
import { alarmOverlaps } from './alarm.ts'
import { type Component, type Property, property } from './component.ts'
import type { CalendarObject } from './object.ts'
import { eachOccurrence, occursIn } from './occurrences.ts'
import { type TimeRange, timingOf } from './timing.ts'
import { DAY, timeOf } from './values.ts'
import { toInstant, utc, type Zone } from './zone.ts'

export type TextMatch = { text: string; collation: Collation; matchType: MatchType; negate: boolean }

export type ParamFilter = { name: string; isNotDefined: boolean; textMatch?: TextMatch | undefined }

export type PropFilter = {
  name: string
  isNotDefined: boolean
  timeRange?: TimeRange | undefined
  textMatch?: TextMatch | undefined
  params: readonly ParamFilter[]
}

export type CompFilter = {
  name: string
  isNotDefined: boolean
  timeRange?: TimeRange | undefined
  props: readonly PropFilter[]
  comps: readonly CompFilter[]
}

/**
 * @param filter the comp-filter for VCALENDAR; names in capitals.
 * @param floating the zone of floating times and whole days (RFC 4791 §9.8 timezone, or the calendar's).
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export const matchesFilter = (filter: CompFilter, object: CalendarObject, floating: Zone = utc): boolean =>
  matchesComponents(filter, [object.calendar], undefined, { object, floating })

type Context = { object: CalendarObject; floating: Zone }

function matchesComponents(
  filter: CompFilter,
  siblings: readonly Component[],
  parent: Component | undefined,
  context: Context,
): boolean {
  const named = siblings.filter(({ name }) => name === filter.name)
  if (filter.isNotDefined) return named.length === 0
  return named.some(
    (component) =>
      filter.props.every((one) => matchesProperties(one, component, context)) &&
      (!filter.timeRange || overlaps(component, parent, filter.timeRange, context)) &&
      filter.comps.every((one) => matchesComponents(one, component.components, component, context)),
  )
}

function overlaps(
  component: Component,
  parent: Component | undefined,
  range: TimeRange,
  { object, floating }: Context,
): boolean {
  if (component === object.calendar) return !eachOccurrence(object, range, floating).next().done
  if (component.name === 'VALARM')
    return parent !== undefined && alarmOverlaps(component, parent, object, range, floating)
  return component.name === object.type && occursIn(object, component, range, floating)
}

function matchesProperties(filter: PropFilter, component: Component, context: Context): boolean {
  const named = component.properties.filter(({ name }) => name === filter.name)
  if (filter.isNotDefined) return named.length === 0
  const { timeRange } = filter
  if (named.length === 0) {
    // RFC 4791 §9.9: DTEND and DUE are tested by what they would be where DURATION stands for them.
    const at =
      timeRange &&
      filter.params.length + Number(filter.textMatch !== undefined) === 0 &&
      effectiveEnd(filter.name, component, context)
    return typeof at === 'number' && isIn(timeRange as TimeRange, at)
  }
  return named.some(
    (line) =>
      (!timeRange || timeIsIn(line, timeRange, context)) &&
      (!filter.textMatch || matches(filter.textMatch, [unescapeText(line.value)])) &&
      filter.params.every((one) => matchesParameter(one, line)),
  )
}

const datetimes = new Set(['COMPLETED', 'CREATED', 'DTEND', 'DTSTAMP', 'DTSTART', 'DUE', 'LAST-MODIFIED'])

/** RFC 4791 §9.9: for other properties a time range has no meaning. */
function timeIsIn(line: Property, range: TimeRange, { object, floating }: Context): boolean {
  if (!datetimes.has(line.name)) return false
  const time = timeOf(line)
  const at = toInstant(object.zones.of(time, floating), time.wall)
  return time.isDate ? range.start < at + DAY && range.end > at : isIn(range, at)
}

const isIn = (range: TimeRange, at: number): boolean => range.start <= at && range.end > at

function effectiveEnd(name: string, component: Component, { object, floating }: Context): number | undefined {
  const stands = (name === 'DTEND' && component.name === 'VEVENT') || (name === 'DUE' && component.name === 'VTODO')
  return stands && property(component, 'DURATION') ? timingOf(component, object.zones, floating).end : undefined
}

function matchesParameter({ name, isNotDefined, textMatch }: ParamFilter, line: Property): boolean {
  const values = parameterValues(line, name)
  if (isNotDefined) return values.length === 0
  return values.length > 0 && (!textMatch || matches(textMatch, values))
}

/** RFC 4791 §9.7.5: negated, none of the values may match. */
function matches({ text, collation, matchType, negate }: TextMatch, values: readonly string[]): boolean {
  const asked = collation.fold(text)
  return values.some((value) => matchesText(collation.fold(value), asked, matchType)) !== negate
}
