// Some people of one twin with their calendars, and what they do with a meeting.
import assert from 'node:assert/strict'
import { type CalendarObject, parseObject } from '../../src/formats/icalendar/object.ts'
import { calendarText, component } from './calendars.ts'
import { type Ask, type DavAnswer, openDav, type TestDav, textOf, told } from './dav.ts'
import { answers, type Person } from './itip.ts'
import { createPerson } from './people.ts'

export const CALDAV = 'urn:ietf:params:xml:ns:caldav'

export class Meetings {
  readonly dav: TestDav

  constructor(dav: TestDav) {
    this.dav = dav
  }

  ask(who: Person, method: string, path: string, ask: Ask = {}): Promise<DavAnswer> {
    return this.dav.ask(method, `/dav/calendars/${who}/${path}`, { as: who, absolute: true, ...ask })
  }

  put(who: Person, path: string, text: string, headers: Ask['headers'] = {}): Promise<DavAnswer> {
    return this.ask(who, 'PUT', path, { body: text, headers: { 'content-type': 'text/calendar', ...headers } })
  }

  /** Puts, and is content with nothing but success. */
  async write(who: Person, path: string, text: string, headers?: Ask['headers']): Promise<DavAnswer> {
    const answer = await this.put(who, path, text, headers)
    assert.ok(answer.status === 201 || answer.status === 204, `${answer.status} ${answer.body}`)
    return answer
  }

  async get(who: Person, path: string): Promise<string> {
    const answer = await this.ask(who, 'GET', path)
    assert.equal(answer.status, 200)
    return answer.body.toString()
  }

  /** Members of a collection by their paths. */
  async list(who: Person, path: string): Promise<string[]> {
    const propfind = '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
    const answer = await this.ask(who, 'PROPFIND', path, { body: propfind, headers: { depth: '1' } })
    const home = `/dav/calendars/${who}/`
    return told(answer)
      .map(({ href }) => href.slice(home.length))
      .filter((href) => !href.endsWith('/'))
  }

  /** The one object of somebody's calendar; undefined where there is none. */
  async path(who: Person, calendar = 'calendar/'): Promise<string | undefined> {
    const [first, ...more] = await this.list(who, calendar)
    assert.deepEqual(more, [])
    return first
  }

  async copy(who: Person, calendar?: string): Promise<string> {
    const path = await this.path(who, calendar)
    assert.ok(path, `${who} has no copy`)
    return this.get(who, path)
  }

  async object(who: Person): Promise<CalendarObject> {
    return parseObject(await this.copy(who))
  }

  /** The methods of the messages in somebody's inbox, in no order. */
  async inbox(who: Person): Promise<string[]> {
    const texts = await Promise.all((await this.list(who, 'inbox/')).map((path) => this.get(who, path)))
    return texts.map((text) => /^METHOD:(\w+)/m.exec(text)?.[1] ?? '').sort()
  }

  async emptyInbox(who: Person): Promise<void> {
    for (const path of await this.list(who, 'inbox/')) await this.ask(who, 'DELETE', path)
  }

  async tag(who: Person): Promise<string> {
    const path = await this.path(who)
    assert.ok(path)
    const body = `<D:propfind xmlns:D="DAV:"><D:prop><C:schedule-tag xmlns:C="${CALDAV}"/></D:prop></D:propfind>`
    const answer = await this.ask(who, 'PROPFIND', path, { body, headers: { depth: '0' } })
    return textOf(told(answer)[0], 'schedule-tag', CALDAV) ?? ''
  }

  /** What somebody's copy says that another answers, by RECURRENCE-ID. */
  async says(who: Person, of: Person): Promise<Record<string, string>> {
    return answers(await this.object(who), of, 'localhost')
  }

  /** Changes the text of somebody's own copy. */
  async edit(who: Person, change: (text: string) => string, headers?: Ask['headers']): Promise<DavAnswer> {
    const path = await this.path(who)
    assert.ok(path)
    return this.put(who, path, change(await this.get(who, path)), headers)
  }

  async answer(who: Person, partstat: string): Promise<void> {
    const answer = await this.edit(who, (text) => answered(text, who, partstat))
    assert.equal(answer.status, 204, answer.body.toString())
  }
}

/** The text with another PARTSTAT of somebody, everywhere. */
export const answered = (text: string, who: string, partstat: string): string =>
  text.replace(/\r\n /g, '').replace(new RegExp(`^ATTENDEE(.*?):mailto:${who}@`, 'gm'), (_, parameters: string) => {
    const others = parameters.replace(/;PARTSTAT=[A-Z-]+/, '')
    return `ATTENDEE;PARTSTAT=${partstat}${others}:mailto:${who}@`
  })

const people = ['ann', 'bob', 'cid'] as const

/** Ann's meeting with some people, on Monday at ten. */
export const meeting = (attendees: readonly string[], ...lines: string[]): string =>
  calendarText(...meetingLines(attendees, ...lines))

export const meetingLines = (attendees: readonly string[], ...lines: string[]): string[] =>
  component(
    'VEVENT',
    'meeting',
    ...(lines.some((line) => line.startsWith('DTSTART')) ? [] : ['DTSTART:20260105T100000Z']),
    'DURATION:PT1H',
    'SUMMARY:Meeting',
    'ORGANIZER:mailto:ann@localhost',
    ...attendees.map((one) => (one.includes(':') ? one : `ATTENDEE:mailto:${one}@localhost`)),
    ...lines,
  )

export async function openMeetings(): Promise<{ meetings: Meetings } & AsyncDisposable> {
  const dav = await openDav()
  for (const name of people.slice(1)) await createPerson(dav.store, name, dav.password)
  return { meetings: new Meetings(dav), [Symbol.asyncDispose]: () => dav[Symbol.asyncDispose]() }
}
