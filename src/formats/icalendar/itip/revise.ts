// What the server sees to when an organizer changes an object: SEQUENCE says that something changed that people plan by
// (RFC 5546 §2.1.4), nobody's answer is changed by the organizer's client, whose copy of it may be old, and who had
// answered is asked again where an instance is at another time than it was (RFC 6638 §3.2.8).
import { instancesCompared } from '../../../limits.ts'
import { splitValue } from '../../content-line.ts'
import { type Component, type Property, properties, property } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { timingOf } from '../timing.ts'
import { timeOf } from '../values.ts'
import { utc } from '../zone.ts'
import { componentsOf, firstKeys, instancesOf, type Key, withComponents } from './instances.ts'
import {
  addressOf,
  agentOf,
  attendeeOf,
  type IsSelf,
  mapAttendees,
  partstatOf,
  sequenceOf,
  withParameter,
  withProperty,
} from './participants.ts'

/** When an attendee's last reply was written: an older one that arrives later is known by it (RFC 5546 §2.1.5). */
export const repliedParameter = 'X-TWIN-REPLIED'

/** What only the server sets on an ATTENDEE. */
const serverParameters = ['SCHEDULE-STATUS', repliedParameter, 'DELEGATED-TO', 'DELEGATED-FROM'] as const

/**
 * An organizer's object as it is stored in place of `before`.
 *
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export function revised(before: CalendarObject, after: CalendarObject, isSelf: IsSelf): CalendarObject {
  const former = instancesOf(before)
  const current = instancesOf(after)
  const moved = after.master !== undefined && before.master !== undefined && recursAnew(before, after)
  const components: Component[] = []
  if (current.master)
    components.push(revise(former.master, current.master, { isSelf, recursAnew: moved, objects: { before, after } }))
  for (const [key, component] of current.singles) {
    const was = former.at(key)
    components.push(revise(was, component, { isSelf, recursAnew: false, objects: { before, after } }))
  }
  return withComponents(after, components)
}

type Revision = {
  isSelf: IsSelf
  recursAnew: boolean
  objects: { before: CalendarObject; after: CalendarObject }
}

function revise(before: Component | undefined, after: Component, { isSelf, recursAnew, objects }: Revision): Component {
  if (before === undefined) return after
  const sequence = Math.max(
    sequenceOf(after),
    sequenceOf(before) + (isSignificant(before, after) && sequenceOf(after) <= sequenceOf(before) ? 1 : 0),
  )
  const asked = recursAnew || isMoved(before, objects.before, after, objects.after)
  // A client that raises SEQUENCE and asks somebody again means it; other answers than the server's are only old.
  const mayAsk = sequenceOf(after) > sequenceOf(before)
  const component = mapAttendees(after, (line) => {
    const was = attendeeOf(before, addressOf(line))
    if (was === undefined || isSelf(addressOf(line)) || agentOf(line) !== 'SERVER') return line
    const partstat = asked || (mayAsk && partstatOf(line) === 'NEEDS-ACTION') ? 'NEEDS-ACTION' : partstatOf(was)
    return serverParameters.reduce((one, name) => copyParameter(was, one, name), answered(line, partstat))
  })
  return sequence === 0 ? component : withProperty(component, 'SEQUENCE', String(sequence))
}

/** A line that says what it said, in fewer words, stays as it was sent. */
const answered = (line: Property, partstat: string): Property =>
  partstatOf(line) === partstat ? line : withParameter(line, 'PARTSTAT', partstat)

/** A line with a parameter as another has it: set, or absent. */
export const copyParameter = (from: Property, to: Property, name: string): Property => {
  const parameter = from.parameters.find((one) => one.name === name)
  const others = to.parameters.filter((one) => one.name !== name)
  return parameter || others.length < to.parameters.length
    ? { ...to, parameters: parameter ? [...others, parameter] : others }
    : to
}

/** RFC 5546 §2.1.4: the properties whose change raises SEQUENCE. */
const significant = ['DTSTART', 'DTEND', 'DURATION', 'DUE', 'RRULE', 'RDATE', 'EXDATE', 'STATUS']

export const isSignificant = (before: Component, after: Component): boolean =>
  significant.some((name) => meaning(before, name) !== meaning(after, name))

/** A property's value in a form that does not depend on how it is written; of RRULE, RDATE and EXDATE all of them. */
function meaning(component: Component, name: string): string {
  const lines = properties(component, name)
  if (name === 'RRULE')
    return lines
      .map(({ value }) => value.toUpperCase().split(';').sort().join(';'))
      .sort()
      .join()
  if (name === 'RDATE' || name === 'EXDATE')
    return lines
      .flatMap((line) => splitValue(line.value, ',').map((value) => `${zoneNamed(line)}:${value.trim()}`))
      .sort()
      .join()
  return lines.map((line) => `${name === 'STATUS' ? '' : zoneNamed(line)}:${line.value.trim().toUpperCase()}`).join()
}

const zoneNamed = (line: Property): string => line.parameters.find(({ name }) => name === 'TZID')?.values[0] ?? ''

/** RFC 6638 §3.2.8: DTSTART, DTEND, DURATION or DUE say another time. */
export function isMoved(
  before: Component,
  objectBefore: CalendarObject,
  after: Component,
  objectAfter: CalendarObject,
): boolean {
  const was = timingOf(before, objectBefore.zones, utc)
  const is = timingOf(after, objectAfter.zones, utc)
  const starts = (component: Component) => {
    const line = property(component, 'DTSTART') ?? property(component, 'DUE')
    return line && timeOf(line)
  }
  const [a, b] = [starts(before), starts(after)]
  // A task without a date is found by when it was made or done, which is not when it takes place.
  if (!a && !b) return false
  // An hour that stays the same today and not in winter is another: the zones of what recurs have to agree as well.
  const zoned = property(after, 'RRULE') !== undefined && was.zone.id !== is.zone.id
  return was.start !== is.start || was.end !== is.end || a?.isDate !== b?.isDate || zoned
}

/** RFC 6638 §3.2.8: RRULE, RDATE or EXDATE bring instances that were not. Fewer of them ask nobody again. */
export function recursAnew(before: CalendarObject, after: CalendarObject): boolean {
  const [was, is] = [before.master, after.master]
  if (!was || !is || ['RRULE', 'RDATE', 'EXDATE'].every((name) => meaning(was, name) === meaning(is, name)))
    return false
  const later = firstKeys(after, instancesCompared)
  const known = new Set(firstKeys(before, instancesCompared + exdateCount(is) + exdateCount(was)))
  // What is behind the last that was looked at is not known to be new.
  const horizon = known.size >= instancesCompared ? Math.max(...known) : Number.POSITIVE_INFINITY
  return later.some((key: Key) => key <= horizon && !known.has(key))
}

const exdateCount = (component: Component): number =>
  properties(component, 'EXDATE').reduce((count, { value }) => count + splitValue(value, ',').length, 0)

/** What a client says to the server alone is not stored: SCHEDULE-FORCE-SEND (RFC 6638 §7.2). */
export const withoutForce = (object: CalendarObject): CalendarObject => {
  const forced = componentsOf(object).some(({ properties: lines }) =>
    lines.some(({ parameters }) => parameters.some(({ name }) => name === 'SCHEDULE-FORCE-SEND')),
  )
  if (!forced) return object
  return withComponents(
    object,
    componentsOf(object).map((component) => ({
      ...component,
      properties: component.properties.map((line) => withParameter(line, 'SCHEDULE-FORCE-SEND', undefined)),
    })),
  )
}
