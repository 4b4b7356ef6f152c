// What an attendee's REPLY does to the organizer's object (RFC 5546 §3.2.3, §3.4.3): it answers for its sender and nobody
// else, for the whole or for one instance, which stays answered by itself from then on.
import { type Component, type Property, property } from '../component.ts'
import { formatUtc } from '../values.ts'
import { delegatesOf } from './attendee.ts'
import { type Outcome, organizerIn, type Received, type Unmoved, withoutMethod } from './incoming.ts'
import { instancesOf, withComponents } from './instances.ts'
import {
  type Address,
  addressOf,
  agentOf,
  attendeeOf,
  attendeesOf,
  partstatOf,
  sequenceOf,
  withParameter,
  withProperty,
} from './participants.ts'
import { copyParameter, repliedParameter } from './revise.ts'

/** RFC 5546 §3.2.3, §3.4.3: the answer of one attendee, for the whole or for one instance. */
export function reply(message: Received): Outcome {
  const { calendar, existing, isSelf } = message
  if (!existing) return { kind: 'ignored', reason: 'unknown' }
  const organizer = organizerIn(existing)
  if (!organizer || !isSelf(addressOf(organizer))) return { kind: 'ignored', reason: 'not-entitled' }
  const there = instancesOf(existing)
  const here = instancesOf(withoutMethod({ ...calendar, components: calendar.components.map(startless) }))
  const singles = new Map(there.singles)
  let master = there.master
  const reasons: Unmoved[] = []
  const take = (target: Component | undefined, answer: Component, keep: (updated: Component) => void) => {
    const updated = target ? answerOf(message, target, answer) : 'unknown'
    if (typeof updated === 'string') reasons.push(updated)
    else keep(updated)
  }
  if (here.master) {
    // Who is invited to one instance may answer as if it were the whole.
    const [only, ...more] = singles
    if (master) take(master, here.master, (updated) => (master = updated))
    else
      take(more.length === 0 ? only?.[1] : undefined, here.master, (updated) => only && singles.set(only[0], updated))
  }
  for (const [key, component] of here.singles) {
    const target = there.at(key)
    take(target, component, (updated) => singles.set(key, updated))
    // Answered as the others are, it stays so when those change.
    if (target && !there.singles.has(key) && reasons.at(-1) === 'nothing-new') singles.set(key, target)
  }
  const isChanged = master !== there.master || [...singles].some(([key, one]) => there.singles.get(key) !== one)
  if (!isChanged) return { kind: 'ignored', reason: reasons[0] ?? 'nothing-new' }
  const object = withComponents(existing, [...(master ? [master] : []), ...singles.values()])
  return { kind: 'changed', object, answersOnly: true }
}

/** The component with the answer, if it is for it, from its sender, and not to an older revision. */
function answerOf(message: Received, target: Component, answer: Component): Component | Unmoved {
  const line = attendeesOf(answer).find((one) => addressOf(one) === message.originator)
  if (!line) return 'not-entitled'
  return sequenceOf(answer) < sequenceOf(target) ? 'old' : answered(target, answer, line, message)
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
  { inOrder, now }: Received,
): Component | Unmoved {
  const there = attendeeOf(target, addressOf(line))
  // RFC 5546 §3.2.3: nobody invites themselves; a delegate was named by somebody who is invited.
  if (!there && !delegatorOf(target, line)) return 'not-entitled'
  const stamp = property(answer, 'DTSTAMP')?.value ?? formatUtc(now)
  const last = there?.parameters.find(({ name }) => name === repliedParameter)?.values[0]
  if (!inOrder && last !== undefined && stamp < last) return 'old'
  const status = property(answer, 'REQUEST-STATUS')?.value.split(';')[0]?.trim() || '2.0'
  const told = updatedLine(there ?? line, line, status)
  const updated = inOrder ? told : withParameter(told, repliedParameter, stamp)
  const lines = there
    ? target.properties.map((one) => (one === there ? updated : one))
    : [...target.properties, updated]
  const delegates = delegatesOf(line)
    .filter((delegate) => !attendeeOf(target, delegate))
    .map((delegate) => attendeeOf(answer, delegate) ?? delegateLine(delegate, line))
  const isSame = there && delegates.length === 0 && JSON.stringify(updated) === JSON.stringify(there)
  return isSame ? 'nothing-new' : { ...target, properties: [...lines, ...delegates] }
}

/** RFC 6638 §7.3: with what came of the last message to them. */
function updatedLine(there: Property, sent: Property, status: string): Property {
  const isDelegate = sent.parameters.some(({ name }) => name === 'DELEGATED-FROM')
  const to = copyParameter(sent, there, 'DELEGATED-TO')
  const delegated = isDelegate ? copyParameter(sent, to, 'DELEGATED-FROM') : to
  const line = withParameter(delegated, 'PARTSTAT', partstatOf(sent))
  return agentOf(there) === 'SERVER' ? withParameter(line, 'SCHEDULE-STATUS', status) : line
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
