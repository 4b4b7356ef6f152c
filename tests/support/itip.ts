// Texts for the tests of scheduling: a meeting of Ann with some people.
import { type Component, writeComponent } from '../../src/formats/icalendar/component.ts'
import { componentsOf } from '../../src/formats/icalendar/itip/instances.ts'
import { type IsSelf, normalAddress, ownLine, partstatOf } from '../../src/formats/icalendar/itip/participants.ts'
import { type CalendarObject, parseObject } from '../../src/formats/icalendar/object.ts'

export const mail = (name: string, domain = 'example.org'): string => `mailto:${name}@${domain}`

/** The name of an account. */
export type Person = string

export const isOf =
  (name: string, domain?: string): IsSelf =>
  (address) =>
    address === normalAddress(mail(name, domain))

export const now = Date.UTC(2026, 0, 5)

/** Lines of an ATTENDEE each, with parameters where a name has some: `bob;PARTSTAT=ACCEPTED`. */
export const attendees = (...people: string[]): string[] =>
  people.map((person) => {
    const [name = '', ...parameters] = person.split(';')
    return `ATTENDEE${parameters.map((one) => `;${one}`).join('')}:${mail(name)}`
  })

export const vevent = (...lines: string[]): string[] => [
  'BEGIN:VEVENT',
  'UID:meeting',
  'DTSTAMP:20260101T000000Z',
  ...lines,
  'END:VEVENT',
]

export const calendarOf = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')

export const objectOf = (...lines: string[]): CalendarObject => parseObject(calendarOf(...lines))

/** Ann's meeting on Monday at ten. */
export const meeting = (people: readonly string[], ...more: string[]): CalendarObject =>
  objectOf(...vevent(...single, `ORGANIZER:${mail('ann')}`, ...attendees(...people), ...more))

const single = ['DTSTART:20260105T100000Z', 'DTEND:20260105T110000Z', 'SUMMARY:Meeting']

/** The same every week, and what some weeks say of themselves. */
export const weekly = (
  people: readonly string[],
  master: readonly string[] = [],
  ...weeks: string[][]
): CalendarObject =>
  objectOf(
    ...vevent(...single, 'RRULE:FREQ=WEEKLY;COUNT=5', `ORGANIZER:${mail('ann')}`, ...attendees(...people), ...master),
    ...weeks.flat(),
  )

/** One week of it: `day` is the day of January at which it was to be. */
export const week = (
  day: string,
  people: readonly string[],
  { at = `202601${day}T100000Z`, more = [] }: { at?: string; more?: string[] } = {},
): string[] =>
  vevent(
    `RECURRENCE-ID:202601${day}T100000Z`,
    `DTSTART:${at}`,
    'DURATION:PT1H',
    'SUMMARY:Meeting',
    `ORGANIZER:${mail('ann')}`,
    ...attendees(...people),
    ...more,
  )

export const text = (component: Component): string => writeComponent(component)

/** What somebody answers in each component, by RECURRENCE-ID. */
export const answers = (object: CalendarObject, name: string, domain?: string): Record<string, string> =>
  Object.fromEntries(
    componentsOf(object).map((component) => {
      const id = component.properties.find((line) => line.name === 'RECURRENCE-ID')?.value ?? 'all'
      const line = ownLine(component, isOf(name, domain))
      return [id, line ? partstatOf(line) : 'not invited']
    }),
  )

export const valueIn = (component: Component | undefined, name: string): string | undefined =>
  component?.properties.find((line) => line.name === name)?.value
