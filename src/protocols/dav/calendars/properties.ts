// The properties of calendars (RFC 4791 §5.2), and those that Apple's clients and everybody after them set.

import { DomainError } from '../../../errors.ts'
import { collations } from '../../../formats/collation.ts'
import { parseCalendar } from '../../../formats/icalendar/component.ts'
import { zoneByName } from '../../../formats/icalendar/zones.ts'
import { attribute, type Element, elements, isNamed } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import { propertyTextCharacters, scheduling } from '../../../limits.ts'
import type { Collection, CollectionSettings } from '../../../store/collections/collections.ts'
import { timezonePath } from '../../http/paths.ts'
import type { CollectionResource } from '../collections/resource.ts'
import type { Setting } from '../collections/space.ts'
import type { LiveProperty } from '../properties/live.ts'
import { href } from '../wire/multistatus.ts'
import { CALDAV, keyOf } from '../wire/names.ts'
import { setTimezoneId, timezoneDefinition, timezoneId } from './timezones.ts'

const APPLE = 'http://apple.com/ns/ical/'

/** Of every object. */
export const calendarType = 'text/calendar; charset=utf-8'

/** Components that a calendar may take. RFC 4791 §4.1, RFC 7953 §7.1 */
export const calendarComponents = ['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VAVAILABILITY'] as const

/** What a date of iCalendar can say. */
export const earliest = '00010101T000000Z'
export const latest = '99991231T235959Z'

const ofCalendar = (
  namespace: string,
  name: string,
  read: (collection: Collection, resource: CollectionResource) => string | undefined,
): LiveProperty => ({
  namespace,
  name,
  inAllprop: false, // RFC 4791 §5.2: each says so
  read: (resource) => {
    const { level, collection } = resource as CollectionResource
    return level === 'collection' && collection ? read(collection, resource as CollectionResource) : undefined
  },
})

const text = (value: string | null): string | undefined => (value === null ? undefined : escapeText(value))

/** Elements inside a property of CALDAV have the prefix that its own tag declares (wire/multistatus.ts). */
const collationSet = collations.map(({ name }) => `<X:supported-collation>${name}</X:supported-collation>`).join('')

export const calendarProperties: readonly LiveProperty[] = [
  ofCalendar(CALDAV, 'calendar-description', ({ description }) => text(description)),
  ofCalendar(CALDAV, 'calendar-timezone', ({ timezone }) =>
    text(timezoneDefinition(timezone, new Date().getUTCFullYear()) ?? null),
  ),
  {
    namespace: CALDAV,
    name: 'timezone-service-set', // RFC 7809 §5.1
    inAllprop: false,
    read: (resource) => ((resource as CollectionResource).level === 'home' ? href(timezonePath) : undefined),
  },
  ofCalendar(CALDAV, 'calendar-timezone-id', ({ timezone }) => text(timezoneId(timezone) ?? null)), // RFC 7809 §5.2
  ofCalendar(CALDAV, 'supported-calendar-component-set', (collection) =>
    componentsOf(collection)
      .map((name) => `<X:comp name="${name}"/>`)
      .join(''),
  ),
  ofCalendar(CALDAV, 'supported-calendar-data', () => '<X:calendar-data content-type="text/calendar" version="2.0"/>'),
  ofCalendar(CALDAV, 'supported-collation-set', () => collationSet), // RFC 4791 §7.5.1
  ofCalendar(CALDAV, 'min-date-time', () => earliest),
  ofCalendar(CALDAV, 'max-date-time', () => latest),
  // §5.2.8: max-instances would refuse what recurs for ever; what recurs too often in a year is refused without it.
  ofCalendar(CALDAV, 'max-attendees-per-instance', () => String(scheduling.attendees)), // RFC 4791 §5.2.9
  {
    namespace: CALDAV,
    name: 'schedule-tag', // RFC 6638 §9.3
    inAllprop: false,
    read: ({ scheduleTag }) => scheduleTag && escapeText(`"${scheduleTag}"`),
  },
  ofCalendar(CALDAV, 'schedule-calendar-transp', ({ kind, transparent }) =>
    kind !== 'calendar' ? undefined : transparent ? '<X:transparent/>' : '<X:opaque/>',
  ), // RFC 6638 §9.1
  ofCalendar(APPLE, 'calendar-color', ({ colour }) => text(colour)),
  ofCalendar(APPLE, 'calendar-order', ({ sortOrder }) => sortOrder?.toString()),
  {
    // A report attaches the text that it was asked for; a PROPFIND has none (RFC 4791 §9.6 is no property).
    namespace: CALDAV,
    name: 'calendar-data',
    inAllprop: false,
    read: (resource) => text((resource as CollectionResource).data ?? null),
  },
]

export const componentsOf = ({ components }: Collection): string[] => components?.split(' ') ?? [...calendarComponents]

/** Text of a bounded length; null removes it. */
const ofText =
  (set: (text: string | null) => Partial<CollectionSettings>): Setting =>
  (value) => {
    if (value !== undefined && value.text.length > propertyTextCharacters)
      throw new DomainError('TooLarge', `At most ${propertyTextCharacters} characters`)
    return set(value?.text ?? null)
  }

/** RFC 4791 §5.2.2: one VTIMEZONE in an iCalendar object. */
const timezone = ofText((text) => {
  if (text === null) return { timezone: null }
  const isOne = (() => {
    try {
      return (
        parseCalendar(text)
          .components.map(({ name }) => name)
          .join() === 'VTIMEZONE'
      )
    } catch {
      return false
    }
  })()
  // An IANA name alone is what some clients send, and as plain.
  if (!isOne && zoneByName(text) === undefined)
    throw new DomainError('Forbidden', 'This is not one VTIMEZONE', { precondition: 'valid-calendar-data' })
  return { timezone: text }
})

/** RFC 4791 §5.2.3. What is in a calendar that takes less afterwards stays there. */
const componentSet: Setting = (value) => {
  const names = value === undefined ? [] : elements(value.element).filter(isComp).map(nameOf)
  const unknown = names.find((name) => !(calendarComponents as readonly string[]).includes(name))
  if (names.length === 0 || unknown !== undefined)
    throw new DomainError('Forbidden', 'A calendar of such components is not kept', {
      precondition: 'supported-calendar-component',
    })
  return { components: [...new Set(names)].join(' ') }
}

const isComp = (element: Element): boolean => isNamed(element, CALDAV, 'comp')
const nameOf = (element: Element): string => (attribute(element, '', 'name') ?? '').toUpperCase()

export const calendarSettings: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  [keyOf('DAV:', 'displayname'), ofText((displayName) => ({ displayName }))],
  [keyOf(CALDAV, 'calendar-description'), ofText((description) => ({ description }))],
  [keyOf(CALDAV, 'calendar-timezone'), timezone],
  [keyOf(CALDAV, 'calendar-timezone-id'), setTimezoneId],
  [keyOf(CALDAV, 'supported-calendar-component-set'), componentSet],
  [
    keyOf(CALDAV, 'schedule-calendar-transp'),
    (value) => ({
      transparent: value !== undefined && elements(value.element).some((one) => isNamed(one, CALDAV, 'transparent')),
    }),
  ],
  [
    // Calendar of macOS says it so when it makes a calendar, as a draft before RFC 6638 had it: <YES/> or <NO/>.
    keyOf(CALDAV, 'calendar-free-busy-set'),
    (value) => ({ transparent: value !== undefined && elements(value.element).some(({ name }) => name === 'NO') }),
  ],
  [keyOf(APPLE, 'calendar-color'), ofText((colour) => ({ colour }))],
  [keyOf(APPLE, 'calendar-order'), (value) => ({ sortOrder: orderOf(value?.text) })],
])

const orderOf = (text: string | undefined): number | null => {
  const order = Number(text?.trim() || Number.NaN)
  return Number.isSafeInteger(order) ? order : null
}
