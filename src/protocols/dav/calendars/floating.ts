// The zone of floating times and whole days (RFC 4791 §5.2.2, §7.3): the query's, the calendar's, or UTC.

import { DomainError } from '../../../errors.ts'
import type { Floating } from '../../../formats/icalendar/questions.ts'
import { utc, type Zone } from '../../../formats/icalendar/zone.ts'
import { zoneIn } from '../../../formats/icalendar/zones.ts'
import { child, type Element, text } from '../../../formats/xml/element.ts'
import type { Collection } from '../../../store/collections/collections.ts'
import { CALDAV } from '../wire/names.ts'

/** @throws DomainError valid-calendar-data, valid-timezone (RFC 7809 §5.1.2) */
export const queriedZone = (query: Element): Floating | undefined => {
  const [definition, id] = ['timezone', 'timezone-id'].map((name) => child(query, CALDAV, name))
  const element = definition ?? id
  if (element === undefined) return undefined
  const zone = zoneIn(text(element))
  if (zone !== undefined) return { zone, text: text(element) }
  const precondition = definition ? 'valid-calendar-data' : 'valid-timezone'
  throw new DomainError('Forbidden', 'There is no such time zone', { precondition })
}

export const floatingZone = ({ timezone }: Collection): Zone =>
  (timezone === null ? undefined : zoneIn(timezone)) ?? utc

/** The same with what says so, for a report whose query says nothing. */
export const floatingOf = (collection: Collection): Floating => ({
  zone: floatingZone(collection),
  text: collection.timezone ?? undefined,
})
