// When somebody can be met (RFC 7953): within the time of a VAVAILABILITY one is busy but for its AVAILABLE times. Of
// several, that of the higher PRIORITY alone says what holds in its time. Milliseconds UTC.
import { DomainError } from '../../errors.ts'
import { availableComponents, instancesOfObject } from '../../limits.ts'
import { type Component, property } from './component.ts'
import { tooManyInstances } from './effort.ts'
import { type BusyPeriod, type BusyType, busyKinds, clip, mergeBusy } from './free-busy.ts'
import { type CalendarObject, readObject } from './object.ts'
import { eachOccurrence } from './occurrences.ts'
import { type TimeRange, timingOf } from './timing.ts'
import { DAY, timeOf } from './values.ts'
import { utc, type Zone } from './zone.ts'
import { zonesOf } from './zones.ts'

/**
 * Reads what RFC 7953 §7.2.4 lets a calendar-availability be: VAVAILABILITY components and what explains their zones.
 *
 * @throws DomainError Forbidden, precondition 'valid-calendar-data'; TooLarge, precondition 'max-instances'.
 */
export function checkAvailability(calendar: Component): void {
  const [first, ...others] = calendar.components.filter(({ name }) => name !== 'VTIMEZONE')
  if (!first || [first, ...others].some(({ name }) => name !== 'VAVAILABILITY'))
    throw invalid('An availability is made of VAVAILABILITY components')
  const zones = zonesIn(calendar)
  for (const component of [first, ...others])
    checkVavailability(readObject({ ...calendar, components: [...zones, component] }))
}

/** What is particular to the VAVAILABILITY of an object. §3.1 */
export function checkVavailability({ calendar, master: component }: CalendarObject): void {
  if (!component) throw invalid('A VAVAILABILITY has no instances')
  const available = component.components.filter(({ name }) => name === 'AVAILABLE')
  if (available.length > availableComponents) throw invalid(`There are more than ${availableComponents} AVAILABLE`)
  for (const one of [component, ...available])
    for (const name of ['DTSTART', 'DTEND']) {
      const line = property(one, name)
      if (line && timeOf(line).isDate) throw invalid(`The ${name} of an availability is a time, not a date`)
    }
  for (const one of available) if (!property(one, 'DTSTART')) throw invalid('An AVAILABLE has no DTSTART')
  for (const object of objectsIn(component, zonesIn(calendar))) countYear(object)
}

const invalid = (message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition: 'valid-calendar-data' })

/** A year of each is looked at when it is stored, so that no question finds one that cannot be answered. */
function countYear(object: CalendarObject): void {
  const start = object.master && timingOf(object.master, object.zones, utc).start
  if (start === undefined) return
  let count = 0
  for (const _ of eachOccurrence(object, { start, end: start + 366 * DAY }))
    if (++count > instancesOfObject) throw tooManyInstances()
}

const zonesIn = ({ components }: Component): Component[] => components.filter(({ name }) => name === 'VTIMEZONE')

/** AVAILABLE components of one UID are a series with its overrides. §3.1 */
function objectsIn(vavailability: Component, zones: readonly Component[]): CalendarObject[] {
  const available = vavailability.components.filter(({ name }) => name === 'AVAILABLE').map(withUid)
  const objectOf = (components: Component[]): CalendarObject =>
    readObject({ name: 'VCALENDAR', properties: [], components: [...zones, ...components] })
  return [...Map.groupBy(available, uidOf).values()].flatMap((components) => {
    const [first, ...more] = components.filter((one) => !property(one, 'RECURRENCE-ID'))
    const overrides = components.filter((one) => property(one, 'RECURRENCE-ID'))
    // Those in the wild that repeat a UID without a RECURRENCE-ID are series of their own.
    return [[...(first ? [first] : []), ...overrides], ...more.map((one) => [one])].map(objectOf)
  })
}

const uidOf = (component: Component): string => property(component, 'UID')?.value.trim() ?? ''

/** An AVAILABLE without a UID means itself. */
const withUid = (component: Component): Component => {
  if (uidOf(component) !== '') return component
  const line = { group: undefined, name: 'UID', parameters: [], value: 'available' }
  return { ...component, properties: [...component.properties.filter(({ name }) => name !== 'UID'), line] }
}

type Edge = { at: number; step: 1 | -1; level: number; type: BusyType | undefined }

/**
 * When somebody of these availabilities cannot be met, ascending and without overlaps.
 *
 * @param calendars iCalendar objects with VAVAILABILITY components.
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export function unavailablePeriods(
  calendars: readonly Component[],
  range: TimeRange,
  floating: Zone = utc,
): BusyPeriod[] {
  const edges: Edge[] = []
  for (const calendar of calendars) {
    for (const component of calendar.components) {
      if (component.name !== 'VAVAILABILITY') continue
      for (const edge of edgesOf(component, calendar, range, floating))
        if (edges.push(edge) > 2 * instancesOfObject) throw tooManyInstances()
    }
  }
  return sweep(edges.sort((a, b) => a.at - b.at))
}

function* edgesOf(component: Component, calendar: Component, range: TimeRange, floating: Zone): Generator<Edge, void> {
  const { start, end } = timingOf(component, zonesOf(calendar), floating)
  const [span] = clip(start, end, range)
  if (!span) return // §5: what does not intersect the request is ignored
  const level = levelOf(component)
  const edgesAt = (at: TimeRange, type: BusyType | undefined): Edge[] => [
    { at: at.start, step: 1, level, type },
    { at: at.end, step: -1, level, type },
  ]
  yield* edgesAt(span, busyTypeOf(component))
  for (const object of objectsIn(component, zonesIn(calendar)))
    for (const one of eachOccurrence(object, span, floating))
      for (const free of clip(one.start, one.end, span)) yield* edgesAt(free, undefined)
}

/** §4: PRIORITY 1 is the highest, 9 the lowest, and none at all lower still. RFC 5545 §3.8.1.9 */
const levels = 10
function levelOf(component: Component): number {
  const priority = Number(property(component, 'PRIORITY')?.value.trim() ?? 0)
  return Number.isInteger(priority) && priority >= 1 && priority <= 9 ? levels - priority : 0
}

/** §3.2: BUSY-UNAVAILABLE unless it says otherwise; what is not known is BUSY-UNAVAILABLE as well. */
function busyTypeOf(component: Component): BusyType {
  const value = property(component, 'BUSYTYPE')?.value.trim().toUpperCase()
  return busyKinds.find((kind) => kind === value) ?? 'BUSY-UNAVAILABLE'
}

/** §5: from edge to edge, the highest level that says anything decides; what one of it has AVAILABLE is free. */
function sweep(edges: readonly Edge[]): BusyPeriod[] {
  const open = Array.from({ length: levels }, () => ({ free: 0, busy: new Map<BusyType, number>() }))
  const periods: BusyPeriod[] = []
  let since = 0
  for (const { at, step, level, type } of edges) {
    const deciding = open.findLast(({ busy }) => busyKinds.some((kind) => (busy.get(kind) ?? 0) > 0))
    if (deciding && deciding.free === 0 && at > since)
      for (const kind of busyKinds) if (deciding.busy.get(kind)) periods.push({ start: since, end: at, type: kind })
    const counts = open[level]
    if (counts && type === undefined) counts.free += step
    else if (counts && type !== undefined) counts.busy.set(type, (counts.busy.get(type) ?? 0) + step)
    since = at
  }
  return mergeBusy(periods)
}
