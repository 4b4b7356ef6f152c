// The instances of an object by their keys (../series.ts): which components speak for one of them, which are taken out,
// and what the master says of one that has no component of its own.
import { parameter, splitValue } from '../../content-line.ts'
import { type Component, type Property, properties, property } from '../component.ts'
import { Effort } from '../effort.ts'
import { type CalendarObject, readObject } from '../object.ts'
import { keyOf, keys, type Part, seriesOf } from '../series.ts'
import { formatTime, parseTime, type Time, timeOf } from '../values.ts'
import { toWall, utc, type Zone } from '../zone.ts'

/** When an instance was to begin, in milliseconds UTC. */
export type Key = number

export type Instances = {
  readonly object: CalendarObject
  readonly master: Component | undefined
  /** Components with a RECURRENCE-ID. */
  readonly singles: ReadonlyMap<Key, Component>
  /** What the master's EXDATEs name. */
  readonly exdates: ReadonlySet<Key>
  /** Whether the master recurs then, EXDATEs and overrides aside. */
  recursAt(key: Key): boolean
  /** The component of an instance, or what the master says of it; undefined where there is no such instance. */
  at(key: Key): Component | undefined
}

/** @throws DomainError TooLarge, precondition 'max-instances', from `recursAt` and `at`. */
export function instancesOf(object: CalendarObject): Instances {
  const effort = new Effort()
  const series = seriesOf(object, utc, effort)
  const { master } = series
  const singles = new Map([...series.singles].map(([key, { component }]) => [key, component]))
  const bare = seriesOf(
    { ...object, overrides: [], master: object.master && withoutExdates(object.master) },
    utc,
    effort,
  )
  const recursAt = (key: Key): boolean => {
    if (!master || !bare.master) return false
    if (!object.recurring) return key === master.timing.start
    for (const one of keys(bare, bare.master, { start: key, end: key + 1 })) if (one.key === key) return true
    return false
  }
  const exdates = exdatesOf(object, master)
  return {
    object,
    master: object.master,
    singles,
    exdates,
    recursAt,
    at: (key) =>
      singles.get(key) ?? (master && !exdates.has(key) && recursAt(key) ? derived(object, master, key) : undefined),
  }
}

const withoutExdates = (master: Component): Component => ({
  ...master,
  properties: master.properties.filter(({ name }) => name !== 'EXDATE'),
})

function exdatesOf(object: CalendarObject, master: Part | undefined): Set<Key> {
  const found = new Set<Key>()
  for (const line of object.master ? properties(object.master, 'EXDATE') : [])
    for (const value of splitValue(line.value, ','))
      found.add(keyOf(parseTime(value, parameter(line, 'TZID')), object, master?.timing, utc))
  return found
}

/** Instances as the recurrence set has them without overrides, EXDATEs left out; the first so many. */
export function firstKeys(object: CalendarObject, limit: number): Key[] {
  const series = seriesOf({ ...object, overrides: [] }, utc, new Effort())
  const found: Key[] = []
  if (!series.master) return found
  for (const { key } of keys(series, series.master, { start: series.master.timing.start, end: lastInstant })) {
    found.push(key)
    if (found.length >= limit) break
  }
  return found.sort((a, b) => a - b)
}

const lastInstant = Date.UTC(9999, 11, 31)

const recurrence = new Set(['RRULE', 'RDATE', 'EXDATE', 'EXRULE'])

/** RFC 5545 §3.8.4.4: one instance as a component of its own, at its time by the master. */
function derived({ zones }: CalendarObject, { component, timing }: Part, key: Key): Component {
  const start = property(component, 'DTSTART') ?? property(component, 'DUE')
  if (start === undefined) return component
  const end = timing.endOf(key)
  const moved = (line: Property): Property => {
    if (line === start) return { ...line, value: told(line, key, zones.of(timeOf(line), utc)) }
    if (line.name === 'DTEND' || line.name === 'DUE')
      return { ...line, value: told(line, end, zones.of(timeOf(line), utc)) }
    return line
  }
  const kept = component.properties.filter(({ name }) => !recurrence.has(name)).map(moved)
  const at = kept.findIndex(({ name }) => name === start.name)
  const recurrenceId = { ...start, name: 'RECURRENCE-ID', value: told(start, key, zones.of(timeOf(start), utc)) }
  return { ...component, properties: [...kept.slice(0, at), recurrenceId, ...kept.slice(at)] }
}

const told = (like: Property, instant: number, zone: Zone): string => {
  const time: Time = timeOf(like)
  return formatTime({ ...time, wall: toWall(zone, instant) })
}

/** An EXDATE for the instance that a component with a RECURRENCE-ID speaks for. */
export const exdateFor = (component: Component): Property => {
  const line = property(component, 'RECURRENCE-ID') as Property
  return { ...line, name: 'EXDATE', parameters: line.parameters.filter(({ name }) => name !== 'RANGE') }
}

/** The object with other components, time zones apart. */
export const withComponents = (object: CalendarObject, components: readonly Component[]): CalendarObject =>
  readObject({
    ...object.calendar,
    properties: object.calendar.properties.filter(({ name }) => name !== 'METHOD'),
    components: [...object.calendar.components.filter(({ name }) => name === 'VTIMEZONE'), ...components],
  })

/** The components of an object, the master first. */
export const componentsOf = ({ master, overrides }: Pick<CalendarObject, 'master' | 'overrides'>): Component[] => [
  ...(master ? [master] : []),
  ...overrides.map(({ component }) => component),
]
