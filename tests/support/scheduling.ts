// A house whose people meet: Ann, Bob and Cleo with their calendars over WebDAV, and a meeting room.
import { child, type Element, elements, text } from '../../src/formats/xml/element.ts'
import { parseXml } from '../../src/formats/xml/parse.ts'
import type { StoreOptions } from '../../src/store/store.ts'
import { CALDAV } from './calendars.ts'
import { type Ask, type DavAnswer, openDav, type TestDav } from './dav.ts'
import { createPerson } from './people.ts'

export type TestHouse = {
  readonly dav: TestDav
  /** `path` is below `/dav/calendars/`. */
  ask(as: string, method: string, path: string, ask?: Ask): Promise<DavAnswer>
  put(as: string, path: string, text: string): Promise<DavAnswer>
  /** What a request for busy time on somebody's outbox is answered, by its lines inside of VFREEBUSY. */
  busy(as: string, ...lines: string[]): Promise<DavAnswer>
  set(as: string, path: string, inside: string): Promise<DavAnswer>
} & AsyncDisposable

export async function openHouse(options: Partial<StoreOptions> = {}): Promise<TestHouse> {
  const dav = await openDav(options)
  const { store } = dav
  for (const name of ['bob', 'cleo']) await createPerson(store, name, dav.password)
  await store.write((tx) => store.accounts.create(tx, { name: 'library', displayName: 'The Library', kind: 'room' }))
  const ask: TestHouse['ask'] = (as, method, path, more = {}) =>
    dav.ask(method, `/dav/calendars/${path}`, { ...more, absolute: true, as })
  return {
    dav,
    ask,
    put: (as, path, body) => ask(as, 'PUT', path, { body, headers: { 'content-type': 'text/calendar' } }),
    busy: (as, ...lines) =>
      ask(as, 'POST', `${as}/outbox/`, {
        body: freeBusyRequest(...lines),
        headers: { 'content-type': 'text/calendar' },
      }),
    set: (as, path, inside) =>
      ask(as, 'PROPPATCH', path, {
        body: `<D:propertyupdate xmlns:D="DAV:" xmlns:C="${CALDAV}">${inside}</D:propertyupdate>`,
      }),
    [Symbol.asyncDispose]: () => dav[Symbol.asyncDispose](),
  }
}

export const freeBusyRequest = (...lines: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'METHOD:REQUEST',
    'BEGIN:VFREEBUSY',
    'UID:question',
    'DTSTAMP:20260101T000000Z',
    ...lines,
    'END:VFREEBUSY',
    'END:VCALENDAR',
    '',
  ].join('\r\n')

export type Answered = {
  recipient: string
  status: string
  /** FREEBUSY lines, `TYPE start/end`. */
  periods: string[]
  data: string | undefined
}

/** The responses of a schedule-response (RFC 6638 §10.1). @throws for anything else. */
export const answered = ({ status, body }: DavAnswer): Answered[] => {
  if (status !== 200) throw new Error(`no schedule-response but ${status}: ${body}`)
  return elements(parseXml(body)).map((response: Element) => {
    const data = child(response, CALDAV, 'calendar-data')
    const lines = data === undefined ? [] : text(data).replace(/\r\n /g, '').split('\r\n')
    return {
      recipient: text(child(child(response, CALDAV, 'recipient') as Element, 'DAV:', 'href') as Element),
      status: text(child(response, CALDAV, 'request-status') as Element),
      periods: lines.flatMap((line) => {
        const match = /^FREEBUSY(?:;FBTYPE=([A-Z-]+))?:(.*)$/.exec(line)
        return match ? [`${match[1] ?? 'BUSY'} ${match[2]}`] : []
      }),
      data: data && text(data),
    }
  })
}

/** The local name of the condition in an error's body. */
export const conditionIn = ({ status, body }: DavAnswer): string => {
  const [condition] = body.length === 0 ? [] : elements(parseXml(body))
  return `${status} ${condition?.name ?? ''}`.trim()
}
