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
import { messageOf, viewOf } from './view.ts'

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

/** The messages of a change, in the order in which each attendee is to get them. */
export function organizerMessages({ before, after, now }: OrganizerChange): Message[] {
  const line = [after, before].flatMap((object) => (object ? componentsOf(object) : [])).map(organizerOf)[0]
  if (line === undefined) return []
  const originator = addressOf(line)
  const recipients = new Set([...scheduled(before), ...scheduled(after)])
  recipients.delete(originator)
  return [...recipients].flatMap((recipient) => {
    const was = before && scheduled(before).has(recipient) ? viewOf(before, recipient) : undefined
    const is = after && scheduled(after).has(recipient) ? viewOf(after, recipient) : undefined
    const parts = changeFor(recipient, was, is, after)
    const forced = after !== undefined && is !== undefined && isForced(after, recipient, 'REQUEST')
    if (forced && is && !parts.some(({ method }) => method === 'REQUEST'))
      parts.push({ method: 'REQUEST', components: componentsOf(is), significant: true })
    return parts.map(({ method, components, significant }): Message => {
      const object = (is ?? was) as CalendarObject
      return { method, originator, recipient, calendar: messageOf(method, object, components, now), significant }
    })
  })
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

type Part = { method: 'REQUEST' | 'CANCEL'; components: Component[]; significant: boolean }

function changeFor(
  recipient: Address,
  was: CalendarObject | undefined,
  is: CalendarObject | undefined,
  after: CalendarObject | undefined,
): Part[] {
  if (!is) return was && !isCancelledWhole(was) ? cancelAll(recipient, was, after) : []
  if (!was) return isCancelledWhole(is) ? [] : [{ method: 'REQUEST', components: componentsOf(is), significant: true }]
  if (isCancelledWhole(is)) return isCancelledWhole(was) ? [] : cancelAll(recipient, was, after)
  const parts: Part[] = []
  if (was.master && !is.master) parts.push(...cancelAll(recipient, { ...was, overrides: [] }, after))
  const gone = cancelledKeys(was, is)
  if (gone.size > 0)
    parts.push({
      method: 'CANCEL',
      components: [...gone.values()].map((one) => cancel(one, recipient, after)),
      significant: true,
    })
  const difference = compare(was, is, gone)
  if (difference !== 'none')
    parts.push({ method: 'REQUEST', components: componentsOf(is), significant: difference === 'content' })
  return parts
}

/** RFC 5546 §3.2.5: the whole, or each of the instances that are all that somebody knew. */
function cancelAll(recipient: Address, was: CalendarObject, after: CalendarObject | undefined): Part[] {
  const components = was.master ? [was.master] : was.overrides.map(({ component }) => component)
  return [{ method: 'CANCEL', components: components.map((one) => cancel(one, recipient, after)), significant: true }]
}

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
