// Ann's calendars over WebDAV, and the texts that the tests put there.
import { type Ask, type DavAnswer, openDav, type TestDav, type Told, told } from './dav.ts'

export const CALDAV = 'urn:ietf:params:xml:ns:caldav'

/** Lines as iCalendar has them, in one VCALENDAR. */
export const calendarText = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')

export const component = (name: string, uid: string, ...lines: string[]): string[] => [
  `BEGIN:${name}`,
  `UID:${uid}`,
  'DTSTAMP:20260101T000000Z',
  ...lines,
  `END:${name}`,
]

export const event = (uid: string, ...lines: string[]): string => calendarText(...component('VEVENT', uid, ...lines))

export const todo = (uid: string, ...lines: string[]): string => calendarText(...component('VTODO', uid, ...lines))

export class TestCalendars {
  readonly dav: TestDav

  constructor(dav: TestDav) {
    this.dav = dav
  }

  /** `path` is below `/dav/calendars/ann/`. */
  ask(method: string, path: string, ask: Ask = {}): Promise<DavAnswer> {
    return this.dav.ask(method, `/dav/calendars/ann/${path}`, { ...ask, absolute: true })
  }

  put(path: string, text: string, headers: Ask['headers'] = {}): Promise<DavAnswer> {
    return this.ask('PUT', path, { body: text, headers: { 'content-type': 'text/calendar', ...headers } })
  }

  /** A report whose root element declares the prefixes D and C. */
  report(path: string, name: string, inside: string, depth = '1'): Promise<DavAnswer> {
    const body = `<C:${name} xmlns:D="DAV:" xmlns:C="${CALDAV}">${inside}</C:${name}>`
    return this.ask('REPORT', path, { body, headers: { depth, 'content-type': 'application/xml' } })
  }

  /** The names of what a filter inside VCALENDAR finds. */
  async query(path: string, filter: string, more = ''): Promise<string[]> {
    const inside = `<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter>${more}`
    return names(told(await this.report(path, 'calendar-query', inside)))
  }
}

export const names = (responses: readonly Told[]): string[] =>
  responses.map(({ href }) => decodeURIComponent(href.split('/').at(-1) ?? ''))

export async function openCalendars(): Promise<{ calendars: TestCalendars } & AsyncDisposable> {
  const dav = await openDav()
  return { calendars: new TestCalendars(dav), [Symbol.asyncDispose]: () => dav[Symbol.asyncDispose]() }
}
