// The zone of floating times and whole days (RFC 4791 §5.2.2, §7.3): the query's, the calendar's, or UTC.

import { DomainError } from '../../../errors.ts'
import { parseCalendar, property } from '../../../formats/icalendar/component.ts'
import { utc, type Zone } from '../../../formats/icalendar/zone.ts'
import { zoneByName, zonesOf } from '../../../formats/icalendar/zones.ts'
import { child, type Element, text } from '../../../formats/xml/element.ts'
import type { Collection } from '../../../store/collections/collections.ts'
import { CALDAV } from '../wire/names.ts'

/** A VTIMEZONE in its iCalendar object, or the name of a zone. */
const zoneIn = (value: string): Zone | undefined => {
  const named = zoneByName(value)
  if (named !== undefined || !value.includes(':')) return named
  const calendar = parseCalendar(value)
  const definition = calendar.components.find(({ name }) => name === 'VTIMEZONE')
  const tzid = definition && property(definition, 'TZID')?.value
  return tzid === undefined ? undefined : zonesOf(calendar).named(tzid)
}

/** @throws DomainError valid-calendar-data, valid-timezone (RFC 7809 §5.1.2) */
export const queriedZone = (query: Element): Zone | undefined => {
  const [definition, id] = ['timezone', 'timezone-id'].map((name) => child(query, CALDAV, name))
  const element = definition ?? id
  if (element === undefined) return undefined
  const zone = orUndefined(() => zoneIn(text(element).trim()))
  if (zone !== undefined) return zone
  const precondition = definition ? 'valid-calendar-data' : 'valid-timezone'
  throw new DomainError('Forbidden', 'There is no such time zone', { precondition })
}

export const floatingZone = ({ timezone }: Collection): Zone =>
  (timezone === null ? undefined : orUndefined(() => zoneIn(timezone.trim()))) ?? utc

/** What cannot be read is no zone. */
const orUndefined = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
}
