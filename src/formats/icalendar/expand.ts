// What calendar-data (RFC 4791 §9.6) sends of an object when less, or other, than the whole is asked for. The object
// itself is never changed.
import { parameter, splitValue } from '../content-line.ts'
import { type Component, type Property, property } from './component.ts'
import type { CalendarObject } from './object.ts'
import { type Occurrence, occurrences, overridesIn } from './occurrences.ts'
import { periodsOf, type TimeRange } from './timing.ts'
import { DAY, formatTime, formatUtc, parseDuration, type Time, timeOf } from './values.ts'
import { toInstant, toWall, utc, type Zone } from './zone.ts'
import type { Zones } from './zones.ts'

/**
 * RFC 4791 §9.6.5: each instance in the range as a component of its own, times with a zone in UTC. Whole days and
 * floating times have none and stay.
 *
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export function expand(object: CalendarObject, range: TimeRange, floating: Zone = utc): Component {
  const found = occurrences(object, range, floating)
  return { ...object.calendar, components: found.map((one) => expanded(one, object, floating)) }
}

const recurrence = new Set(['RRULE', 'RDATE', 'EXDATE', 'EXRULE', 'RECURRENCE-ID'])

function expanded(occurrence: Occurrence, { zones, master }: CalendarObject, floating: Zone): Component {
  const { component, recurrenceId, start, end } = occurrence
  const kept = component.properties.filter(({ name }) => !recurrence.has(name))
  const lines = kept.map((line) => {
    if (!Number.isFinite(start)) return inUtc(line, zones)
    if (line.name === 'DTSTART') return timeLine(line, start, zones, floating)
    if (line.name === 'DTEND' || line.name === 'DUE') return timeLine(line, end, zones, floating)
    return line.name === 'DURATION' ? exactDuration(line, end - start) : inUtc(line, zones)
  })
  if (recurrenceId !== undefined) lines.push(recurrenceIdLine(recurrenceId, component, master, zones, floating))
  return { ...component, properties: lines, components: component.components.map((inner) => allInUtc(inner, zones)) }
}

/** A time property's line, told as `like` was: a date, floating, or in UTC. */
function timeLine(like: Property, instant: number, zones: Zones, floating: Zone): Property {
  const time = timeOf(like)
  const rest = like.parameters.filter(({ name }) => name !== 'TZID')
  return { ...like, parameters: rest, value: timeValue(time, instant, zones, floating) }
}

function timeValue(time: Time, instant: number, zones: Zones, floating: Zone): string {
  const floats = time.isDate || zones.of(time, nowhere) === nowhere
  return floats ? formatTime({ ...time, wall: toWall(floating, instant) }) : formatUtc(instant)
}

/** Stands for "no zone": a time that is given it floats. */
const nowhere: Zone = { id: '', offsetAt: () => 0 }

function recurrenceIdLine(
  instant: number,
  component: Component,
  master: Component | undefined,
  zones: Zones,
  floating: Zone,
): Property {
  const own = property(component, 'RECURRENCE-ID')
  const like = (master && property(master, 'DTSTART')) ?? own
  const time = like ? timeOf(like) : { wall: 0, isDate: false, isUtc: true, zone: undefined }
  const value = timeValue(time, instant, zones, floating)
  const parameters = time.isDate ? [{ name: 'VALUE', values: ['DATE'] }] : []
  return { group: undefined, name: 'RECURRENCE-ID', parameters, value }
}

/** Days of the clock that a zone made shorter or longer are told in seconds, for UTC has none of those. */
function exactDuration(line: Property, length: number): Property {
  const { days, milliseconds } = parseDuration(line.value)
  return days * DAY + milliseconds === length ? line : { ...line, value: `PT${Math.round(length / 1000)}S` }
}

const allInUtc = (component: Component, zones: Zones): Component => ({
  ...component,
  properties: component.properties.map((line) => inUtc(line, zones)),
  components: component.components.map((inner) => allInUtc(inner, zones)),
})

/** RFC 4791 §9.6.5: no time refers to a VTIMEZONE, those of extensions included. */
function inUtc(line: Property, zones: Zones): Property {
  const tzid = parameter(line, 'TZID')
  const zone = tzid === undefined ? undefined : zones.named(tzid)
  if (!zone || !/^\d{8}T\d{6}$/.test(line.value)) return line
  const parameters = line.parameters.filter(({ name }) => name !== 'TZID')
  return { ...line, parameters, value: formatUtc(toInstant(zone, timeOf(line).wall)) }
}

/** RFC 4791 §9.6.6: the master, and the overrides that bear on the range by their own time or by the one they replace. */
export function limitRecurrenceSet(object: CalendarObject, range: TimeRange, floating: Zone = utc): Component {
  const bearing = overridesIn(object, range, floating)
  const overrides = new Set(object.overrides.map(({ component }) => component))
  const components = object.calendar.components.filter((one) => !overrides.has(one) || bearing.has(one))
  return { ...object.calendar, components }
}

/** RFC 4791 §9.6.7: of FREEBUSY the periods that overlap the range. */
export function limitFreeBusySet(object: CalendarObject, range: TimeRange): Component {
  const components = object.calendar.components.map((component) =>
    component.name === 'VFREEBUSY'
      ? { ...component, properties: component.properties.flatMap((line) => limitPeriods(line, object.zones, range)) }
      : component,
  )
  return { ...object.calendar, components }
}

function limitPeriods(line: Property, zones: Zones, range: TimeRange): Property[] {
  if (line.name !== 'FREEBUSY') return [line]
  const kept = splitValue(line.value, ',').filter((value) =>
    periodsOf({ ...line, value }, zones, utc).some(({ start, end }) => range.start < end && range.end > start),
  )
  return kept.length === 0 ? [] : [{ ...line, value: kept.join(',') }]
}

/** RFC 4791 §9.6.1 to §9.6.4: the `comp` of a calendar-data; names in capitals. */
export type Selection = {
  name: string
  props: 'all' | readonly { name: string; noValue: boolean }[]
  comps: 'all' | readonly Selection[]
}

export function select(component: Component, { props, comps }: Selection): Component {
  return {
    name: component.name,
    properties:
      props === 'all' ? component.properties : component.properties.flatMap((line) => selectProperty(line, props)),
    components:
      comps === 'all'
        ? component.components
        : component.components.flatMap((inner) => {
            const wanted = comps.find(({ name }) => name === inner.name)
            return wanted ? [select(inner, wanted)] : []
          }),
  }
}

function selectProperty(line: Property, props: readonly { name: string; noValue: boolean }[]): Property[] {
  const wanted = props.find(({ name }) => name === line.name)
  if (!wanted) return []
  return [wanted.noValue ? { ...line, value: '' } : line]
}
