// What scheduling reads of an object, and notes in it: whose it is, and what became of a message (RFC 6638 §3.1, §7.3).
import { DomainError } from '../../errors.ts'
import { writeComponent } from '../../formats/icalendar/component.ts'
import { componentsOf, withComponents } from '../../formats/icalendar/itip/instances.ts'
import {
  type Address,
  addressOf,
  agentOf,
  attendeesOf,
  type IsSelf,
  organizerOf,
  ownLine,
  withParameter,
} from '../../formats/icalendar/itip/participants.ts'
import { type CalendarObject, parseObject } from '../../formats/icalendar/object.ts'
import { scheduling as limits } from '../../limits.ts'
import type { ItemWithData } from '../../store/collections/collections.ts'

export type Role = 'organizer' | 'attendee'

/** RFC 6638 §3.1: what the owner of a calendar is to an object in it; undefined where nobody is told of it. */
export function roleIn(object: CalendarObject, isSelf: IsSelf): Role | undefined {
  const components = componentsOf(object)
  const line = components.map(organizerOf).find((one) => one !== undefined)
  if (!line) return undefined
  if (isSelf(addressOf(line)))
    return components.some((one) => attendeesOf(one).some((attendee) => !isSelf(addressOf(attendee))))
      ? 'organizer'
      : undefined
  return components.some((one) => ownLine(one, isSelf)) ? 'attendee' : undefined
}

/** Whether anybody could be told of it: most objects of a calendar are nobody else's matter. */
export const hasOrganizer = (object: CalendarObject): boolean =>
  componentsOf(object).some((component) => organizerOf(component) !== undefined)

export const organizerAddress = (object: CalendarObject): Address | undefined => {
  const line = componentsOf(object)
    .map(organizerOf)
    .find((one) => one !== undefined)
  return line && addressOf(line)
}

/** RFC 6638 §7.1: whether the server answers for an attendee. */
export const answeredByServer = (object: CalendarObject): boolean => {
  const line = componentsOf(object)
    .map(organizerOf)
    .find((one) => one !== undefined)
  return line !== undefined && agentOf(line) === 'SERVER'
}

export const textOf = ({ calendar }: CalendarObject): string => writeComponent(calendar)

/** The object of an item; undefined for one whose content is not in its row, which is no scheduling object. */
export const objectOf = ({ data }: Pick<ItemWithData, 'data'>): CalendarObject | undefined =>
  data ? parseObject(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')) : undefined

/** RFC 6638 §7.3: what became of the messages to some attendees. */
export function withStatuses(object: CalendarObject, statuses: ReadonlyMap<Address, string>): CalendarObject {
  if (statuses.size === 0) return object
  return mapLines(object, 'ATTENDEE', (address) => statuses.get(address))
}

/** The same of the reply to the organizer. */
export const withReplyStatus = (object: CalendarObject, status: string | undefined): CalendarObject =>
  status === undefined ? object : mapLines(object, 'ORGANIZER', () => status)

const mapLines = (
  object: CalendarObject,
  name: string,
  statusOf: (address: Address) => string | undefined,
): CalendarObject =>
  withComponents(
    object,
    componentsOf(object).map((component) => ({
      ...component,
      properties: component.properties.map((line) => {
        const status = line.name === name && agentOf(line) === 'SERVER' ? statusOf(addressOf(line)) : undefined
        return status === undefined ? line : withParameter(line, 'SCHEDULE-STATUS', status)
      }),
    })),
  )

const refused = (code: 'Forbidden' | 'TooLarge', precondition: string, message: string): DomainError =>
  new DomainError(code, message, { precondition })

/** @throws DomainError CALDAV:same-organizer-in-all-components, RFC 6638 §3.2.4.2 */
export function requireOneOrganizer(object: CalendarObject): void {
  const organizers = new Set(
    componentsOf(object).flatMap((component) => {
      const line = organizerOf(component)
      return line ? [addressOf(line)] : []
    }),
  )
  if (organizers.size > 1)
    throw refused('Forbidden', 'same-organizer-in-all-components', 'The components have more than one ORGANIZER')
}

/** @throws DomainError CALDAV:max-attendees-per-instance, RFC 4791 §5.3.2.1 */
export function requireBounds(object: CalendarObject): void {
  const components = componentsOf(object)
  const everybody = new Set(components.flatMap(attendeesOf).map(addressOf)).size
  const most = Math.max(...components.map((component) => attendeesOf(component).length))
  if (most > limits.attendees || everybody * components.length > limits.comparisons)
    throw refused('Forbidden', 'max-attendees-per-instance', `At most ${limits.attendees} are invited at once`)
}

export const organizerChangeRefused = (): DomainError =>
  refused('Forbidden', 'allowed-organizer-scheduling-object-change', 'Nobody else becomes the organizer') // RFC 6638 §3.2.4.3

export const attendeeChangeRefused = (): DomainError =>
  refused('Forbidden', 'allowed-attendee-scheduling-object-change', 'The meeting is its organizer’s') // RFC 6638 §3.2.4.4

export const tooLarge = (): DomainError =>
  refused('Forbidden', 'max-resource-size', `With attendees it has at most ${limits.objectBytes} bytes`)
