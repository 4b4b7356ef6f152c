// The message with which an organizer asks when people are busy, and what each is said to be (RFC 5546 §3.3).
import { DomainError, isDomainError } from '../../errors.ts'
import { type Component, type Property, parseCalendar, properties, property } from './component.ts'
import { type BusyPeriod, freeBusyComponent } from './free-busy.ts'
import type { TimeRange } from './timing.ts'
import { formatUtc, timeOf } from './values.ts'
import { toInstant, utc } from './zone.ts'
import { zonesOf } from './zones.ts'

export type FreeBusyRequest = {
  /** As sent. */
  readonly uid: Property
  readonly organizer: Property
  readonly attendees: readonly Property[]
  readonly range: TimeRange
  /** The UID of the meeting that is being moved: its own time does not count (calendarserver's extension). */
  readonly masked: string | undefined
}

type Precondition = 'valid-calendar-data' | 'valid-scheduling-message'

const refused = (precondition: Precondition, message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition })

const invalid = (message: string): DomainError => refused('valid-scheduling-message', message)

/**
 * @throws DomainError Forbidden with detail.precondition 'valid-calendar-data' for what is no iCalendar,
 *   'valid-scheduling-message' for what is no request for busy time (RFC 6638 §5.2).
 */
export function parseFreeBusyRequest(text: string): FreeBusyRequest {
  const calendar = refusing('valid-calendar-data', () => parseCalendar(text))
  if (property(calendar, 'METHOD')?.value.trim().toUpperCase() !== 'REQUEST') throw invalid('The METHOD is not REQUEST')
  const [component, ...more] = calendar.components.filter(({ name }) => name !== 'VTIMEZONE')
  if (component?.name !== 'VFREEBUSY' || more.length > 0) throw invalid('Ask with one VFREEBUSY')
  const attendees = properties(component, 'ATTENDEE')
  if (attendees.length === 0) throw invalid('There is no ATTENDEE')
  return {
    uid: one(component, 'UID'),
    organizer: one(component, 'ORGANIZER'),
    attendees,
    range: rangeOf(component, calendar),
    masked: property(component, 'X-CALENDARSERVER-MASK-UID')?.value.trim(),
  }
}

/** RFC 5546 §3.3.2: required, and once. */
function one(component: Component, name: string): Property {
  const [found, ...more] = properties(component, name)
  if (!found || more.length > 0) throw invalid(`There is not one ${name}`)
  return found
}

function rangeOf(component: Component, calendar: Component): TimeRange {
  const zones = zonesOf(calendar)
  const at = (name: string): number =>
    refusing('valid-calendar-data', () => {
      const time = timeOf(one(component, name))
      return toInstant(zones.of(time, utc), time.wall)
    })
  const range = { start: at('DTSTART'), end: at('DTEND') }
  if (range.start >= range.end) throw invalid('DTEND is not after DTSTART')
  return range
}

/** RFC 5546 §3.3.3: what one attendee is told to be, as an object of its own. */
export function freeBusyReply(
  { uid, organizer, range }: FreeBusyRequest,
  attendee: Property,
  periods: readonly BusyPeriod[],
  now: number,
): Component {
  const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value })
  const head = [uid, line('DTSTAMP', formatUtc(Math.floor(now / 1000) * 1000)), organizer, attendee]
  return {
    name: 'VCALENDAR',
    properties: [line('VERSION', '2.0'), line('PRODID', '-//twin//calendars//EN'), line('METHOD', 'REPLY')],
    components: [freeBusyComponent(periods, range, head)],
  }
}

function refusing<T>(precondition: Precondition, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (isDomainError(error, 'BadRequest')) throw refused(precondition, error.message)
    throw error
  }
}
