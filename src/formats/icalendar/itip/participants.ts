// Who takes part in a component: its ORGANIZER and its ATTENDEEs (RFC 5545 §3.8.4.1, §3.8.4.3), and what the parameters
// of their lines say. A line is never changed in place.
import { type ContentLine, parameter } from '../../content-line.ts'
import { type Component, type Property, properties, property } from '../component.ts'

/** A calendar user address in the one form that two ways of writing it share. */
export type Address = string

/** Whether an address is one of those of the person whose calendar it is. */
export type IsSelf = (address: Address) => boolean

export const addressOf = ({ value }: Pick<ContentLine, 'value'>): Address => normalAddress(value)

export const normalAddress = (value: string): Address => {
  const address = value.trim()
  // RFC 6068 §5: no two mail addresses of real people differ by case alone, and clients write both.
  if (/^(mailto|urn):/i.test(address)) return address.toLowerCase()
  return address.replace(/^[a-z][a-z0-9+.-]*:/i, (scheme) => scheme.toLowerCase())
}

export const organizerOf = (component: Component): Property | undefined => property(component, 'ORGANIZER')

export const attendeesOf = (component: Component): Property[] => properties(component, 'ATTENDEE')

export const attendeeOf = (component: Component, address: Address): Property | undefined =>
  attendeesOf(component).find((line) => addressOf(line) === address)

/** The line of the person whose calendar it is. */
export const ownLine = (component: Component, isSelf: IsSelf): Property | undefined =>
  attendeesOf(component).find((line) => isSelf(addressOf(line)))

/** RFC 5545 §3.2.12 */
export const partstatOf = (line: Property): string => (parameter(line, 'PARTSTAT') ?? 'NEEDS-ACTION').toUpperCase()

/** RFC 6638 §7.1: an agent that nobody knows is none. */
export const agentOf = (line: Property): 'SERVER' | 'CLIENT' | 'NONE' => {
  const agent = (parameter(line, 'SCHEDULE-AGENT') ?? 'SERVER').toUpperCase()
  return agent === 'SERVER' || agent === 'CLIENT' ? agent : 'NONE'
}

/** RFC 6638 §7.2: the method that a client wants sent though nothing changed. */
export const forcedOf = (line: Property): string | undefined => parameter(line, 'SCHEDULE-FORCE-SEND')?.toUpperCase()

/** The line with a parameter set, in its place if it was there; without it where the value is undefined. */
export const withParameter = (line: Property, name: string, value: string | undefined): Property => {
  if (value === undefined) return { ...line, parameters: line.parameters.filter((one) => one.name !== name) }
  const fresh = { name, values: [value] }
  if (!line.parameters.some((one) => one.name === name)) return { ...line, parameters: [...line.parameters, fresh] }
  return { ...line, parameters: line.parameters.map((one) => (one.name === name ? fresh : one)) }
}

export const withoutParameters = (line: Property, names: readonly string[]): Property =>
  line.parameters.some(({ name }) => names.includes(name))
    ? { ...line, parameters: line.parameters.filter(({ name }) => !names.includes(name)) }
    : line

/** The component with each ATTENDEE replaced by what `change` makes of it. */
export const mapAttendees = (component: Component, change: (line: Property) => Property): Component => ({
  ...component,
  properties: component.properties.map((line) => (line.name === 'ATTENDEE' ? change(line) : line)),
})

export const sequenceOf = (component: Component): number => {
  const value = Number(property(component, 'SEQUENCE')?.value.trim() ?? 0)
  return Number.isSafeInteger(value) && value >= 0 ? value : 0
}

/** The component with one property of a name, in the place of those it had; without any where the value is undefined. */
export const withProperty = (component: Component, name: string, value: string | Property | undefined): Component => {
  const line = typeof value === 'string' ? { group: undefined, name, parameters: [], value } : value
  const at = component.properties.findIndex((one) => one.name === name)
  const others = component.properties.filter((one) => one.name !== name)
  if (line === undefined) return at === -1 ? component : { ...component, properties: others }
  const place = at === -1 ? others.length : component.properties.slice(0, at).filter((one) => one.name !== name).length
  return { ...component, properties: [...others.slice(0, place), line, ...others.slice(place)] }
}

export const isCancelled = (component: Component): boolean =>
  property(component, 'STATUS')?.value.trim().toUpperCase() === 'CANCELLED'
