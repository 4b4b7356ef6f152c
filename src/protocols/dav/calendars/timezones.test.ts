import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CALDAV,
  calendarText,
  component,
  openCalendars,
  type TestCalendars,
} from '../../../../tests/support/calendars.ts'
import { textOf, told } from '../../../../tests/support/dav.ts'
import { elements } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'

const zone = [
  ...['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'BEGIN:STANDARD', 'DTSTART:19701025T030000', 'TZOFFSETFROM:+0200'],
  ...['TZOFFSETTO:+0100', 'END:STANDARD', 'END:VTIMEZONE'],
]
const meeting = component('VEVENT', 'a', 'DTSTART;TZID=Europe/Berlin:20270310T100000', 'SUMMARY:Frühstück')
const withZone = calendarText(...zone, ...meeting)
const without = calendarText(...meeting)

const data = async (calendars: TestCalendars, asks: string | undefined): Promise<string> => {
  const body = `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:prop><C:calendar-data/></D:prop><D:href>/dav/calendars/ann/calendar/a.ics</D:href></C:calendar-multiget>`
  const headers = { 'content-type': 'application/xml', ...(asks && { 'caldav-timezones': asks }) }
  const [response] = told(await calendars.ask('REPORT', 'calendar/', { body, headers }))
  return (textOf(response, 'calendar-data', CALDAV) ?? '').replaceAll(/\r?\n/g, '\r\n')
}

const got = async (calendars: TestCalendars, asks: string | undefined): Promise<string> =>
  (await calendars.ask('GET', 'calendar/a.ics', { headers: asks ? { 'caldav-timezones': asks } : {} })).body.toString()

test('RFC 7809 §3.1.1: OPTIONS says calendar-no-timezone', async () => {
  await using opened = await openCalendars()
  const { headers } = await opened.calendars.ask('OPTIONS', '')
  assert.match(String(headers.dav), /\bcalendar-no-timezone\b/)
})

test('RFC 7809 §3.1.3: a client that wants no definitions gets none, of what was stored with them', async () => {
  await using opened = await openCalendars()
  const { calendars } = opened
  assert.equal((await calendars.put('calendar/a.ics', withZone)).status, 201)
  for (const read of [data, got]) {
    assert.equal(await read(calendars, 'F'), without)
    assert.equal(await read(calendars, 'T'), withZone)
    assert.equal(await read(calendars, undefined), withZone, 'byte for byte, as for everybody')
  }
  const { headers } = await calendars.ask('GET', 'calendar/a.ics')
  assert.equal(headers.vary, 'CalDAV-Timezones')
})

test('RFC 7809 §3.1.3, §3.1.4: what came without definitions is taken, and has them for who knows no others', async () => {
  await using opened = await openCalendars()
  const { calendars } = opened
  assert.equal((await calendars.put('calendar/a.ics', without)).status, 201)
  for (const read of [data, got]) {
    assert.equal(await read(calendars, 'F'), without)
    for (const asks of ['T', undefined]) {
      const text = await read(calendars, asks)
      assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Berlin\r\n[\s\S]*RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU/)
      assert.equal(text.replace(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE\r\n/, ''), without)
    }
  }
  const selected = `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="UID"/></C:comp></C:comp></C:calendar-data></D:prop><D:href>/dav/calendars/ann/calendar/a.ics</D:href></C:calendar-multiget>`
  const answer = await calendars.ask('REPORT', 'calendar/', { body: selected })
  assert.doesNotMatch(answer.body.toString(), /VTIMEZONE/, 'who names components gets those')
})

test('RFC 7809 §3.1.4: a zone that nobody knows and that the object does not define is refused', async () => {
  await using opened = await openCalendars()
  const { calendars } = opened
  const answer = await calendars.put('calendar/a.ics', without.replace('Europe/Berlin', 'Nowhere/Land'))
  assert.equal(answer.status, 403)
  assert.deepEqual(
    elements(parseXml(answer.body)).map(({ namespace, name }) => [namespace, name]),
    [[CALDAV, 'valid-timezone']],
  )
  assert.equal(
    (await calendars.put('calendar/a.ics', without.replace('Europe/Berlin', 'W. Europe Standard Time'))).status,
    201,
  )
  assert.equal((await calendars.put('calendar/a.ics', withZone.replaceAll('Europe/Berlin', 'Home'))).status, 204)
})

const timezones = async (calendars: TestCalendars) => {
  const [found] = await calendars.dav.find(
    '/dav/calendars/ann/calendar/',
    `<C:calendar-timezone xmlns:C="${CALDAV}"/><C:calendar-timezone-id xmlns:C="${CALDAV}"/>`,
    { absolute: true },
  )
  return { id: textOf(found, 'calendar-timezone-id', CALDAV), definition: textOf(found, 'calendar-timezone', CALDAV) }
}

const set = (calendars: TestCalendars, name: string, value: string) =>
  calendars.ask('PROPPATCH', 'calendar/', {
    body: `<D:propertyupdate xmlns:D="DAV:" xmlns:C="${CALDAV}"><D:set><D:prop><C:${name}>${value}</C:${name}></D:prop></D:set></D:propertyupdate>`,
  })

test('RFC 7809 §5.2: calendar-timezone-id and calendar-timezone say the same, whichever is set', async () => {
  await using opened = await openCalendars()
  const { calendars } = opened
  assert.deepEqual(await timezones(calendars), { id: undefined, definition: undefined })
  await set(calendars, 'calendar-timezone-id', 'America/New_York')
  const byId = await timezones(calendars)
  assert.equal(byId.id, 'America/New_York')
  assert.match(byId.definition ?? '', /^BEGIN:VCALENDAR\s[\s\S]*TZID:America\/New_York\s[\s\S]*BYMONTH=11;BYDAY=1SU/)
  await set(calendars, 'calendar-timezone', calendarText(...zone))
  assert.equal((await timezones(calendars)).id, 'Europe/Berlin')
  await set(calendars, 'calendar-timezone', calendarText(...zone).replace('Europe/Berlin', 'Home'))
  assert.equal((await timezones(calendars)).id, undefined, 'a zone of its own has no name that others know')
  const refused = await set(calendars, 'calendar-timezone-id', 'Nowhere/Land')
  assert.match(refused.body.toString(), /403 Forbidden[\s\S]*valid-timezone/)
})

test('RFC 7809 §5.1: the home of calendars names the service that has the definitions', async () => {
  await using opened = await openCalendars()
  const asked = `<C:timezone-service-set xmlns:C="${CALDAV}"/>`
  const [home] = await opened.calendars.dav.find('/dav/calendars/ann/', asked, { absolute: true })
  assert.equal(textOf(home, 'timezone-service-set', CALDAV), '/timezones')
})
