// What a scheduling message does to the receiver's object (RFC 5546 §3, RFC 6638 §4.1). A message that is older than what
// is there changes nothing, nor does one from somebody who has no say. What a receiver keeps for themselves (alarms,
// TRANSP, categories, how far a task is) stays through every update.
import { type Component, type Property, property } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { timeOf } from '../values.ts'
import { delegatesOf } from './attendee.ts'
import { type Outcome, organizerIn, type Received, withoutMethod } from './incoming.ts'
import { componentsOf, exdateFor, type Instances, instancesOf, withComponents } from './instances.ts'
import {
  type Address,
  addressOf,
  attendeeOf,
  type IsSelf,
  isCancelled,
  mapAttendees,
  organizerOf,
  ownLine,
  partstatOf,
  sequenceOf,
  withParameter,
  withProperty,
} from './participants.ts'
import { reply } from './reply.ts'
import { isMoved } from './revise.ts'

/** @throws DomainError Forbidden with detail.precondition for what is no object; TooLarge, precondition 'max-instances'. */
export function receive(message: Received): Outcome {
  const outcome = byMethod(message)
  const { existing, inOrder } = message
  if (outcome.kind !== 'changed' || !existing || !isSame(outcome.object, existing)) return outcome
  // A transport may bring one message twice; who sends it again in order wants it to be seen.
  return inOrder ? { kind: 'told' } : { kind: 'ignored', reason: 'nothing-new' }
}

const isSame = (one: CalendarObject, other: CalendarObject): boolean =>
  sameList(componentsOf(one), componentsOf(other), sameComponent)

function sameList<T>(one: readonly T[], other: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return one.length === other.length && one.every((item, index) => same(item, other[index] as T))
}

const sameComponent = (one: Component, other: Component): boolean =>
  one === other ||
  (one.name === other.name &&
    sameList(one.properties, other.properties, sameLine) &&
    sameList(one.components, other.components, sameComponent))

const sameLine = (one: Property, other: Property): boolean =>
  one === other ||
  (one.name === other.name &&
    one.value === other.value &&
    sameList(one.parameters, other.parameters, (a, b) => a.name === b.name && a.values.join() === b.values.join()))

function byMethod(message: Received): Outcome {
  switch (message.method) {
    case 'REQUEST':
      return request(message)
    case 'CANCEL':
      return cancel(message)
    case 'REPLY':
      return reply(message)
    case 'ADD':
      return add(message)
    case 'REFRESH':
      return refresh(message)
    default:
      // COUNTER, DECLINECOUNTER and PUBLISH: a person decides.
      return { kind: 'told' }
  }
}

/** One request goes to many: it is read once. */
const requests = new WeakMap<Component, CalendarObject>()

function requested(calendar: Component): CalendarObject {
  const known = requests.get(calendar)
  if (known) return known
  const object = withoutMethod(calendar)
  requests.set(calendar, object)
  return object
}

/** Only who organizes what is there changes it. */
const entitled = (existing: CalendarObject, incoming: CalendarObject, isSelf: IsSelf): boolean => {
  const [there, here] = [organizerIn(existing), organizerIn(incoming)]
  return there !== undefined && here !== undefined && addressOf(there) === addressOf(here) && !isSelf(addressOf(there))
}

/** RFC 6047 §2.3: an organizer's message is from the organizer. */
const isFromOrganizer = (incoming: CalendarObject, originator: Address): boolean => {
  const organizer = organizerIn(incoming)
  return organizer !== undefined && addressOf(organizer) === originator
}

/** RFC 5546 §3.2.2.3: or from who forwards it to a delegate of theirs. */
const isForwarded = (incoming: CalendarObject, originator: Address, isSelf: IsSelf): boolean =>
  componentsOf(incoming).every((component) => delegatesOf(attendeeOf(component, originator)).some(isSelf))

/**
 * RFC 5546 §2.1.5: by SEQUENCE, then by DTSTAMP. Where messages cannot overtake each other the last one is the newest,
 * though its organizer began the meeting anew.
 */
const isOld = (incoming: Component, there: Component | undefined, inOrder: boolean): boolean => {
  if (there === undefined || inOrder) return false
  const difference = sequenceOf(incoming) - sequenceOf(there)
  return difference < 0 || (difference === 0 && stampOf(incoming) < stampOf(there))
}

const stampOf = (component: Component): number => {
  const line = property(component, 'DTSTAMP')
  return line ? timeOf(line).wall : 0
}

function request({ calendar, existing, isSelf, originator, inOrder, significant = true }: Received): Outcome {
  const incoming = requested(calendar)
  if (!isFromOrganizer(incoming, originator) && !isForwarded(incoming, originator, isSelf))
    return { kind: 'ignored', reason: 'not-entitled' }
  if (!existing) return unknownRequest(incoming, isSelf, significant)
  if (!entitled(existing, incoming, isSelf)) return { kind: 'ignored', reason: 'not-entitled' }
  const [there, here] = [instancesOf(existing), instancesOf(incoming)]
  if (here.master && isOld(here.master, there.master, inOrder)) return { kind: 'ignored', reason: 'old' }
  const newer = [...here.singles].filter(([key, component]) => !isOld(component, there.singles.get(key), inOrder))
  if (!here.master && newer.length === 0) return { kind: 'ignored', reason: 'old' }
  const components = here.master ? updatedSeries(there, here, isSelf) : updatedInstances(there, newer)
  const kept = components.map((component) => (inOrder ? component : keepAnswer(component, existing, incoming, isSelf)))
  const object = withComponents(mergedZones(incoming, existing), kept)
  return { kind: 'changed', object, answersOnly: false }
}

/** What was deleted is not brought back by the answers of others, nor where it was declined. */
function unknownRequest(incoming: CalendarObject, isSelf: IsSelf, significant: boolean): Outcome {
  const isDeclined = componentsOf(incoming).every((component) => {
    const own = ownLine(component, isSelf)
    return own !== undefined && partstatOf(own) === 'DECLINED'
  })
  return isDeclined || !significant ? { kind: 'told' } : { kind: 'changed', object: incoming, answersOnly: false }
}

/** Some instances of what was known; a master that is known stays. */
function updatedInstances(there: Instances, newer: readonly (readonly [number, Component])[]): Component[] {
  const updated = new Map(there.singles)
  for (const [key, component] of newer) updated.set(key, withOwn(component, there.singles.get(key) ?? there.master))
  return [...(there.master ? [there.master] : []), ...updated.values()]
}

/** All that there is to know: what it leaves out is gone, but for what the receiver made of an instance themselves. */
function updatedSeries(there: Instances, here: Instances, isSelf: IsSelf): Component[] {
  const master = withOwn(here.master as Component, there.master)
  const exdates: Property[] = []
  const singles: Component[] = []
  for (const [key, component] of here.singles) {
    const own = ownLine(component, isSelf)
    // Declined by taking it out: it stays out.
    if (there.exdates.has(key) && own && partstatOf(own) === 'DECLINED') exdates.push(exdateFor(component))
    else singles.push(withOwn(component, there.singles.get(key) ?? there.master))
  }
  for (const [key, component] of there.singles) {
    if (here.singles.has(key) || isCancelled(component) || !differsInOwn(component, there.master)) continue
    const derived = here.at(key)
    if (derived) singles.push(withOwn(derived, component))
  }
  return [{ ...master, properties: [...master.properties, ...exdates] }, ...singles]
}

/** What is a person's own in their copy of somebody else's event. RFC 6638 §3.2.2.1 */
const ownProperties = new Set(['TRANSP', 'PERCENT-COMPLETE', 'COMPLETED', 'CATEGORIES', 'CLASS', 'CREATED'])

const ownOf = (component: Component): Property[] =>
  component.properties.filter(
    (line) => ownProperties.has(line.name) || line.name.startsWith('X-') || isProgress(component, line),
  )

/** How far somebody is with a task that they share. */
const isProgress = (component: Component, { name, value }: Property): boolean =>
  component.name === 'VTODO' && name === 'STATUS' && /^\s*(COMPLETED|IN-PROCESS)\s*$/i.test(value)

const alarmsOf = (component: Component): Component[] => component.components.filter(({ name }) => name === 'VALARM')

function withOwn(incoming: Component, mine: Component | undefined): Component {
  if (mine === undefined) return incoming
  const own = ownOf(mine).filter(({ name }) => name !== 'STATUS' || !isCancelled(incoming))
  const names = new Set(own.filter(({ name }) => !name.startsWith('X-')).map(({ name }) => name))
  const theirs = incoming.properties.filter(({ name }) => !names.has(name))
  const present = new Set(theirs.map(({ name }) => name))
  const organizer = organizerOf(mine)
  return {
    ...incoming,
    properties: [
      ...theirs.map((line) => (line.name === 'ORGANIZER' && organizer ? withChoices(line, organizer) : line)),
      ...own.filter(({ name }) => !present.has(name)),
    ],
    components: [...incoming.components.filter(({ name }) => name !== 'VALARM'), ...alarmsOf(mine)],
  }
}

/** RFC 6638 §7: what the receiver and their server noted on the organizer's line. */
const withChoices = (line: Property, mine: Property): Property =>
  ['SCHEDULE-AGENT', 'SCHEDULE-STATUS'].reduce((one, name) => {
    const value = mine.parameters.find((parameter) => parameter.name === name)?.values[0]
    return value === undefined ? one : withParameter(one, name, value)
  }, line)

const differsInOwn = (component: Component, master: Component | undefined): boolean =>
  master !== undefined &&
  JSON.stringify([ownOf(component), alarmsOf(component)]) !== JSON.stringify([ownOf(master), alarmsOf(master)])

/** An answer may be on its way while the organizer writes: it stands as long as the time does. */
function keepAnswer(
  component: Component,
  existing: CalendarObject,
  incoming: CalendarObject,
  isSelf: IsSelf,
): Component {
  const line = property(component, 'RECURRENCE-ID')
  const there = line
    ? existing.overrides.find((one) => one.recurrenceId.wall === timeOf(line).wall)?.component
    : existing.master
  if (!there || isMoved(there, existing, component, incoming)) return component
  const mine = ownLine(there, isSelf)
  return mapAttendees(component, (one) =>
    mine && isSelf(addressOf(one)) && partstatOf(one) === 'NEEDS-ACTION'
      ? withParameter(one, 'PARTSTAT', partstatOf(mine))
      : one,
  )
}

/** The definitions of both: what stays may name a zone that the message does not. */
function mergedZones(incoming: CalendarObject, existing: CalendarObject): CalendarObject {
  const tzid = (component: Component) => property(component, 'TZID')?.value
  const known = new Set(incoming.calendar.components.filter(({ name }) => name === 'VTIMEZONE').map(tzid))
  const more = existing.calendar.components.filter((one) => one.name === 'VTIMEZONE' && !known.has(tzid(one)))
  return { ...incoming, calendar: { ...incoming.calendar, components: [...more, ...incoming.calendar.components] } }
}

/** RFC 5546 §3.2.5, §3.4.5. What is cancelled stays to be seen until its owner deletes it. */
function cancel({ calendar, existing, isSelf, originator, inOrder }: Received): Outcome {
  if (!existing) return { kind: 'ignored', reason: 'unknown' }
  const incoming = withoutMethod(calendar)
  if (!isFromOrganizer(incoming, originator) || !entitled(existing, incoming, isSelf))
    return { kind: 'ignored', reason: 'not-entitled' }
  const [there, here] = [instancesOf(existing), instancesOf(incoming)]
  const singles = new Map(there.singles)
  let master = there.master
  let changed = false
  const mark = (component: Component, by: Component): Component => {
    changed = true
    const sequence = Math.max(sequenceOf(component), sequenceOf(by))
    return withProperty(withProperty(component, 'STATUS', 'CANCELLED'), 'SEQUENCE', String(sequence))
  }
  const whole = here.master
  if (whole && !isOld(whole, master ?? [...singles.values()][0], inOrder)) {
    master = master && mark(master, whole)
    for (const [key, component] of singles) singles.set(key, mark(component, whole))
  }
  for (const [key, component] of here.singles) {
    const target = there.at(key)
    if (target && !isOld(component, there.singles.get(key), inOrder)) singles.set(key, mark(target, component))
  }
  if (!changed) return { kind: 'ignored', reason: 'old' }
  const object = withComponents(existing, [...(master ? [master] : []), ...singles.values()])
  return { kind: 'changed', object, answersOnly: false }
}

/** RFC 5546 §3.2.4: one more instance of something that recurs; who does not know that asks for it anew. */
function add({ calendar, existing, isSelf, originator, inOrder }: Received): Outcome {
  const incoming = withoutMethod(calendar)
  const component = incoming.master
  if (!existing?.master || !component) return { kind: 'ignored', reason: 'unknown' }
  if (!isFromOrganizer(incoming, originator) || !entitled(existing, incoming, isSelf))
    return { kind: 'ignored', reason: 'not-entitled' }
  if (isOld(component, existing.master, inOrder)) return { kind: 'ignored', reason: 'old' }
  const start = property(component, 'DTSTART')
  if (!start) return { kind: 'ignored', reason: 'unknown' }
  const master = { ...existing.master, properties: [...existing.master.properties, { ...start, name: 'RDATE' }] }
  const instance = { ...component, properties: [{ ...start, name: 'RECURRENCE-ID' }, ...component.properties] }
  const others = existing.overrides.map((one) => one.component)
  const object = withComponents(mergedZones(existing, incoming), [
    withProperty(master, 'SEQUENCE', String(Math.max(sequenceOf(master), sequenceOf(component)))),
    ...others,
    withOwn(instance, existing.master),
  ])
  return { kind: 'changed', object, answersOnly: false }
}

/** RFC 5546 §3.2.6: who is invited may ask for the present state. */
function refresh({ existing, originator, isSelf }: Received): Outcome {
  const organizer = existing && organizerIn(existing)
  if (!existing || !organizer || !isSelf(addressOf(organizer))) return { kind: 'ignored', reason: 'unknown' }
  const invited = [existing.master, ...existing.overrides.map((one) => one.component)].some(
    (component) => component && attendeeOf(component, originator),
  )
  return invited ? { kind: 'refresh' } : { kind: 'ignored', reason: 'not-entitled' }
}
