// What an attendee may change in their copy of a meeting (RFC 6638 §3.2.2), and what that says to its organizer. The
// meeting itself is the organizer's: who asks for another time or name is refused. What a client only repeats from an
// old copy, such as the answers of others, is taken from the server's.
import { DomainError } from '../../../errors.ts'
import { unescapeText } from '../../content-line.ts'
import { type Component, type Property, properties, property } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { componentsOf, type Instances, instancesOf, withComponents } from './instances.ts'
import type { Message } from './organizer.ts'
import {
  addressOf,
  agentOf,
  attendeesOf,
  forcedOf,
  type IsSelf,
  isCancelled,
  mapAttendees,
  organizerOf,
  ownLine,
  partstatOf,
  withoutParameters,
  withParameter,
  withProperty,
} from './participants.ts'
import { isMoved, recursAnew } from './revise.ts'
import { messageOf } from './view.ts'

const forbidden = (message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition: 'allowed-attendee-scheduling-object-change' })

/**
 * An attendee's object as it is stored in place of `before`.
 *
 * @throws DomainError Forbidden with detail.precondition 'allowed-attendee-scheduling-object-change' (RFC 6638
 *   §3.2.4.4); TooLarge, precondition 'max-instances'.
 */
export function attended(before: CalendarObject, after: CalendarObject, isSelf: IsSelf): CalendarObject {
  const [former, current] = [instancesOf(before), instancesOf(after)]
  if ((former.master === undefined) !== (current.master === undefined))
    throw forbidden('Which instances you are invited to is the organizer’s')
  for (const key of former.exdates)
    if (!current.exdates.has(key)) throw forbidden('An instance that was taken out does not come back')
  const components: Component[] = []
  if (former.master && current.master) {
    requireSameSeries(before, after)
    components.push(merged(former.master, before, current.master, after, isSelf))
  }
  for (const [key, component] of current.singles) {
    // Taken out, whatever a component says of it that a client left there.
    if (current.exdates.has(key) && !former.exdates.has(key)) continue
    const was = former.at(key)
    if (was === undefined) throw forbidden('There is no such instance')
    components.push(merged(was, before, component, after, isSelf))
  }
  // §3.2.2.1: a component may go with its instance.
  for (const key of former.singles.keys())
    if (!current.singles.has(key) && current.master && !current.exdates.has(key))
      throw forbidden('The organizer’s changes to an instance stay')
  return withComponents(after, components)
}

function requireSameSeries(before: CalendarObject, after: CalendarObject): void {
  const [was, is] = [before.master as Component, after.master as Component]
  const isSame = ['RRULE', 'RDATE'].every((name) => properties(was, name).length === properties(is, name).length)
  if (!isSame || recursAnew(before, after) || recursAnew(withoutExdates(after), withoutExdates(before)))
    throw forbidden('When it recurs is the organizer’s')
}

const withoutExdates = (object: CalendarObject): CalendarObject => ({
  ...object,
  master: object.master && withProperty(object.master, 'EXDATE', undefined),
})

/** What people know a meeting by. */
const organizers = ['SUMMARY', 'LOCATION']

function merged(
  was: Component,
  before: CalendarObject,
  is: Component,
  after: CalendarObject,
  isSelf: IsSelf,
): Component {
  if (isMoved(was, before, is, after)) throw forbidden('When it takes place is the organizer’s')
  for (const name of organizers)
    if (textOf(was, name) !== textOf(is, name)) throw forbidden(`${name} is the organizer’s`)
  const own = ownLine(is, isSelf)
  const formerOwn = ownLine(was, isSelf)
  if (formerOwn && !own) throw forbidden('You are invited, and answer by your PARTSTAT')
  const delegates = newDelegates(was, is, own)
  const lines = attendeesOf(was).map((line) => (own && line === formerOwn ? answering(formerOwn, own) : line))
  // These are the organizer's as well, but programs rewrite them when they answer; how far somebody is with a task is theirs.
  const isTheirs = is.name === 'VTODO' && !isCancelled(was)
  const kept = ['SEQUENCE', 'DESCRIPTION', ...(isTheirs ? [] : ['STATUS'])].reduce(
    (component, name) => withProperty(component, name, property(was, name)),
    withAttendees(is, [...lines, ...delegates]),
  )
  return {
    ...kept,
    properties: kept.properties.map((line) => (line.name === 'ORGANIZER' ? organizerLine(was, line) : line)),
  }
}

const textOf = (component: Component, name: string): string =>
  unescapeText(property(component, name)?.value ?? '')
    .replace(/\r/g, '')
    .trim()

/** The own line as the client sent it, addressed as the organizer did. */
const answering = (was: Property, is: Property): Property => ({ ...is, value: was.value })

/** RFC 6638 §7.1: an attendee chooses who schedules; what became of the last reply is the server's. */
function organizerLine(was: Component, is: Property): Property {
  const line = organizerOf(was) ?? is
  if (addressOf(line) !== addressOf(is)) throw forbidden('Nobody else becomes the organizer')
  const agent = is.parameters.find(({ name }) => name === 'SCHEDULE-AGENT')?.values[0]
  const force = is.parameters.find(({ name }) => name === 'SCHEDULE-FORCE-SEND')?.values[0]
  const chosen = agentOf(line) === agentOf(is) ? line : withParameter(line, 'SCHEDULE-AGENT', agent)
  return force === undefined ? chosen : withParameter(chosen, 'SCHEDULE-FORCE-SEND', force)
}

/** RFC 5546 §2.1.3: whom an attendee sends in their place. Nobody else is invited by them. */
function newDelegates(was: Component, is: Component, own: Property | undefined): Property[] {
  const known = new Set(attendeesOf(was).map(addressOf))
  const named = new Set(delegatesOf(own))
  return attendeesOf(is).filter((line) => {
    if (line === own || known.has(addressOf(line))) return false
    if (!named.has(addressOf(line))) throw forbidden('Whom to invite is the organizer’s')
    return true
  })
}

/** RFC 5545 §3.2.5 */
export const delegatesOf = (line: Property | undefined): string[] =>
  (line?.parameters ?? [])
    .filter(({ name }) => name === 'DELEGATED-TO')
    .flatMap(({ values }) => values.map((value) => addressOf({ value })))

function withAttendees(component: Component, lines: readonly Property[]): Component {
  const at = component.properties.findIndex(({ name }) => name === 'ATTENDEE')
  const others = component.properties.filter(({ name }) => name !== 'ATTENDEE')
  const place =
    at === -1 ? others.length : component.properties.slice(0, at).filter(({ name }) => name !== 'ATTENDEE').length
  return { ...component, properties: [...others.slice(0, place), ...lines, ...others.slice(place)] }
}

export type AttendeeChange = {
  before: CalendarObject | undefined
  /** Undefined where the object was deleted. */
  after: CalendarObject | undefined
  isSelf: IsSelf
  /** Milliseconds since 1970. */
  now: number
}

/** RFC 6638 §3.2.2.2 to §3.2.2.4: the reply to the organizer, and to a delegate the request that is theirs now. */
export function attendeeMessages({ before, after, isSelf, now }: AttendeeChange): Message[] {
  const object = after ?? before
  const components = object ? componentsOf(object) : []
  const line = components.map(organizerOf).find((one) => one !== undefined)
  if (!object || !line || agentOf(line) !== 'SERVER') return []
  const answers = answersOf(before, after, isSelf)
  if (answers.length === 0 && after && forcedOf(line) === 'REPLY') answers.push(...components)
  const own = answers.map((component) => ownLine(component, isSelf)).find((one) => one !== undefined)
  if (!own) return []
  const originator = addressOf(own)
  const reply: Message = {
    method: 'REPLY',
    originator,
    recipient: addressOf(line),
    calendar: messageOf(
      'REPLY',
      object,
      answers.map((one) => replyComponent(one, isSelf)),
      now,
    ),
    significant: true,
  }
  return [reply, ...delegationRequests(before, object, isSelf, now, originator)]
}

/** The components whose answer is another than it was. */
function answersOf(before: CalendarObject | undefined, after: CalendarObject | undefined, isSelf: IsSelf): Component[] {
  if (!after) return before ? declinedAll(before, isSelf) : []
  const current = instancesOf(after)
  if (!before) return componentsOf(after).filter((component) => isAnswered(component, isSelf))
  const former = instancesOf(before)
  const answers: Component[] = []
  if (current.master && former.master && answersAnew(former.master, current.master, isSelf))
    answers.push(current.master)
  for (const [key, component] of current.singles) {
    const was = former.at(key)
    // An instance that is answered by itself stays so when all are: its organizer has to know, though nothing changes yet.
    const isApart = !former.singles.has(key) && isAnswered(component, isSelf)
    if (was && (isApart || answersAnew(was, component, isSelf))) answers.push(component)
  }
  return [...answers, ...declinedInstances(former, current, isSelf)]
}

const answersAnew = (was: Component, is: Component, isSelf: IsSelf): boolean => {
  const [a, b] = [ownLine(was, isSelf), ownLine(is, isSelf)]
  if (!b) return false
  const delegated = (line: Property | undefined) => delegatesOf(line).join()
  return !a || partstatOf(a) !== partstatOf(b) || delegated(a) !== delegated(b) || progress(was) !== progress(is)
}

/** RFC 5546 §3.4.3: of a task its organizer is told how far it is. */
const progress = (component: Component): string =>
  component.name === 'VTODO'
    ? ['PERCENT-COMPLETE', 'COMPLETED'].map((name) => property(component, name)?.value ?? '').join()
    : ''

/** RFC 6638 §3.2.2.3: an instance that an attendee takes out is declined. */
function declinedInstances(former: Instances, current: Instances, isSelf: IsSelf): Component[] {
  const taken = new Set([...current.exdates].filter((key) => !former.exdates.has(key)))
  if (!current.master) for (const key of former.singles.keys()) if (!current.singles.has(key)) taken.add(key)
  return [...taken].flatMap((key) => {
    const was = former.at(key)
    if (!was) return []
    return former.singles.has(key) ? declined(was, isSelf) : declined(withAnswer(was, 'NEEDS-ACTION', isSelf), isSelf)
  })
}

/** RFC 6638 §3.2.2.4: what is deleted is declined, unless it is cancelled or was declined before. */
const declinedAll = (object: CalendarObject, isSelf: IsSelf): Component[] =>
  componentsOf(object).flatMap((component) => declined(component, isSelf))

function declined(component: Component, isSelf: IsSelf): Component[] {
  const own = ownLine(component, isSelf)
  if (!own || isCancelled(component) || partstatOf(own) === 'DECLINED') return []
  return [withAnswer(component, 'DECLINED', isSelf)]
}

const withAnswer = (component: Component, partstat: string, isSelf: IsSelf): Component =>
  mapAttendees(component, (line) => (isSelf(addressOf(line)) ? withParameter(line, 'PARTSTAT', partstat) : line))

const isAnswered = (component: Component, isSelf: IsSelf): boolean => {
  const own = ownLine(component, isSelf)
  return own !== undefined && partstatOf(own) !== 'NEEDS-ACTION'
}

/** RFC 5546 §3.2.3, §3.4.3: of a REPLY. Times and summary are for who reads it. */
const inReply = new Set(
  'UID RECURRENCE-ID SEQUENCE DTSTART DTEND DUE DURATION SUMMARY ORGANIZER COMMENT PERCENT-COMPLETE COMPLETED'.split(
    ' ',
  ),
)

function replyComponent(component: Component, isSelf: IsSelf): Component {
  const own = ownLine(component, isSelf)
  const delegates = new Set(delegatesOf(own))
  const lines = component.properties.filter(
    (line) => inReply.has(line.name) || line === own || (line.name === 'ATTENDEE' && delegates.has(addressOf(line))),
  )
  const clean = lines.map((line) =>
    line.name === 'ATTENDEE' || line.name === 'ORGANIZER'
      ? withoutParameters(line, ['SCHEDULE-AGENT', 'SCHEDULE-STATUS', 'SCHEDULE-FORCE-SEND'])
      : line,
  )
  const status = { group: undefined, name: 'REQUEST-STATUS', parameters: [], value: '2.0;Success' }
  return { name: component.name, properties: [...clean, status], components: [] }
}

/** RFC 5546 §3.2.2.3: who delegates forwards the request. */
function delegationRequests(
  before: CalendarObject | undefined,
  after: CalendarObject,
  isSelf: IsSelf,
  now: number,
  originator: string,
): Message[] {
  const known = new Set(
    before ? componentsOf(before).flatMap((component) => delegatesOf(ownLine(component, isSelf))) : [],
  )
  const delegates = new Set(componentsOf(after).flatMap((component) => delegatesOf(ownLine(component, isSelf))))
  return [...delegates]
    .filter((delegate) => !known.has(delegate))
    .map((recipient) => {
      const theirs = componentsOf(after).filter((component) =>
        attendeesOf(component).some((line) => addressOf(line) === recipient),
      )
      const clean = theirs.map((component) => ({
        ...component,
        components: component.components.filter(({ name }) => name !== 'VALARM'),
        properties: component.properties.map((line) =>
          line.name === 'ATTENDEE' || line.name === 'ORGANIZER'
            ? withoutParameters(line, ['SCHEDULE-AGENT', 'SCHEDULE-STATUS', 'SCHEDULE-FORCE-SEND'])
            : line,
        ),
      }))
      return {
        method: 'REQUEST',
        originator,
        recipient,
        calendar: messageOf('REQUEST', after, clean, now),
        significant: true,
      }
    })
}
