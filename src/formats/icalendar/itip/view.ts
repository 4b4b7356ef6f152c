// What one attendee may know of an organizer's object (RFC 6638 §3.2.6): the instances that name them, and no more; and
// the messages (RFC 5546 §3) that are made of components.
import { type Component, type Property, property } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { formatUtc } from '../values.ts'
import { componentsOf, exdateFor, instancesOf, withComponents } from './instances.ts'
import { type Address, addressOf, attendeeOf, attendeesOf, withoutParameters, withProperty } from './participants.ts'
import { repliedParameter } from './revise.ts'

export type Method = 'REQUEST' | 'CANCEL' | 'REPLY' | 'ADD' | 'REFRESH' | 'COUNTER' | 'DECLINECOUNTER' | 'PUBLISH'

/** RFC 6638 §7: between a client and its server, never in a message. */
const unsaid = ['SCHEDULE-AGENT', 'SCHEDULE-STATUS', 'SCHEDULE-FORCE-SEND', repliedParameter]

/** What belongs to who wrote it: their alarms, and when they were last reminded. */
const isPrivate = ({ name }: Property): boolean => /^X-MOZ-(LASTACK|SNOOZE)/.test(name)

const said = (component: Component): Component => ({
  ...component,
  properties: component.properties
    .filter((line) => !isPrivate(line))
    .map((line) => (line.name === 'ATTENDEE' || line.name === 'ORGANIZER' ? withoutParameters(line, unsaid) : line)),
  components: component.components.filter(({ name }) => name !== 'VALARM'),
})

/** The object as an attendee is sent it; undefined for who is in none of its instances. */
export function viewOf(object: CalendarObject, address: Address): CalendarObject | undefined {
  const { master, singles } = instancesOf(object)
  const invited = [...singles.values()].filter((component) => attendeeOf(component, address))
  if (!master || !attendeeOf(master, address))
    return invited.length === 0 ? undefined : withComponents(object, invited.map(said))
  const others = [...singles.values()].filter((component) => !invited.includes(component))
  const properties = [...said(master).properties, ...others.map(exdateFor)]
  return withComponents(object, [{ ...said(master), properties }, ...invited.map(said)])
}

/** Views of one object: those who are invited to the same instances have one and the same. */
export function viewerOf(object: CalendarObject): (address: Address) => CalendarObject | undefined {
  const guests = componentsOf(object).map((component) => new Set(attendeesOf(component).map(addressOf)))
  const views = new Map<string, CalendarObject | undefined>()
  return (address) => {
    const invited = guests.map((one) => (one.has(address) ? '1' : '0')).join('')
    if (!views.has(invited)) views.set(invited, viewOf(object, address))
    return views.get(invited)
  }
}

/** A message of some components of an object, with the time zones that they name. */
export function messageOf(
  method: Method,
  object: Pick<CalendarObject, 'calendar'>,
  components: readonly Component[],
  now: number,
): Component {
  const zones = new Set(
    components.flatMap(({ properties }) =>
      properties.flatMap(({ parameters }) =>
        parameters.filter(({ name }) => name === 'TZID').flatMap(({ values }) => values),
      ),
    ),
  )
  const definitions = object.calendar.components.filter(
    (component) => component.name === 'VTIMEZONE' && zones.has(property(component, 'TZID')?.value ?? ''),
  )
  const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value })
  return {
    name: 'VCALENDAR',
    properties: [line('VERSION', '2.0'), line('PRODID', '-//twin//EN'), line('METHOD', method)],
    // RFC 6638 §3.2.5: DTSTAMP is when the message was made.
    components: [...definitions, ...components.map((one) => withProperty(one, 'DTSTAMP', formatUtc(now)))],
  }
}
