// When a VALARM goes off (RFC 5545 §3.6.6): at a time of its own, or before or after each instance's start or end.
import { alarmRepeatMilliseconds } from '../../limits.ts'
import { parameter } from '../content-line.ts'
import { type Component, property } from './component.ts'
import type { CalendarObject } from './object.ts'
import { eachOccurrence } from './occurrences.ts'
import { addDuration, type TimeRange, timingOf } from './timing.ts'
import { DAY, type Duration, parseDuration, timeOf } from './values.ts'
import { toInstant, utc, type Zone } from './zone.ts'

/**
 * RFC 4791 §9.9: whether one of the alarm's triggers, repetitions included, lies in the range.
 *
 * @param component the VEVENT or VTODO that the alarm is in.
 */
export function alarmOverlaps(
  alarm: Component,
  component: Component,
  object: CalendarObject,
  range: TimeRange,
  floating: Zone = utc,
): boolean {
  const trigger = property(alarm, 'TRIGGER')
  if (!trigger) return false
  const repeat = repetition(alarm)
  const goesOff = (at: number): boolean => repeatsIn(at, repeat, range)
  if (!/^[+-]?P/i.test(trigger.value.trim())) {
    const time = timeOf(trigger)
    return goesOff(toInstant(object.zones.of(time, floating), time.wall))
  }
  const offset = parseDuration(trigger.value)
  const { zone, time } = timingOf(component, object.zones, floating)
  if (!time) return false
  const atEnd = parameter(trigger, 'RELATED')?.toUpperCase() === 'END'
  for (const one of eachOccurrence(object, around(range, offset, repeat), floating)) {
    if (one.component === component && goesOff(addDuration(zone, atEnd ? one.end : one.start, offset))) return true
  }
  return false
}

type Repetition = { times: number; every: number }

/** RFC 5545 §3.8.6.2: REPEAT further times, DURATION apart. */
function repetition(alarm: Component): Repetition {
  const repeat = property(alarm, 'REPEAT')?.value.trim() ?? '0'
  const duration = property(alarm, 'DURATION')?.value
  const every = duration === undefined ? 0 : exact(parseDuration(duration))
  if (every <= 0 || !/^\d{1,9}$/.test(repeat)) return { times: 0, every: 0 }
  return { times: Math.min(Number(repeat), Math.floor(alarmRepeatMilliseconds / every)), every }
}

const exact = ({ days, milliseconds }: Duration): number => days * DAY + milliseconds

function repeatsIn(first: number, { times, every }: Repetition, range: TimeRange): boolean {
  const skipped = every === 0 ? 0 : Math.max(0, Math.ceil((range.start - first) / every))
  const at = first + Math.min(skipped, times) * every
  return range.start <= at && range.end > at
}

/** Where an instance must be for its alarm to go off in the range; a day more, for days are nominal. */
const around = (range: TimeRange, offset: Duration, { times, every }: Repetition): TimeRange => ({
  start: range.start - exact(offset) - times * every - DAY,
  end: range.end - exact(offset) + DAY,
})
