// What a scheduling message does to the receiver's object (RFC 5546 §3, RFC 6638 §4.1). A message that is older than what
// is there changes nothing, nor does one from somebody who has no say. What a receiver keeps for themselves (alarms,
// TRANSP, categories, how far a task is) stays through every update.
import { type Component, type Property, property } from '../component.ts'
import { type CalendarObject, readObject } from '../object.ts'
import { formatUtc, timeOf } from '../values.ts'
import { delegatesOf } from './attendee.ts'
import { componentsOf, exdateFor, type Instances, instancesOf, withComponents } from './instances.ts'
import {
  type Address,
  addressOf,
  agentOf,
  attendeeOf,
  attendeesOf,
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
import { copyParameter, isMoved, repliedParameter } from './revise.ts'

export type Received = {
  method: string
  /** Who sent it, as the transport knows: a reply is theirs and nobody else's. */
  originator: Address
  calendar: Component
  /** What the receiver has of that UID. */
  existing: CalendarObject | undefined
  isSelf: IsSelf
  /** False where only the answers of others are new. */
  significant?: boolean
  /** The transport keeps the order, and brings a message before anything else happens. */
  inOrder: boolean
  /** Milliseconds since 1970. */
  now: number
}

export type Outcome =
  /** Nothing to do, and nobody wants to know. */
  | { kind: 'ignored'; reason: 'old' | 'unknown' | 'not-entitled' | 'nothing-new' }
  /** For the person alone to act upon. */
  | { kind: 'told' }
  /** The sender wants the present state. */
  | { kind: 'refresh' }
  | {
      kind: 'changed'
      object: CalendarObject
      /** Only what others answered is new: RFC 6638 §3.2.10 keeps the schedule tag. */
      answersOnly: boolean
    }

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

/** The message as an object that can be stored. RFC 4791 §4.1: without METHOD. */
export const withoutMethod = (calendar: Component): CalendarObject =>
  readObject({ ...calendar, properties: calendar.properties.filter(({ name }) => name !== 'METHOD') })

/** One request goes to many: it is read once. */
const requests = new WeakMap<Component, CalendarObject>()

function requested(calendar: Component): CalendarObject {
  const known = requests.get(calendar)
  if (known) return known
  const object = withoutMethod(calendar)
  requests.set(calendar, object)
  return object
}

const organizerIn = (object: CalendarObject): Property | undefined => {
  const component = object.master ?? object.overrides[0]?.component
  return component && organizerOf(component)
}

/** Only who organizes what is there changes it. */
const entitled = (existing: CalendarObject, incoming: CalendarObject, isSelf: IsSelf): boolean => {
  const [there, here] = [organizerIn(existing), organizerIn(incoming)]
  return there !== undefined && here !== undefined && addressOf(there) === addressOf(here) && !isSelf(addressOf(there))
}

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

function request({ calendar, existing, isSelf, inOrder, significant = true }: Received): Outcome {
  const incoming = requested(calendar)
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
function cancel({ calendar, existing, isSelf, inOrder }: Received): Outcome {
  if (!existing) return { kind: 'ignored', reason: 'unknown' }
  const incoming = withoutMethod(calendar)
  if (!entitled(existing, incoming, isSelf)) return { kind: 'ignored', reason: 'not-entitled' }
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

/** RFC 5546 §3.2.3, §3.4.3: the answer of one attendee, for the whole or for one instance. */
function reply({ calendar, existing, isSelf, originator, inOrder, now }: Received): Outcome {
  if (!existing) return { kind: 'ignored', reason: 'unknown' }
  const organizer = organizerIn(existing)
  if (!organizer || !isSelf(addressOf(organizer))) return { kind: 'ignored', reason: 'not-entitled' }
  const incoming = withoutMethod({ ...calendar, components: calendar.components.map(startless) })
  const there = instancesOf(existing)
  const here = instancesOf(incoming)
  const singles = new Map(there.singles)
  let master = there.master
  const answers = new Set<string>()
  const apply = (target: Component | undefined, answer: Component, isApart: boolean): Component | undefined => {
    const line = attendeesOf(answer).find((one) => addressOf(one) === originator) ?? attendeesOf(answer)[0]
    if (!target) answers.add('unknown')
    else if (!line || addressOf(line) !== originator) answers.add('not-entitled')
    else if (sequenceOf(answer) < sequenceOf(target)) answers.add('old')
    else {
      // An instance that is answered by itself stays so when all are.
      const found = answered(target, answer, line, inOrder, now)
      const updated = found === 'nothing-new' && isApart ? target : found
      answers.add(typeof updated === 'string' ? updated : 'changed')
      return typeof updated === 'string' ? undefined : updated
    }
    return undefined
  }
  if (here.master) {
    const updated = apply(
      master ?? (there.singles.size === 1 ? [...singles.values()][0] : undefined),
      here.master,
      false,
    )
    if (updated && master) master = updated
    else if (updated) singles.set([...singles.keys()][0] as number, updated)
  }
  for (const [key, component] of here.singles) {
    const updated = apply(there.at(key), component, !there.singles.has(key))
    if (updated) singles.set(key, updated)
  }
  if (!answers.has('changed')) {
    const [reason = 'nothing-new'] = answers
    return { kind: 'ignored', reason: reason as 'old' | 'unknown' | 'not-entitled' | 'nothing-new' }
  }
  const object = withComponents(existing, [...(master ? [master] : []), ...singles.values()])
  return { kind: 'changed', object, answersOnly: true }
}

/** A REPLY need not say when it is: an event has to, where it is read as an object. */
const startless = (component: Component): Component =>
  component.name === 'VEVENT' && !property(component, 'DTSTART')
    ? withProperty(component, 'DTSTART', { ...(property(component, 'RECURRENCE-ID') ?? epoch), name: 'DTSTART' })
    : component

const epoch: Property = { group: undefined, name: 'DTSTART', parameters: [], value: '19700101T000000Z' }

function answered(
  target: Component,
  answer: Component,
  line: Property,
  inOrder: boolean,
  now: number,
): Component | 'old' | 'not-entitled' | 'nothing-new' {
  const address = addressOf(line)
  const there = attendeeOf(target, address)
  const isDelegate = line.parameters.some(({ name }) => name === 'DELEGATED-FROM')
  // RFC 5546 §3.2.3: nobody invites themselves; a delegate was named by somebody who is invited.
  if (!there && !(isDelegate && delegatorOf(target, line))) return 'not-entitled'
  const stamp = property(answer, 'DTSTAMP')?.value ?? formatUtc(now)
  const last = there?.parameters.find(({ name }) => name === repliedParameter)?.values[0]
  if (!inOrder && last !== undefined && stamp < last) return 'old'
  const status = property(answer, 'REQUEST-STATUS')?.value.split(';')[0]?.trim() || '2.0'
  const update = (base: Property): Property => {
    const from = line.parameters.some(({ name }) => name === 'DELEGATED-FROM')
    const named = copyParameter(line, base, 'DELEGATED-TO')
    const delegated = from ? copyParameter(line, named, 'DELEGATED-FROM') : named
    const answeredLine = withParameter(delegated, 'PARTSTAT', partstatOf(line))
    // RFC 6638 §7.3: what came of the last message to them.
    const told = agentOf(base) === 'SERVER' ? withParameter(answeredLine, 'SCHEDULE-STATUS', status) : answeredLine
    return inOrder ? told : withParameter(told, repliedParameter, stamp)
  }
  const lines = there
    ? target.properties.map((one) => (one === there ? update(one) : one))
    : [...target.properties, update({ ...line, parameters: line.parameters })]
  const delegates = delegatesOf(line)
    .filter((delegate) => !attendeeOf(target, delegate))
    .map((delegate) => attendeeOf(answer, delegate) ?? delegateLine(delegate, line))
  const updated = { ...target, properties: [...lines, ...delegates] }
  return JSON.stringify(updated) === JSON.stringify(target) ? 'nothing-new' : updated
}

const delegatorOf = (target: Component, line: Property): Property | undefined =>
  line.parameters
    .filter(({ name }) => name === 'DELEGATED-FROM')
    .flatMap(({ values }) => values)
    .map((value) => attendeeOf(target, addressOf({ value })))
    .find((one) => one !== undefined)

const delegateLine = (delegate: Address, delegator: Property): Property => ({
  group: undefined,
  name: 'ATTENDEE',
  parameters: [
    { name: 'DELEGATED-FROM', values: [delegator.value] },
    { name: 'PARTSTAT', values: ['NEEDS-ACTION'] },
    { name: 'RSVP', values: ['TRUE'] },
  ],
  value: delegate,
})

/** RFC 5546 §3.2.4: one more instance of something that recurs; who does not know that asks for it anew. */
function add({ calendar, existing, isSelf, inOrder }: Received): Outcome {
  const incoming = withoutMethod(calendar)
  const component = incoming.master
  if (!existing?.master || !component) return { kind: 'ignored', reason: 'unknown' }
  if (!entitled(existing, incoming, isSelf)) return { kind: 'ignored', reason: 'not-entitled' }
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
