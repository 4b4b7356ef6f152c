// A zone as a VTIMEZONE defines it (RFC 5545 §3.6.5): observances, each with the wall clocks at which it begins.
import { DomainError } from '../../errors.ts'
import { vtimezoneOnsets, vtimezoneSteps, vtimezoneYears } from '../../limits.ts'
import { splitValue } from '../content-line.ts'
import { type Component, properties, property } from './component.ts'
import { Effort } from './effort.ts'
import { instances } from './recurrence.ts'
import { parseRule } from './recurrence-rule.ts'
import { parseOffset, parseTime, type Wall, wallOf } from './values.ts'
import { offsetIn, type Transition, type Zone } from './zone.ts'

/** @throws DomainError BadRequest when it lacks what a zone needs. */
export function zoneOf(vtimezone: Component): Zone {
  const id = property(vtimezone, 'TZID')?.value
  if (!id) throw new DomainError('BadRequest', 'A VTIMEZONE has no TZID')
  const observances = vtimezone.components
    .filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT')
    .map(readObservance)
  if (observances.length === 0)
    throw new DomainError('BadRequest', `The VTIMEZONE ${id.slice(0, 60)} has no observance`)
  const effort = new Effort(vtimezoneSteps)
  const transitions = observances.flatMap((observance) => onsets(observance, effort)).sort((a, b) => a.at - b.at)
  const first = observances.toSorted((a, b) => a.start - a.from - (b.start - b.from))[0]
  const before = first?.from ?? 0
  return { id, offsetAt: (instant) => offsetIn(transitions, instant, before) }
}

type Observance = { start: Wall; from: number; to: number; component: Component }

function readObservance(component: Component): Observance {
  const value = (name: string): string => {
    const found = property(component, name)?.value
    if (found === undefined) throw new DomainError('BadRequest', `A ${component.name} of a VTIMEZONE has no ${name}`)
    return found
  }
  const start = parseTime(value('DTSTART')).wall
  return { start, from: parseOffset(value('TZOFFSETFROM')), to: parseOffset(value('TZOFFSETTO')), component }
}

/** RFC 5545 §3.6.5: onsets are wall clocks with the offset that was in use before them. */
function onsets({ start, from, to, component }: Observance, effort: Effort): Transition[] {
  const walls = new Set<Wall>([start])
  for (const line of properties(component, 'RDATE'))
    for (const value of splitValue(line.value, ',')) walls.add(parseTime(value).wall)
  const last = wallOf(vtimezoneYears, 1, 1)
  for (const line of properties(component, 'RRULE')) {
    const rule = parseRule(line.value)
    const until = rule.until === undefined ? last : rule.until.isUtc ? rule.until.wall + from : rule.until.wall
    let count = rule.count ?? Number.POSITIVE_INFINITY
    for (const wall of instances(rule, start, { to: last, effort })) {
      if (wall > until || wall > last || count-- <= 0 || walls.size > vtimezoneOnsets) break
      walls.add(wall)
    }
  }
  return [...walls].map((wall) => ({ at: wall - from, offset: to }))
}
