// The instances of a calendar object that overlap a range, overrides moved into it or out of it included. What is looked
// at is bounded by one Effort a question.
import { instancesOfObject, stepsOfInstance } from '../../limits.ts'
import type { Component } from './component.ts'
import { Effort, tooManyInstances } from './effort.ts'
import type { CalendarObject } from './object.ts'
import { instance, keys, type Series, seriesOf, windowOf } from './series.ts'
import { type TimeRange, timingOf } from './timing.ts'
import { utc, type Zone } from './zone.ts'

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
  const effort = new Effort()
  for (const one of eachOccurrence(object, range, floating)) {
    effort.spend(stepsOfInstance)
    if (found.push(one) > instancesOfObject) throw tooManyInstances()
  }
  return found.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** The same one by one, in no order: who asks whether there is any stops at the first. */
export function* eachOccurrence(
  object: CalendarObject,
  range: TimeRange,
  floating: Zone = utc,
): Generator<Occurrence, void> {
  const series = seriesOf(object, floating, new Effort())
  for (const { component, timing, key } of series.singles.values()) {
    const { start, end } = timing
    if (timing.overlaps(start, end, range)) yield { start, end, component, recurrenceId: key }
  }
  yield* generated(series, range, always)
}

/**
 * Whether an instance that this component speaks for overlaps the range.
 *
 * @throws DomainError TooLarge, as above.
 */
export function occursIn(
  object: CalendarObject,
  component: Component,
  range: TimeRange,
  floating: Zone = utc,
): boolean {
  const isOverride = component !== object.master
  const { start, end, overlaps } = timingOf(component, object.zones, floating)
  if (isOverride && overlaps(start, end, range)) return true
  const series = seriesOf(object, floating, new Effort())
  const at = series.futures.findIndex((future) => future.component === component)
  if (isOverride && at === -1) return false
  // Past the next THISANDFUTURE it has no say: a series without end must not be searched to its end.
  const said = { start: series.futures[at]?.key ?? always.start, end: series.futures[at + 1]?.key ?? always.end }
  for (const one of generated(series, range, said)) if (one.component === component) return true
  return false
}

/** Instances that are no override's own; `said` bounds when they were to begin. */
function* generated(series: Series, range: TimeRange, said: TimeRange): Generator<Occurrence, void> {
  const { master, object } = series
  if (!master) return
  const window = windowOf(series, range)
  const within = { start: Math.max(window.start, said.start), end: Math.min(window.end, said.end) }
  for (const { key, end: periodEnd } of keys(series, master, within)) {
    const { component, timing, start, end } = instance(series, master, key, periodEnd)
    if (timing.overlaps(start, end, range)) {
      yield { start, end, component, recurrenceId: object.recurring ? key : undefined }
    }
  }
}

/** RFC 4791 §9.6.6: the overrides that overlap the range by their own times, or whose instances would have without them. */
export function overridesIn(object: CalendarObject, range: TimeRange, floating: Zone = utc): Set<Component> {
  const { singles, master } = seriesOf(object, floating, new Effort())
  const bearing = new Set<Component>()
  for (const { component, timing, key, thisAndFuture } of singles.values()) {
    const original = (master ?? { timing }).timing
    const replaced = original.overlaps(key, original.endOf(key), range)
    // What THISANDFUTURE says may bear on anything after it.
    const later = thisAndFuture && key < range.end
    if (replaced || later || timing.overlaps(timing.start, timing.end, range)) bearing.add(component)
  }
  return bearing
}
