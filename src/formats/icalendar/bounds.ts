// What an index keeps of a calendar object, so that a time range finds it without a look inside.
import { instancesOfObject } from '../../limits.ts'
import { properties } from './component.ts'
import { Effort, tooManyInstances } from './effort.ts'
import type { CalendarObject } from './object.ts'
import { always } from './occurrences.ts'
import { parseRule } from './recurrence-rule.ts'
import { dates, keys, type Part, reachOf, ruleWalls, type Series, seriesOf } from './series.ts'
import { DAY, type Time } from './values.ts'
import { toInstant, utc } from './zone.ts'

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
    else {
      let wall = time?.wall ?? 0
      for (const next of ruleWalls(rule, time as Time, zone, always, effort)) wall = next
      last = Math.max(last, toInstant(zone, wall))
    }
  }
  return last
}
