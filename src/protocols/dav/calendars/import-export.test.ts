import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  calendarText,
  component,
  event,
  openCalendars,
  type TestCalendars,
} from '../../../../tests/support/calendars.ts'
import type { DavAnswer } from '../../../../tests/support/dav.ts'
import { parseComponents } from '../../../formats/icalendar/component.ts'
import { calendarStreamBytes } from '../../../limits.ts'

let opened: Awaited<ReturnType<typeof openCalendars>>
let calendars: TestCalendars

before(async () => {
  opened = await openCalendars()
  calendars = opened.calendars
})
after(() => opened[Symbol.asyncDispose]())

const make = async (name: string): Promise<string> => {
  const answer = await calendars.ask('MKCALENDAR', `${name}/`)
  assert.equal(answer.status, 201)
  return `${name}/`
}

const post = (path: string, body: string | Buffer): Promise<DavAnswer> =>
  calendars.ask('POST', path, { body, headers: { 'content-type': 'text/calendar' } })

const report = ({ status, body }: DavAnswer) => {
  assert.equal(status, 200, body.toString())
  return JSON.parse(body.toString())
}

const day = (uid: string, ...more: string[]): string[] => component('VEVENT', uid, 'DTSTART:20260301T120000Z', ...more)

const zone = (tzid: string): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${tzid}`,
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
]

test('a POST of one object makes a member, byte for byte, with a name of the server’s (RFC 5995)', async () => {
  const path = await make('one')
  const answer = await post(path, event('alone', 'DTSTART:20260301T120000Z'))
  assert.equal(answer.status, 201)
  assert.match(String(answer.headers.location), /^\/dav\/calendars\/ann\/one\/[0-9a-f-]{36}\.ics$/)
  const got = await calendars.dav.ask('GET', String(answer.headers.location), { absolute: true })
  assert.equal(got.body.toString(), event('alone', 'DTSTART:20260301T120000Z'))
  assert.equal((await post(path, event('alone', 'DTSTART:20260301T120000Z'))).status, 409)
})

test('a file of many is imported object by object, and what is refused is told with its line, UID and reason', async () => {
  const path = await make('many')
  const moved = component('VEVENT', 'daily', 'RECURRENCE-ID:20260303T120000Z', 'DTSTART:20260303T150000Z')
  const file = calendarText(
    'METHOD:PUBLISH',
    ...zone('Home'),
    ...day('daily', 'RRULE:FREQ=DAILY;COUNT=5', 'SUMMARY:Daily'),
    ...component('VEVENT', 'no-start', 'SUMMARY:Wann?'),
    ...component('VEVENT', 'zoned', 'DTSTART;TZID=Home:20260301T120000'),
    'BEGIN:VEVENT',
    'DTSTART:20260301T120000Z',
    'END:VEVENT',
    ...day('bomb', 'RRULE:FREQ=SECONDLY'),
    ...moved,
  )
  const { refusals, ...counts } = report(await post(path, file))
  assert.deepEqual(counts, { imported: 2, updated: 0, skipped: 0, refused: 3 })
  const lineOf = (text: string) => file.slice(0, file.indexOf(text)).split('\r\n').length - 1
  assert.deepEqual(
    refusals.map(({ message, ...rest }: { message: string }) => rest),
    [
      { number: 2, line: lineOf('UID:no-start'), uid: 'no-start', name: 'Wann?', condition: 'valid-calendar-data' },
      { number: 4, line: lineOf('UID:bomb') - 3, condition: 'valid-calendar-data' },
      { number: 5, line: lineOf('UID:bomb'), uid: 'bomb', condition: 'max-instances' },
    ],
  )
  assert.deepEqual(
    await calendars
      .query(
        path,
        '<C:comp-filter name="VEVENT"><C:time-range start="20260303T150000Z" end="20260303T151000Z"/></C:comp-filter>',
      )
      .then((found) => found.length),
    1,
  )
})

test('what is there already is refused, skipped or updated, as it is asked', async () => {
  const path = await make('again')
  const file = (summary: string) => calendarText(...day('a', `SUMMARY:${summary}`), ...day('b'))
  const counts = async (query: string, summary: string) => {
    const { imported, updated, skipped, refused, refusals } = report(await post(path + query, file(summary)))
    return [imported, updated, skipped, refused, ...refusals.map((one: { condition: string }) => one.condition)]
  }
  assert.deepEqual(await counts('', 'first'), [2, 0, 0, 0])
  assert.deepEqual(await counts('', 'second'), [0, 0, 1, 1, 'no-uid-conflict'])
  assert.deepEqual(await counts('?existing=skip', 'second'), [0, 0, 2, 0])
  assert.deepEqual(await counts('?existing=update', 'second'), [0, 1, 1, 0])
  assert.match((await calendars.ask('GET', path)).body.toString(), /SUMMARY:second/)
  assert.equal((await post(`${path}?existing=maybe`, file('x'))).status, 400)
})

test('an import of one object is a report, and takes what a message is made of', async () => {
  const path = await make('message')
  const message = calendarText('METHOD:REQUEST', ...day('invited'))
  assert.equal((await post(path, message)).status, 403)
  assert.equal(report(await post(`${path}?existing=refuse`, message)).imported, 1)
})

test('a component that the calendar does not take is refused alone', async () => {
  const file = calendarText(...day('a'), ...component('VTODO', 't'))
  const { imported, refusals } = report(await post('calendar/', file))
  assert.deepEqual([imported, refusals[0].condition, refusals[0].uid], [1, 'supported-calendar-component', 't'])
})

test('what is no iCalendar, is cut off, or too long, is refused whole', async () => {
  const path = await make('broken')
  const whole = calendarText(...day('a'), ...day('b'))
  for (const body of ['hello', '', '<html></html>', whole.slice(0, -10), `${whole}x`])
    assert.equal((await post(path, body)).status, 403)
  const line = Buffer.from(`X:${'y'.repeat(100)}\r\n`.repeat(Math.ceil(calendarStreamBytes / 104)))
  assert.equal((await post(path, Buffer.concat([Buffer.from('BEGIN:VCALENDAR\r\n'), line]))).status, 403)
  assert.equal((await calendars.ask('GET', path)).body.toString().includes('VEVENT'), false)
})

test('a GET of a calendar is one stream of all its objects, each zone once', async () => {
  const path = await make('export')
  await calendars.ask('PROPPATCH', path, {
    body: '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>Grün, alles</D:displayname></D:prop></D:set></D:propertyupdate>',
  })
  const uids = Array.from({ length: 120 }, (_, index) => `e${index}`)
  const events = uids.map((uid) => component('VEVENT', uid, 'DTSTART;TZID=Home:20260301T120000', 'SUMMARY:Müll'))
  for (const [index, one] of events.entries())
    assert.equal((await calendars.put(`${path}${index}.ics`, calendarText(...zone('Home'), ...one))).status, 201)
  const got = await calendars.ask('GET', path, { headers: { accept: 'text/calendar' } })
  assert.equal(got.headers['content-type'], 'text/calendar; charset=utf-8')
  assert.match(String(got.headers['content-disposition']), /^attachment; .*\.ics/)
  const text = got.body.toString()
  const [calendar, ...more] = parseComponents(text)
  assert.deepEqual(more, [])
  assert.deepEqual(calendar?.components.filter(({ name }) => name === 'VTIMEZONE').length, 1)
  assert.deepEqual(calendar?.components.filter(({ name }) => name === 'VEVENT').length, 120)
  assert.match(text, /\r\nNAME:Grün\\, alles\r\n/)
  for (const one of events) assert.ok(text.includes(`${one.join('\r\n')}\r\n`))

  const again = await make('imported')
  assert.equal(report(await post(again, got.body)).imported, 120)
  const back = (await calendars.ask('GET', again)).body.toString()
  for (const one of events) assert.ok(back.includes(`${one.join('\r\n')}\r\n`))
})

test('a GET of a calendar that did not change is answered 304', async () => {
  const path = await make('unchanged')
  const { headers } = await calendars.ask('GET', path)
  const ask = () => calendars.ask('GET', path, { headers: { 'if-none-match': String(headers.etag) } })
  assert.equal((await ask()).status, 304)
  await calendars.put(`${path}a.ics`, event('a', 'DTSTART:20260301T120000Z'))
  assert.equal((await ask()).status, 200)
})
