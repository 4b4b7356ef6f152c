// A calendar object (RFC 4791 §4.1): what one CalDAV resource holds. One UID, one type of component besides VTIMEZONE,
// at most one master, and its overridden instances by RECURRENCE-ID. What is read is what was sent, nothing is mended:
// data that an answer would have to guess about is refused, odd but plain data (a DTEND that equals DTSTART) is taken.
import { DomainError, isDomainError } from '../../errors.ts'
import { parameter, splitValue } from '../content-line.ts'
import { type Component, type Property, parseCalendar, properties, property } from './component.ts'
import { parseRule } from './recurrence-rule.ts'
import { periodsOf } from './timing.ts'
import { parseDuration, parseTime, type Time, timeOf } from './values.ts'
import { toInstant, utc } from './zone.ts'
import { type Zones, zonesOf } from './zones.ts'

export type Override = {
  component: Component
  recurrenceId: Time
  /** RFC 5545 §3.2.13: RANGE=THISANDFUTURE */
  thisAndFuture: boolean
}

export type CalendarObject = {
  calendar: Component
  uid: string
  /** VEVENT, VTODO, VJOURNAL, VFREEBUSY or one that this twin only stores. */
  type: string
  /** Missing when only some instances are known, such as those a person was invited to. */
  master: Component | undefined
  overrides: readonly Override[]
  /** It has an RRULE, an RDATE or an override: its instances have a RECURRENCE-ID. */
  recurring: boolean
  zones: Zones
  /** What the owner might want to know about data that was taken all the same. */
  notes: readonly string[]
}

export type ObjectPrecondition = 'valid-calendar-data' | 'valid-calendar-object-resource'

/** Reads the text of one calendar object; errors as {@link readObject}'s. */
export const parseObject = (text: string): CalendarObject =>
  readObject(refusing('valid-calendar-data', () => parseCalendar(text)))

/** The same of a scheduling message, which is an object with a METHOD (RFC 5546 §1.4). */
export const parseMessage = (text: string): CalendarObject =>
  readObject(
    refusing('valid-calendar-data', () => parseCalendar(text)),
    { isMessage: true },
  )

/**
 * @throws DomainError Forbidden with detail.precondition (RFC 4791 §5.3.2.1) 'valid-calendar-data' for what is no
 *   iCalendar, 'valid-calendar-object-resource' for what is more or less than one object.
 */
export function readObject(calendar: Component, { isMessage = false } = {}): CalendarObject {
  const version = property(calendar, 'VERSION')?.value.trim()
  if (version !== undefined && version !== '2.0') throw invalid(`VERSION is ${version.slice(0, 20)}, not 2.0`)
  // RFC 4791 §4.1: METHOD says that this is a message, not an object.
  if (!isMessage && property(calendar, 'METHOD')) throw notOne('A stored object has no METHOD')
  const components = calendar.components.filter(({ name }) => name !== 'VTIMEZONE')
  const [type, ...types] = new Set(components.map(({ name }) => name))
  if (type === undefined) throw notOne('There is no component but VTIMEZONE')
  if (types.length > 0)
    throw notOne(`There are components of more than one type: ${[type, ...types].slice(0, 5).join(', ')}`)
  const zones = zonesOf(calendar)
  const notes = refusing('valid-calendar-data', () => {
    for (const component of components) checkComponent(component, zones)
    return [...components.flatMap(endNotes), ...zoneNotes(components, zones)]
  })
  const [master, ...masters] = components.filter((component) => !property(component, 'RECURRENCE-ID'))
  if (masters.length > 0) throw notOne('There is more than one component without a RECURRENCE-ID')
  const overrides = components.filter((component) => component !== master).map(readOverride)
  checkRecurrenceIds(master, overrides)
  const recurring =
    overrides.length > 0 || (master !== undefined && ['RRULE', 'RDATE'].some((name) => property(master, name)))
  return { calendar, uid: commonUid(components), type, master, overrides, recurring, zones, notes }
}

function commonUid(components: Component[]): string {
  const [uid, ...uids] = new Set(components.map((component) => property(component, 'UID')?.value.trim() ?? ''))
  if (uids.length > 0) throw notOne('The components have more than one UID')
  if (!uid) throw invalid('A component has no UID')
  return uid
}

const readOverride = (component: Component): Override => {
  const line = property(component, 'RECURRENCE-ID') as Property
  const thisAndFuture = parameter(line, 'RANGE')?.toUpperCase() === 'THISANDFUTURE'
  return { component, recurrenceId: timeOf(line), thisAndFuture }
}

/** RFC 5545 §3.8.4.4: a RECURRENCE-ID is of the type of the master's DTSTART. */
function checkRecurrenceIds(master: Component | undefined, overrides: Override[]): void {
  const start = master && property(master, 'DTSTART')
  if (!start) return
  const { isDate } = timeOf(start)
  if (overrides.some(({ recurrenceId }) => recurrenceId.isDate !== isDate)) {
    throw invalid('A RECURRENCE-ID and DTSTART are not both dates or both times')
  }
}

const timed: Readonly<Record<string, string>> = {
  VEVENT: 'DTEND',
  VTODO: 'DUE',
  VFREEBUSY: 'DTEND',
  VAVAILABILITY: 'DTEND',
  AVAILABLE: 'DTEND',
}
/**
 * RFC 5545 §3.6.1 forbids an end beside a DURATION, but Thunderbird writes both when one instance is moved of an event
 * that has a DURATION, as those of telephones have: the end is what it means.
 */
const endCounts = ['VEVENT', 'VTODO']

const once = ['DTSTART', 'DTEND', 'DUE', 'DURATION', 'UID', 'RECURRENCE-ID', 'COMPLETED', 'CREATED', 'STATUS', 'TRANSP']

function checkComponent(component: Component, zones: Zones): void {
  for (const name of once) if (properties(component, name).length > 1) throw invalid(`There is more than one ${name}`)
  for (const name of ['DTSTART', 'DTEND', 'DUE', 'RECURRENCE-ID', 'COMPLETED', 'CREATED']) {
    const line = property(component, name)
    const time = line && timeOf(line)
    if (time?.zone !== undefined) zones.named(time.zone)
  }
  const start = property(component, 'DTSTART')
  // RFC 5545 §3.6.1: required where the calendar has no METHOD.
  if (component.name === 'VEVENT' && !start) throw invalid('A VEVENT has no DTSTART')
  const endName = timed[component.name]
  if (endName !== undefined) checkEnd(component, endName, zones)
  checkRecurrence(component, zones)
  for (const alarm of component.components) if (alarm.name === 'VALARM') checkAlarm(alarm)
}

function checkEnd(component: Component, endName: string, zones: Zones): void {
  const start = property(component, 'DTSTART')
  const end = property(component, endName)
  const duration = property(component, 'DURATION')
  if (end && duration && !endCounts.includes(component.name)) throw invalid(`There are both ${endName} and DURATION`)
  if (duration) {
    const { days, milliseconds } = parseDuration(duration.value)
    if (days < 0 || milliseconds < 0) throw invalid('DURATION is negative')
    if (!start) throw invalid('There is a DURATION and no DTSTART')
    if (timeOf(start).isDate && milliseconds !== 0) throw invalid('The DURATION of whole days is not of whole days') // §3.6.1
  }
  if (!start || !end) return
  const [from, to] = [timeOf(start), timeOf(end)]
  if (from.isDate !== to.isDate) throw invalid(`DTSTART and ${endName} are not both dates or both times`)
  // RFC 5545 §3.8.2.2; a task that is due before it starts is found in the wild and no nonsense.
  const before = toInstant(zones.of(to, utc), to.wall) < toInstant(zones.of(from, utc), from.wall)
  if (endName === 'DTEND' && before && comparable(from, to)) throw invalid('DTEND is before DTSTART')
}

/** A floating time has no order with one that has a zone. */
const comparable = (a: Time, b: Time): boolean =>
  (a.isUtc || a.zone !== undefined) === (b.isUtc || b.zone !== undefined)

function checkRecurrence(component: Component, zones: Zones): void {
  const rules = properties(component, 'RRULE')
  // RFC 5545 §3.8.2.4
  if (rules.length > 0 && !property(component, 'DTSTART')) throw invalid('There is an RRULE and no DTSTART')
  for (const rule of rules) parseRule(rule.value)
  for (const line of [...properties(component, 'RDATE'), ...properties(component, 'EXDATE')]) {
    const zone = parameter(line, 'TZID')
    if (zone !== undefined) zones.named(zone)
    if (isPeriods(line)) periodsOf(line, zones, utc)
    else for (const value of splitValue(line.value, ',')) parseTime(value, zone)
  }
}

export const isPeriods = (line: Property): boolean => line.name === 'RDATE' && line.value.includes('/')

/** RFC 5545 §3.6.6 */
function checkAlarm(alarm: Component): void {
  const trigger = property(alarm, 'TRIGGER')
  if (!trigger) throw invalid('A VALARM has no TRIGGER')
  if (parameter(trigger, 'VALUE')?.toUpperCase() === 'DATE-TIME') parseTime(trigger.value)
  else parseDuration(trigger.value)
}

const endNotes = (component: Component): string[] => {
  const endName = timed[component.name]
  const both = endName && property(component, endName) && property(component, 'DURATION')
  return both ? [`There are both ${endName} and DURATION: ${endName} counts`] : []
}

function zoneNotes(components: Component[], zones: Zones): string[] {
  const unknown = new Set<string>()
  for (const { properties } of components) {
    for (const line of properties) {
      const tzid = parameter(line, 'TZID')
      if (tzid !== undefined && !zones.named(tzid)) unknown.add(tzid)
    }
  }
  return [...unknown].map(
    (tzid) => `The time zone ${tzid.slice(0, 60)} is not known: its times are taken as local ones`,
  )
}

const refused = (precondition: ObjectPrecondition, message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition })

const invalid = (message: string): DomainError => refused('valid-calendar-data', message)

const notOne = (message: string): DomainError => refused('valid-calendar-object-resource', message)

/** What the grammars refuse, with the precondition that this wire's tables know. */
function refusing<T>(precondition: ObjectPrecondition, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (isDomainError(error, 'BadRequest')) throw refused(precondition, error.message)
    throw error
  }
}
