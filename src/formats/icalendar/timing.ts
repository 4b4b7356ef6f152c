// When a component takes place: where it begins, how it ends, and what "overlaps a time range" means for it
// (RFC 4791 §9.9). Milliseconds UTC; a component without times of its own lasts from -Infinity to Infinity.
import { parameter, splitValue } from '../content-line.ts'
import { type Component, type Property, properties, property } from './component.ts'
import { DAY, type Duration, parseDuration, parsePeriod, type Time, timeOf } from './values.ts'
import { toInstant, toWall, utc, type Zone } from './zone.ts'
import type { Zones } from './zones.ts'

/** `start` is in it, `end` is not. Milliseconds UTC; open ends are ±Infinity. */
export type TimeRange = { start: number; end: number }

export type Timing = {
  /** DTSTART, or DUE where a VTODO has nothing else; undefined when nothing can recur. */
  time: Time | undefined
  zone: Zone
  start: number
  end: number
  /** Where an instance ends that begins at `start`. */
  endOf(start: number): number
  /** RFC 4791 §9.9: the row of the table that this component is in, for one of its instances. */
  overlaps(start: number, end: number, range: TimeRange): boolean
}

type Overlaps = Timing['overlaps']

const instant: Overlaps = (start, _, range) => range.start <= start && range.end > start

const span: Overlaps = (start, end, range) =>
  end > start ? range.start < end && range.end > start : instant(start, end, range)

const todo = {
  startAndDuration: (start, end, range) => range.start <= end && (range.end > start || range.end >= end),
  startAndDue: (start, end, range) =>
    (range.start < end || range.start <= start) && (range.end > start || range.end >= end),
  due: (_, end, range) => range.start < end && range.end >= end,
  completed: (start, end, range) => range.start <= end && range.end >= start,
  created: (start, _, range) => range.end > start,
  nothing: () => true,
} satisfies Record<string, Overlaps>

/** `floating` is the zone of times that have none, and of whole days. */
export function timingOf(component: Component, zones: Zones, floating: Zone): Timing {
  switch (component.name) {
    case 'VTODO':
      return todoTiming(component, zones, floating)
    case 'VJOURNAL': {
      const start = property(component, 'DTSTART')
      if (!start) return undated(() => false)
      const time = timeOf(start)
      return time.isDate
        ? lasting(time, oneDay, zones, floating, span)
        : lasting(time, noTime, zones, floating, instant)
    }
    case 'VFREEBUSY':
      return freeBusyTiming(component, zones, floating)
    case 'VAVAILABILITY':
      return availabilityTiming(component, zones, floating)
    default:
      return startAndEnd(component, 'DTEND', zones, floating, span)
  }
}

/** RFC 7953 §3.1: without DTSTART it has no beginning, without DTEND and DURATION it has no end. */
function availabilityTiming(component: Component, zones: Zones, floating: Zone): Timing {
  const ends = ['DTEND', 'DURATION'].some((name) => property(component, name))
  const { start, end } =
    property(component, 'DTSTART') || !ends
      ? startAndEnd(component, 'DTEND', zones, floating, span)
      : { start: Number.NEGATIVE_INFINITY, end: endAlone(component, zones, floating) }
  return undated(span, start, ends ? end : Number.POSITIVE_INFINITY)
}

function endAlone(component: Component, zones: Zones, floating: Zone): number {
  const line = property(component, 'DTEND')
  const time = line && timeOf(line)
  return time ? toInstant(zones.of(time, floating), time.wall) : Number.POSITIVE_INFINITY
}

function freeBusyTiming(component: Component, zones: Zones, floating: Zone): Timing {
  if (property(component, 'DTSTART') && property(component, 'DTEND')) {
    return startAndEnd(
      component,
      'DTEND',
      zones,
      floating,
      (start, end, range) => range.start <= end && range.end > start,
    )
  }
  const periods = properties(component, 'FREEBUSY').flatMap((line) => periodsOf(line, zones, floating))
  return undated((_, __, range) => periods.some(({ start, end }) => range.start < end && range.end > start))
}

/** The periods of a FREEBUSY or of an RDATE;VALUE=PERIOD. */
export function periodsOf(line: Property, zones: Zones, floating: Zone): TimeRange[] {
  return splitValue(line.value, ',').map((value) => {
    const period = parsePeriod(value, parameter(line, 'TZID'))
    const zone = zones.of(period.start, floating)
    const start = toInstant(zone, period.start.wall)
    if ('duration' in period) return { start, end: addDuration(zone, start, period.duration) }
    return { start, end: toInstant(zones.of(period.end, floating), period.end.wall) }
  })
}

const oneDay: Duration = { days: 1, milliseconds: 0 }
const noTime: Duration = { days: 0, milliseconds: 0 }

function todoTiming(component: Component, zones: Zones, floating: Zone): Timing {
  if (property(component, 'DTSTART')) {
    const overlaps = property(component, 'DUE')
      ? todo.startAndDue
      : property(component, 'DURATION')
        ? todo.startAndDuration
        : instant
    return startAndEnd(component, 'DUE', zones, floating, overlaps)
  }
  const due = property(component, 'DUE')
  if (due) return lasting(timeOf(due), noTime, zones, floating, todo.due)
  const at = (name: string): number | undefined => {
    const line = property(component, name)
    const time = line && timeOf(line)
    return time && toInstant(zones.of(time, floating), time.wall)
  }
  const created = at('CREATED')
  const completed = at('COMPLETED')
  if (completed !== undefined) {
    const times = [completed, created ?? completed]
    return undated(todo.completed, Math.min(...times), Math.max(...times))
  }
  return created === undefined ? undated(todo.nothing) : undated(todo.created, created)
}

const undated = (overlaps: Overlaps, start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY): Timing => ({
  time: undefined,
  zone: utc,
  start,
  end,
  endOf: () => end,
  overlaps,
})

/** DTSTART with DTEND or DUE, with DURATION, or alone. */
function startAndEnd(component: Component, endName: string, zones: Zones, floating: Zone, overlaps: Overlaps): Timing {
  const startLine = property(component, 'DTSTART')
  if (!startLine) return undated(() => false)
  const time = timeOf(startLine)
  const endLine = property(component, endName)
  const duration = property(component, 'DURATION')
  if (duration && !endLine) return lasting(time, parseDuration(duration.value), zones, floating, overlaps)
  // RFC 5545 §3.6.1: a DATE without an end is its day, a DATE-TIME without one takes no time.
  if (!endLine)
    return lasting(time, time.isDate && component.name === 'VEVENT' ? oneDay : noTime, zones, floating, overlaps)
  const end = timeOf(endLine)
  if (time.isDate) {
    const days = Math.max(endName === 'DTEND' ? 1 : 0, Math.round((end.wall - time.wall) / DAY))
    return lasting(time, { days, milliseconds: 0 }, zones, floating, overlaps)
  }
  // RFC 5545 §3.8.5.3: with DTEND or DUE all instances take the same exact time, with DURATION the same nominal one.
  const zone = zones.of(time, floating)
  const exact = toInstant(zones.of(end, floating), end.wall) - toInstant(zone, time.wall)
  return lasting(time, { days: 0, milliseconds: exact }, zones, floating, overlaps)
}

function lasting(time: Time, duration: Duration, zones: Zones, floating: Zone, overlaps: Overlaps): Timing {
  const zone = zones.of(time, floating)
  const start = toInstant(zone, time.wall)
  const endOf = (from: number): number => addDuration(zone, from, duration)
  return { time, zone, start, end: endOf(start), endOf, overlaps }
}

/** RFC 5545 §3.3.6: first the days, on the wall clock, then the exact time. */
export const addDuration = (zone: Zone, start: number, { days, milliseconds }: Duration): number =>
  (days === 0 ? start : toInstant(zone, toWall(zone, start) + days * DAY)) + milliseconds
