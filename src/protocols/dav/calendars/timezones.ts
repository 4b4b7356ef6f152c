// Time zones by reference (RFC 7809): a client says whether it wants the definitions of zones that everybody knows; an
// object may come without them. What is stored is what was sent.

import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../errors.ts'
import { withoutZones, withZones } from '../../../formats/icalendar/by-reference.ts'
import { parseCalendar, property, writeComponent } from '../../../formats/icalendar/component.ts'
import { ianaZone } from '../../../formats/icalendar/iana-zone.ts'
import type { CalendarObject } from '../../../formats/icalendar/object.ts'
import { writeVtimezone } from '../../../formats/icalendar/write-vtimezone.ts'
import { unknownZone } from '../../../formats/icalendar/zones.ts'
import type { CollectionSettings } from '../../../store/collections/collections.ts'
import { header } from '../exchange.ts'

/** §7.1: `F` leaves the definitions out. Who says nothing knows nothing of this, and gets what they always did. */
export const zonesAsked = (request: IncomingMessage, now: number): ((text: string) => string) => {
  if (header(request, 'caldav-timezones')?.trim().toUpperCase() === 'F') return withoutZones
  return (text) => withDefinitions(text, now)
}

// Almost every object brings its definitions with it.
const withDefinitions = (text: string, now: number): string =>
  text.includes('BEGIN:VTIMEZONE') ? text : withZones(text, new Date(now).getUTCFullYear())

/** RFC 4791 §5.3.4: whether who says nothing reads something else than what is stored, and must not hold its ETag. */
export const comesByReference = (content: Buffer, now: number): boolean => {
  const text = content.toString()
  return withDefinitions(text, now) !== text
}

/** §3.1.4: a zone that is neither known nor defined means nothing. @throws DomainError valid-timezone */
export const requireZones = ({ calendar }: CalendarObject): void => {
  const unknown = unknownZone(calendar)
  if (unknown !== undefined)
    throw new DomainError('Forbidden', `Nobody knows the time zone ${unknown.slice(0, 60)}`, {
      precondition: 'valid-timezone',
    })
}

/** §5.2: the name of the calendar's zone, where it is a standard one. */
export const timezoneId = (timezone: string | null): string | undefined => {
  if (timezone === null) return undefined
  const tzid = definedIn(timezone) ?? timezone.trim()
  return ianaZone(tzid) === undefined ? undefined : tzid
}

const definedIn = (text: string): string | undefined => {
  if (!text.includes('VTIMEZONE')) return undefined
  const vtimezone = parseCalendar(text).components.find(({ name }) => name === 'VTIMEZONE')
  return vtimezone && property(vtimezone, 'TZID')?.value
}

/** RFC 4791 §5.2.2: the calendar's zone as a definition, which is made where it was set by its name. */
export const timezoneDefinition = (timezone: string | null, year: number): string | undefined => {
  if (timezone === null || timezone.includes('VTIMEZONE')) return timezone ?? undefined
  const vtimezone = writeVtimezone(timezone.trim(), year - 1, year)
  if (vtimezone === undefined) return timezone
  const properties = [
    { group: undefined, name: 'VERSION', parameters: [], value: '2.0' },
    { group: undefined, name: 'PRODID', parameters: [], value: '-//twin//calendars//EN' },
  ]
  return writeComponent({ name: 'VCALENDAR', properties, components: [vtimezone] })
}

/** §5.2: sets the zone by its name. @throws DomainError valid-timezone */
export const setTimezoneId = (value: { readonly text: string } | undefined): Partial<CollectionSettings> => {
  const tzid = value?.text.trim()
  if (tzid !== undefined && ianaZone(tzid) === undefined)
    throw new DomainError('Forbidden', 'There is no such time zone', { precondition: 'valid-timezone' })
  return { timezone: tzid ?? null }
}
