// What an organizer's change says to each attendee (RFC 6638 §3.2.1, RFC 5546 §3.2, §3.4): the difference between what
// they knew and what they may know now. Who is no longer invited is told so; who was not learns what there is.
import { writeContentLine } from '../../content-line.ts'
import type { Component } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { componentsOf, instancesOf, type Key } from './instances.ts'
import {
  type Address,
  addressOf,
  agentOf,
  attendeeOf,
  attendeesOf,
  forcedOf,
  isCancelled,
  organizerOf,
  sequenceOf,
  withoutParameters,
  withProperty,
} from './participants.ts'
import { messageOf, viewerOf } from './view.ts'

export type Message = {
  method: 'REQUEST' | 'CANCEL' | 'REPLY'
  /** From whom and to whom, as their lines say it. */
  originator: Address
  recipient: Address
  /** One iCalendar object with its METHOD. */
  calendar: Component
  /** A person wants to be told; otherwise only the answers of others changed. */
  significant: boolean
}

export type OrganizerChange = {
  before: CalendarObject | undefined
  /** Undefined where the object was deleted. */
  after: CalendarObject | undefined
  /** Milliseconds since 1970. */
  now: number
}

/**
 * The messages of a change, in the order in which each attendee is to get them. Who is invited to the same instances is
 * sent the same: such messages are made once, and share what they are made of.
 */
export function organizerMessages({ before, after, now }: OrganizerChange): Message[] {
  const components = [after, before].flatMap((object) => (object ? componentsOf(object) : []))
  const line = components.map(organizerOf).find((one) => one !== undefined)
  if (line === undefined) return []
  const originator = addressOf(line)
  const [toldBefore, told] = [scheduled(before), scheduled(after)]
  const recipients = new Set([...toldBefore, ...told])
  recipients.delete(originator)
  const [viewBefore, view] = [before && viewerOf(before), after && viewerOf(after)]
  const changes = memo((was: CalendarObject | undefined) => memo((is: CalendarObject | undefined) => changeOf(was, is)))
  const requests = memo((is: CalendarObject) => messageOf('REQUEST', is, componentsOf(is), now))
  return [...recipients].flatMap((recipient) => {
    const was = toldBefore.has(recipient) ? viewBefore?.(recipient) : undefined
    const is = told.has(recipient) ? view?.(recipient) : undefined
    const { cancelled, request } = changes(was)(is)
    const message = { originator, recipient }
    const messages: Message[] = []
    const object = is ?? was
    if (cancelled.length > 0 && object) {
      const components = cancelled.map((one) => cancel(one, recipient, after))
      messages.push({
        ...message,
        method: 'CANCEL',
        calendar: messageOf('CANCEL', object, components, now),
        significant: true,
      })
    }
    const forced = after !== undefined && isForced(after, recipient, 'REQUEST')
    if (is && (request !== 'none' || forced))
      messages.push({
        ...message,
        method: 'REQUEST',
        calendar: requests(is),
        significant: forced || request === 'content',
      })
    return messages
  })
}

/** What was worked out for something is not worked out again. */
function memo<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return (key) => {
    if (!made.has(key)) made.set(key, make(key))
    return made.get(key) as V
  }
}

/** RFC 6638 §7.1: those whom the server is to tell. */
export const scheduled = (object: CalendarObject | undefined): Set<Address> =>
  new Set(
    (object ? componentsOf(object) : [])
      .flatMap(attendeesOf)
      .filter((line) => agentOf(line) === 'SERVER')
      .map(addressOf),
  )

const isForced = (object: CalendarObject, address: Address, method: string): boolean =>
  componentsOf(object).some((component) => {
    const line = attendeeOf(component, address)
    return line !== undefined && forcedOf(line) === method
  })

/** What a change is to those who knew one view of an object and now have another. */
type Change = {
  /** What was, of that which is not any more. */
  cancelled: readonly Component[]
  /** What the rest of it is to them. */
  request: 'none' | 'answers' | 'content'
}

const nothing: Change = { cancelled: [], request: 'none' }

function changeOf(was: CalendarObject | undefined, is: CalendarObject | undefined): Change {
  if (!is || isCancelledWhole(is))
    return was && !isCancelledWhole(was) ? { ...nothing, cancelled: wholeOf(was) } : nothing
  if (!was) return { ...nothing, request: 'content' }
  const gone = cancelledKeys(was, is)
  const whole = was.master && !is.master ? [was.master] : []
  return { cancelled: [...whole, ...gone.values()], request: compare(was, is, gone) }
}

/** RFC 5546 §3.2.5: the whole, or each of the instances that are all that somebody knew. */
const wholeOf = ({ master, overrides }: CalendarObject): Component[] =>
  master ? [master] : overrides.map(({ component }) => component)

const isCancelledWhole = ({ master, overrides }: CalendarObject): boolean =>
  master ? isCancelled(master) : overrides.every(({ component }) => isCancelled(component))

/**
 * A component as a CANCEL names it, with the one attendee who is told. RFC 5546 §3.2.5: its SEQUENCE is the present one,
 * so that whoever is invited again later can be; of what is deleted there is none, and it is raised.
 */
function cancel(component: Component, recipient: Address, after: CalendarObject | undefined): Component {
  const present = after ? Math.max(...componentsOf(after).map(sequenceOf)) : sequenceOf(component) + 1
  const sequence = Math.max(sequenceOf(component), present)
  const named = {
    ...component,
    properties: component.properties.filter((line) => line.name !== 'ATTENDEE' || addressOf(line) === recipient),
  }
  return withProperty(withProperty(named, 'SEQUENCE', String(sequence)), 'STATUS', 'CANCELLED')
}

/** Instances that somebody knew and that are not any more, each with the component that said what it was. */
function cancelledKeys(was: CalendarObject, is: CalendarObject): Map<Key, Component> {
  const [former, current] = [instancesOf(was), instancesOf(is)]
  const gone = new Map<Key, Component>()
  const take = (key: Key) => {
    const component = former.at(key)
    if (component && !isCancelled(component)) gone.set(key, component)
  }
  for (const key of current.exdates) if (!former.exdates.has(key)) take(key)
  for (const [key, component] of current.singles) if (isCancelled(component)) take(key)
  if (!current.master) for (const key of former.singles.keys()) if (!current.singles.has(key)) take(key)
  return gone
}

/** What changed beside the instances that are cancelled: nothing, what others answered, or what the event is. */
function compare(
  was: CalendarObject,
  is: CalendarObject,
  gone: ReadonlyMap<Key, Component>,
): 'none' | 'answers' | 'content' {
  const [former, current] = [instancesOf(was), instancesOf(is)]
  let found: 'none' | 'answers' = 'none'
  const differ = (a: Component | undefined, b: Component | undefined): boolean => {
    if (a === b || (a && b && text(a, true) === text(b, true))) return false
    if (!a || !b || text(a, false) !== text(b, false)) return true
    found = 'answers'
    return false
  }
  const keep = (master: Component | undefined) => master && withoutExdates(master)
  if (differ(keep(former.master), keep(current.master))) return 'content'
  for (const key of former.exdates) if (!current.exdates.has(key)) return 'content'
  for (const [key, component] of current.singles)
    if (!gone.has(key)) {
      // A component that says what the master said of its instance is news to nobody, but has to be there for answers.
      if (differ(former.at(key), component)) return 'content'
      if (!former.singles.has(key)) found = 'answers'
    }
  if (current.master)
    for (const [key, component] of former.singles)
      if (
        !current.singles.has(key) &&
        !gone.has(key) &&
        !current.exdates.has(key) &&
        differ(component, current.at(key))
      )
        return 'content'
  return found
}

const withoutExdates = (master: Component): Component => ({
  ...master,
  properties: master.properties.filter(({ name }) => name !== 'EXDATE'),
})

/** Changes with every message or every save, and means nothing to an attendee by itself. */
const bookkeeping = new Set(['DTSTAMP', 'LAST-MODIFIED', 'CREATED', 'RECURRENCE-ID'])

function text(component: Component, answers: boolean): string {
  const lines = component.properties
    .filter(({ name }) => !bookkeeping.has(name) && (answers || name !== 'SEQUENCE'))
    .map((line) =>
      writeContentLine(line.name === 'ATTENDEE' && !answers ? withoutParameters(line, answerParameters) : line),
    )
  return [...lines.sort(), ...component.components.map((inner) => text(inner, answers))].join('')
}

const answerParameters = ['PARTSTAT', 'RSVP', 'DELEGATED-TO', 'DELEGATED-FROM']
