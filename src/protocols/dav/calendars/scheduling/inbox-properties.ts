// What inboxes and outboxes say of themselves, and what the owner of an inbox sets there (RFC 6638 §9.2, RFC 7953
// §7.2.4): where invitations go, and when one can be met.

import { DomainError, isDomainError } from '../../../../errors.ts'
import { defaultCalendar } from '../../../../federation/scheduling/default-calendar.ts'
import { checkAvailability } from '../../../../formats/icalendar/availability.ts'
import { parseCalendar } from '../../../../formats/icalendar/component.ts'
import { child, DAV, text } from '../../../../formats/xml/element.ts'
import { escapeText } from '../../../../formats/xml/write.ts'
import { propertyTextCharacters } from '../../../../limits.ts'
import type { Collection, CollectionSettings } from '../../../../store/collections/collections.ts'
import { homeHref } from '../../collections/resource.ts'
import type { LiveProperty } from '../../properties/live.ts'
import { href } from '../../wire/multistatus.ts'
import { CALDAV, keyOf } from '../../wire/names.ts'
import { encodeSegment, parsePath } from '../../wire/path.ts'
import type { PropertyUpdate } from '../../wire/proppatch.ts'
import { type InboxResource, isInbox } from './resource.ts'

const ofInbox = (name: string, read: (inbox: InboxResource) => string | undefined): LiveProperty => ({
  namespace: CALDAV,
  name,
  inAllprop: false, // RFC 6638 §9.2, RFC 7953 §7.2.4: each says so
  read: (resource) => (isInbox(resource) && resource.level === 'collection' ? read(resource) : undefined),
})

const calendarHref = (inbox: InboxResource, { name }: Collection): string =>
  href(`${homeHref('calendars', inbox.account ?? '')}${encodeSegment(name)}/`)

export const inboxProperties: readonly LiveProperty[] = [
  ofInbox('schedule-default-calendar-URL', (inbox) => {
    const found = inbox.collection && defaultCalendar(inbox.calendars, inbox.collection)
    return found && calendarHref(inbox, found)
  }),
  ofInbox('calendar-availability', ({ collection }) =>
    collection?.availability ? escapeText(collection.availability) : undefined,
  ),
  // What RFC 6638 replaced by schedule-calendar-transp: clients still read here which calendars count.
  ofInbox('calendar-free-busy-set', (inbox) =>
    inbox.calendars
      .filter(({ transparent }) => !transparent)
      .map((one) => calendarHref(inbox, one))
      .join(''),
  ),
]

/** What an update of an inbox's property sets; undefined where it is not one of these. */
export const inboxSetting = (
  inbox: InboxResource,
  { namespace, name, value }: PropertyUpdate,
): Partial<CollectionSettings> | undefined => {
  if (keyOf(namespace, name) === keyOf(CALDAV, 'calendar-availability')) return { availability: availability(value) }
  if (keyOf(namespace, name) === keyOf(CALDAV, 'schedule-default-calendar-URL'))
    return { defaultId: chosenCalendar(inbox, value).id }
  return undefined
}

const refused = (precondition: string, message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition })

/** RFC 7953 §7.2.4 */
const availability = (value: PropertyUpdate['value']): string | null => {
  if (value === undefined || value.text.trim() === '') return null
  if (value.text.length > propertyTextCharacters)
    throw refused('max-resource-size', `At most ${propertyTextCharacters} characters`)
  const document = value.text.trimStart()
  try {
    checkAvailability(parseCalendar(document))
  } catch (error) {
    if (isDomainError(error, 'BadRequest')) throw refused('valid-calendar-data', error.message)
    throw error
  }
  return document
}

/** RFC 6638 §9.2: one of the owner's calendars, and never none. */
const chosenCalendar = ({ calendars, account = '' }: InboxResource, value: PropertyUpdate['value']): Collection => {
  if (value === undefined) throw refused('default-calendar-needed', 'Invitations are put in a calendar')
  const chosen = child(value.element, DAV, 'href')
  const [dav, space, owner, name, ...more] = chosen === undefined ? [] : segmentsOf(text(chosen).trim())
  const isHere = dav === 'dav' && space === 'calendars' && owner === account && more.length === 0
  const calendar = isHere ? calendars.find((one) => one.name === name && one.source === null) : undefined
  if (calendar === undefined) throw refused('valid-schedule-default-calendar-URL', 'There is no such calendar of yours')
  return calendar
}

const segmentsOf = (address: string): readonly string[] => {
  try {
    return parsePath(address.replace(/^https?:\/\/[^/]*/i, '')).segments
  } catch (error) {
    if (isDomainError(error, 'BadRequest')) return []
    throw error
  }
}
