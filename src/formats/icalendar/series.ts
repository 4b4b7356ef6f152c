// A calendar object's recurrence set (RFC 5545 §3.8.5) before a range is cut out of it: DTSTART always the first, RRULEs
// and RDATEs, less EXDATEs, and each override in the place of its instance. An instance is known by the instant at which
// it was to begin, its key, so that a RECURRENCE-ID or EXDATE in another zone names the same one.
import { parameter, splitValue } from '../content-line.ts'
import { type Component, properties } from './component.ts'
import type { Effort } from './effort.ts'
import { type CalendarObject, isPeriods } from './object.ts'
import { instances } from './recurrence.ts'
import { parseRule, type Rule } from './recurrence-rule.ts'
import { periodsOf, type TimeRange, type Timing, timingOf } from './timing.ts'
import { DAY, parseTime, type Time, type Wall } from './values.ts'
import { toInstant, toWall, type Zone } from './zone.ts'

export type Part = { component: Component; timing: Timing }

/** An override; `key` is the instant at which its instance was to begin. */
type Exception = Part & { key: number; shift: Wall; thisAndFuture: boolean }

export type Series = {
  master: Part | undefined
  /** By key. Those of RANGE=THISANDFUTURE are here too, for their own instance. */
  singles: Map<number, Exception>
  /** RANGE=THISANDFUTURE, ascending by key. */
  futures: Exception[]
  excluded: (key: number) => boolean
  object: CalendarObject
  floating: Zone
  effort: Effort
}

export function seriesOf(object: CalendarObject, floating: Zone, effort: Effort): Series {
  const part = (component: Component): Part => ({ component, timing: timingOf(component, object.zones, floating) })
  const master = object.master && part(object.master)
  const exceptions = object.overrides.map((override): Exception => {
    const key = keyOf(override.recurrenceId, object, master?.timing, floating)
    const own = part(override.component)
    return {
      ...own,
      thisAndFuture: override.thisAndFuture,
      key,
      shift: shiftOf(own.timing, key, master?.timing ?? own.timing),
    }
  })
  const singles = new Map(exceptions.map((one) => [one.key, one]))
  const futures = exceptions.filter((one) => one.thisAndFuture).sort((a, b) => a.key - b.key)
  return { master, singles, futures, excluded: exclusions(object, master?.timing, floating), object, floating, effort }
}

/** The instant that a RECURRENCE-ID or EXDATE names. */
export function keyOf(time: Time, { zones }: CalendarObject, master: Timing | undefined, floating: Zone): number {
  // Dates of a series of whole days are told by their date alone, whatever time or zone was written with them.
  if (master?.time?.isDate) return toInstant(floating, midnight(time.wall))
  // A time without a zone is told in the master's.
  return toInstant(zones.of(time, master?.zone ?? floating), time.wall)
}

/** RFC 5545 §3.8.4.4: how far THISANDFUTURE moves what comes after it, on the wall clock. */
const shiftOf = ({ time, start }: Timing, key: number, { zone }: Timing): Wall =>
  time === undefined ? 0 : toWall(zone, start) - toWall(zone, key)

const midnight = (wall: Wall): Wall => Math.floor(wall / DAY) * DAY

/** EXDATEs: the very instant, or the whole day where a DATE stands against times. */
function exclusions(object: CalendarObject, master: Timing | undefined, floating: Zone): (key: number) => boolean {
  const exact = new Set<number>()
  const dates = new Set<Wall>()
  for (const line of object.master ? properties(object.master, 'EXDATE') : []) {
    for (const value of splitValue(line.value, ',')) {
      const time = parseTime(value, parameter(line, 'TZID'))
      if (time.isDate && !master?.time?.isDate) dates.add(time.wall)
      else exact.add(keyOf(time, object, master, floating))
    }
  }
  if (dates.size === 0 || !master) return (key) => exact.has(key)
  return (key) => exact.has(key) || dates.has(midnight(toWall(master.zone, key)))
}

/** An instance by the master, or by the last THISANDFUTURE at or before it. */
export function instance({ futures }: Series, master: Part, key: number, periodEnd: number | undefined) {
  const future = futures.findLast((one) => one.key <= key)
  if (!future) return { ...master, start: key, end: periodEnd ?? master.timing.endOf(key) }
  const { zone } = master.timing
  const start = toInstant(zone, toWall(zone, key) + future.shift)
  return { component: future.component, timing: future.timing, start, end: future.timing.endOf(start) }
}

/** How far an instance's start and end can lie from where it was to begin. */
export function reachOf({ master, futures }: Series): { earlier: number; later: number } {
  const parts = [...futures, ...(master ? [master] : [])].map(({ timing }) => timing)
  const lengths = parts.map(({ start, end }) => (Number.isFinite(start) ? end - start : 0))
  const shifts = futures.map(({ shift }) => shift)
  // A day more: the clocks may change meanwhile.
  return { earlier: -Math.min(0, ...shifts), later: DAY + Math.max(0, ...lengths) + Math.max(0, ...shifts) }
}

/** Where an instance can have begun, before overrides, to overlap the range. */
export function windowOf(series: Series, range: TimeRange): TimeRange {
  const { earlier, later } = reachOf(series)
  return { start: range.start - later, end: range.end + earlier + DAY }
}

export type Key = { key: number; end: number | undefined }

/** The recurrence set before overrides, each instance once. */
export function* keys(series: Series, master: Part, window: TimeRange): Generator<Key, void> {
  const { time, zone, start } = master.timing
  if (time === undefined) {
    yield { key: start, end: undefined }
    return
  }
  const seen = new Set<number>()
  const fresh = (key: number): boolean => {
    series.effort.spend()
    if (seen.has(key) || series.excluded(key) || series.singles.has(key)) return false
    seen.add(key)
    return true
  }
  for (const one of dates(series, master)) if (fresh(one.key)) yield one
  if (fresh(start)) yield { key: start, end: undefined }
  for (const line of properties(master.component, 'RRULE')) {
    for (const wall of ruleWalls(parseRule(line.value), time, zone, window, series.effort)) {
      const key = toInstant(zone, wall)
      if (fresh(key)) yield { key, end: undefined }
    }
  }
}

/** RDATEs, few enough to be looked at whole. */
export function* dates({ object, floating }: Series, { component, timing }: Part): Generator<Key, void> {
  for (const line of properties(component, 'RDATE')) {
    if (isPeriods(line)) {
      for (const { start, end } of periodsOf(line, object.zones, timing.zone)) yield { key: start, end }
    } else {
      for (const value of splitValue(line.value, ',')) {
        yield { key: keyOf(parseTime(value, parameter(line, 'TZID')), object, timing, floating), end: undefined }
      }
    }
  }
}

/** What one rule adds to DTSTART, in the window. */
export function* ruleWalls(
  rule: Rule,
  start: Time,
  zone: Zone,
  window: TimeRange,
  effort: Effort,
): Generator<Wall, void> {
  const from = rule.count === undefined ? toWallOr(zone, window.start) - DAY : start.wall
  const to = Math.min(toWallOr(zone, window.end) + DAY, untilWall(rule) + DAY)
  // RFC 5545 §3.3.10: DTSTART counts as the first, whether the rule finds it or not.
  let left = (rule.count ?? Number.POSITIVE_INFINITY) - 1
  for (const wall of instances(rule, start.wall, { from: Math.max(from, start.wall), to, effort })) {
    if (wall === start.wall) continue
    if (left-- <= 0) return
    if (!isPast(rule, start, zone, wall)) yield wall
  }
}

const toWallOr = (zone: Zone, instant: number): Wall => (Number.isFinite(instant) ? toWall(zone, instant) : instant)

const untilWall = ({ until }: Rule): Wall => until?.wall ?? Number.POSITIVE_INFINITY

/** RFC 5545 §3.3.10: UNTIL is the last instant of a rule, or its last day. */
function isPast({ until }: Rule, start: Time, zone: Zone, wall: Wall): boolean {
  if (!until) return false
  if (until.isDate) return midnight(wall) > until.wall
  return until.isUtc && !start.isDate ? toInstant(zone, wall) > until.wall : wall > until.wall
}
