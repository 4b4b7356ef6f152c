// The instances of a calendar object (RFC 5545 §3.8.5): DTSTART always the first, RRULEs and RDATEs, less EXDATEs, and
// each override in the place of its instance. An instance is known by the instant at which it was to begin, so a
// RECURRENCE-ID or EXDATE in another zone names the same one. What is looked at is bounded by one Effort a question.
import { instancesOfObject } from '../../limits.ts'
import { parameter, splitValue } from '../content-line.ts'
import { type Component, properties } from './component.ts'
import { Effort, tooManyInstances } from './effort.ts'
import { type CalendarObject, isPeriods, type Override } from './object.ts'
import { instances } from './recurrence.ts'
import { parseRule, type Rule } from './recurrence-rule.ts'
import { periodsOf, type TimeRange, type Timing, timingOf } from './timing.ts'
import { DAY, parseTime, type Time, type Wall } from './values.ts'
import { toInstant, toWall, utc, type Zone } from './zone.ts'

/** Times are milliseconds UTC; an undated VTODO lasts from -Infinity to Infinity. */
export type Occurrence = {
  start: number
  end: number
  /** The master, or the override that says what this instance is. */
  component: Component
  /** When it was to begin, before any override; undefined for what does not recur. */
  recurrenceId: number | undefined
}

export const always: TimeRange = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

/**
 * The instances that overlap a range as RFC 4791 §9.9 means it for this type of component, by their start.
 *
 * @param floating the zone of floating times and of whole days (RFC 4791 §5.2.2 calendar-timezone).
 * @throws DomainError TooLarge, precondition 'max-instances', when there are more than a server can bear.
 */
export function occurrences(object: CalendarObject, range: TimeRange, floating: Zone = utc): Occurrence[] {
  const found: Occurrence[] = []
  for (const one of eachOccurrence(object, range, floating)) {
    if (found.push(one) > instancesOfObject) throw tooManyInstances()
  }
  return found.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** The same one by one, in no order: who asks whether there is any stops at the first. */
export function* eachOccurrence(
  object: CalendarObject,
  range: TimeRange,
  floating: Zone = utc,
  effort = new Effort(),
): Generator<Occurrence, void> {
  const series = seriesOf(object, floating, effort)
  for (const { component, timing, key } of series.singles.values()) {
    const { start, end } = timing
    if (timing.overlaps(start, end, range)) yield { start, end, component, recurrenceId: key }
  }
  const { master } = series
  if (!master) return
  for (const { key, end } of keys(series, master, windowOf(series, range))) {
    const one = instance(series, master, key, end)
    if (one.timing.overlaps(one.start, one.end, range)) {
      yield {
        start: one.start,
        end: one.end,
        component: one.component,
        recurrenceId: object.recurring ? key : undefined,
      }
    }
  }
}

/** Milliseconds UTC; null is unbounded. */
export type ObjectBounds = { firstStart: number | null; lastEnd: number | null }

/**
 * What an index keeps of an object: no instance begins before `firstStart` or ends after `lastEnd`, whatever zone
 * floating times are put in. Compare with both ends included; recurring objects may have some room.
 *
 * @throws DomainError TooLarge, precondition 'max-instances', for an object that recurs more often than a server bears.
 */
export function bounds(object: CalendarObject): ObjectBounds {
  const series = seriesOf(object, utc, new Effort())
  const { master } = series
  const timings = [...series.singles.values(), ...(master ? [master] : [])].map(({ timing }) => timing)
  let first = Math.min(...timings.map(({ start }) => start))
  let last = Math.max(...timings.map(({ end }) => end))
  if (master?.timing.time && object.recurring) {
    checkDensity(series, master)
    const { earlier, later } = reachOf(series)
    for (const { key, end = key } of dates(series, master)) {
      first = Math.min(first, key)
      last = Math.max(last, end + later)
    }
    first -= earlier
    last = Math.max(last, lastOfRules(series, master) + later)
  }
  const pad = timings.some(({ time }) => time && floats(time, object)) ? widestOffset : 0
  return { firstStart: finite(first - pad), lastEnd: finite(last + pad) }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** No zone is further from UTC. */
const widestOffset = 15 * 3_600_000

const floats = (time: Time, { zones }: CalendarObject): boolean =>
  time.isDate || (!time.isUtc && (time.zone === undefined || zones.named(time.zone) === undefined))

function checkDensity(series: Series, master: Part): void {
  const { start } = master.timing
  let count = 0
  for (const _ of keys(series, master, { start, end: start + 366 * DAY })) {
    if (++count > instancesOfObject) throw tooManyInstances()
  }
}

/** When the last instance of all rules begins, at the latest; Infinity when they go on, or on for very long. */
function lastOfRules({ effort }: Series, { component, timing: { start, time, zone } }: Part): number {
  let last = start
  for (const line of time ? properties(component, 'RRULE') : []) {
    const rule = parseRule(line.value)
    if (rule.until) last = Math.max(last, rule.until.wall + DAY + widestOffset)
    else if (rule.count === undefined || rule.count > instancesOfObject) return Number.POSITIVE_INFINITY
    else
      for (const wall of ruleWalls(rule, time as Time, zone, always, effort))
        last = Math.max(last, toInstant(zone, wall))
  }
  return last
}

type Part = { component: Component; timing: Timing }

/** An override; `key` is the instant at which its instance was to begin. */
type Exception = Part & { key: number; shift: Wall }

type Series = {
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

function seriesOf(object: CalendarObject, floating: Zone, effort: Effort): Series {
  const part = (component: Component): Part => ({ component, timing: timingOf(component, object.zones, floating) })
  const master = object.master && part(object.master)
  const exceptions = object.overrides.map((override): Exception & Override => {
    const key = keyOf(override.recurrenceId, object, master?.timing, floating)
    const own = part(override.component)
    return { ...override, ...own, key, shift: shiftOf(own.timing, key, master?.timing ?? own.timing) }
  })
  const singles = new Map(exceptions.map((one) => [one.key, one]))
  const futures = exceptions.filter((one) => one.thisAndFuture).sort((a, b) => a.key - b.key)
  return { master, singles, futures, excluded: exclusions(object, master?.timing, floating), object, floating, effort }
}

/** The instant that a RECURRENCE-ID or EXDATE names. */
function keyOf(time: Time, { zones }: CalendarObject, master: Timing | undefined, floating: Zone): number {
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
function instance({ futures }: Series, master: Part, key: number, periodEnd: number | undefined) {
  const future = futures.findLast((one) => one.key <= key)
  if (!future) return { ...master, start: key, end: periodEnd ?? master.timing.endOf(key) }
  const { zone } = master.timing
  const start = toInstant(zone, toWall(zone, key) + future.shift)
  return { component: future.component, timing: future.timing, start, end: future.timing.endOf(start) }
}

/** How far an instance's start and end can lie from where it was to begin. */
function reachOf({ master, futures }: Series): { earlier: number; later: number } {
  const parts = [...futures, ...(master ? [master] : [])].map(({ timing }) => timing)
  const lengths = parts.map(({ start, end }) => (Number.isFinite(start) ? end - start : 0))
  const shifts = futures.map(({ shift }) => shift)
  // A day more: the clocks may change meanwhile.
  return { earlier: -Math.min(0, ...shifts), later: DAY + Math.max(0, ...lengths) + Math.max(0, ...shifts) }
}

/** Where an instance can have begun, before overrides, to overlap the range. */
function windowOf(series: Series, range: TimeRange): TimeRange {
  const { earlier, later } = reachOf(series)
  return { start: range.start - later, end: range.end + earlier + DAY }
}

type Key = { key: number; end: number | undefined }

/** The recurrence set before overrides, each instance once. */
function* keys(series: Series, master: Part, window: TimeRange): Generator<Key, void> {
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
function* dates({ object, floating }: Series, { component, timing }: Part): Generator<Key, void> {
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
function* ruleWalls(rule: Rule, start: Time, zone: Zone, window: TimeRange, effort: Effort): Generator<Wall, void> {
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
