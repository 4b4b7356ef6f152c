// Attachments that the server keeps (RFC 8607): an ATTACH with a MANAGED-ID. They are added to, replaced in and taken
// from an object's components; an instance that has no component of its own gets one when it alone is meant.
import { DomainError, isDomainError } from '../../errors.ts'
import { parameter } from '../content-line.ts'
import { type Component, type Property, property } from './component.ts'
import { componentsOf, instancesOf } from './itip/instances.ts'
import type { CalendarObject } from './object.ts'
import { parseTime, timeOf } from './values.ts'
import { toInstant, utc } from './zone.ts'

export type ManagedAttachment = {
  readonly managedId: string
  readonly url: string
  readonly contentType: string | null
  readonly size: number
  readonly name: string
}

const managedIdOf = (line: Property): string | undefined =>
  line.name === 'ATTACH' ? parameter(line, 'MANAGED-ID') : undefined

/** The MANAGED-IDs in an object, each once. */
export const managedIdsOf = (object: Pick<CalendarObject, 'master' | 'overrides'>): string[] => {
  const found = new Set<string>()
  for (const { properties } of componentsOf(object))
    for (const line of properties) {
      const id = managedIdOf(line)
      if (id !== undefined) found.add(id)
    }
  return [...found]
}

/** RFC 8607 §4 */
const attachLine = ({ managedId, url, contentType, size, name }: ManagedAttachment): Property => ({
  group: undefined,
  name: 'ATTACH',
  parameters: [
    { name: 'MANAGED-ID', values: [managedId] },
    ...(contentType === null ? [] : [{ name: 'FMTTYPE', values: [contentType] }]),
    { name: 'SIZE', values: [String(size)] },
    { name: 'FILENAME', values: [name] },
  ],
  value: url,
})

/**
 * §3.3.2: the components that `rid` names, all of them without it, and the others as they are.
 *
 * @param rid 'M' for the master, or RECURRENCE-IDs in UTC or as dates, separated by commas.
 * @throws DomainError Forbidden with the precondition valid-rid
 */
const editInstances = (
  object: CalendarObject,
  rid: string | undefined,
  edit: (component: Component) => Component,
): Component[] => {
  const all = componentsOf(object)
  if (rid === undefined) return all.map(edit)
  const { master } = object
  const instances = instancesOf(object)
  const edited = new Map<Component, Component>()
  const added: Component[] = []
  for (const one of new Set(rid.split(','))) {
    const target = one === 'M' ? master : instances.at(keyOf(object, one))
    if (target === undefined) throw invalidRid(`There is no instance ${one.slice(0, 40)}`)
    if (all.includes(target)) edited.set(target, edit(target))
    else added.push(edit(target))
  }
  return [...all.map((component) => edited.get(component) ?? component), ...added]
}

const invalidRid = (message: string) => new DomainError('Forbidden', message, { precondition: 'valid-rid' })

const keyOf = ({ master, overrides, zones }: CalendarObject, rid: string): number => {
  try {
    const time = parseTime(rid)
    const like =
      (master && property(master, 'DTSTART')) ?? (overrides[0] && property(overrides[0].component, 'RECURRENCE-ID'))
    return time.isUtc || like === undefined ? time.wall : toInstant(zones.of(timeOf(like), utc), time.wall)
  } catch (error) {
    throw isDomainError(error) ? invalidRid(error.message) : error
  }
}

/** The components of the object with one attachment more. §3.4 */
export const addAttachment = (object: CalendarObject, attachment: ManagedAttachment, rid: string | undefined) =>
  editInstances(object, rid, (component) => ({
    ...component,
    properties: [...component.properties, attachLine(attachment)],
  }))

/** Another attachment in the place of one, wherever that is. §3.5 */
export const updateAttachment = (object: CalendarObject, managedId: string, attachment: ManagedAttachment) =>
  componentsOf(object).map((component) => ({
    ...component,
    properties: component.properties.map((line) => (managedIdOf(line) === managedId ? attachLine(attachment) : line)),
  }))

/** §3.6 */
export const removeAttachment = (object: CalendarObject, managedId: string, rid: string | undefined) =>
  editInstances(object, rid, (component) => ({
    ...component,
    properties: component.properties.filter((line) => managedIdOf(line) !== managedId),
  }))
