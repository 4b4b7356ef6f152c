// HOSTILE 14 over HTTP: instances named in another zone, hours that do not exist or happen twice, zones that lie, whole
// days. Whatever was sent comes back byte for byte; expanded (RFC 4791 §9.6.5) it is what the standard says it means.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCalendar, properties } from '../../src/formats/icalendar/component.ts'
import { CALDAV, calendarText, component, event, openCalendars, type TestCalendars } from '../support/calendars.ts'
import { textOf, told } from '../support/dav.ts'

/** What a range is expanded to: each start, with the title. */
const expanded = async (calendars: TestCalendars, start: string, end: string): Promise<string[]> => {
  const range = `start="${start}T000000Z" end="${end}T000000Z"`
  const filter = `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range ${range}/></C:comp-filter></C:comp-filter></C:filter>`
  const prop = `<D:prop><C:calendar-data><C:expand ${range}/></C:calendar-data></D:prop>`
  const responses = told(await calendars.report('calendar/', 'calendar-query', prop + filter))
  const texts = responses.map((response) => textOf(response, 'calendar-data', CALDAV) ?? '')
  const events = texts.flatMap((text) => parseCalendar(text).components.filter(({ name }) => name === 'VEVENT'))
  const textIn = (one: (typeof events)[number], name: string) => properties(one, name)[0]?.value ?? ''
  return events.map((one) => `${textIn(one, 'DTSTART')} ${textIn(one, 'SUMMARY')}`).sort()
}

/** Stores it, reads it, and answers what it is expanded to. */
const stored = async (text: string, start: string, end: string): Promise<string[]> => {
  await using opened = await openCalendars()
  const { calendars } = opened
  const put = await calendars.put('calendar/one.ics', text)
  assert.equal(put.status, 201, put.body.toString())
  // RFC 4791 §5.3.4: there is an ETag only for who reads just that. Definitions that are missing are made (RFC 7809 §3.1.3).
  const isWhole = text.includes('VTIMEZONE') || !text.includes('TZID')
  assert.equal(put.headers.etag !== undefined, isWhole)
  const headers = isWhole ? {} : { 'caldav-timezones': 'F' }
  assert.equal((await calendars.ask('GET', 'calendar/one.ics', { headers })).body.toString(), text)
  return await expanded(calendars, start, end)
}

const daily = (...more: string[]): string[] => ['RRULE:FREQ=DAILY;COUNT=4', 'DURATION:PT30M', ...more]
const at = (zone: string, time: string): string => `DTSTART;TZID=${zone}:${time}`

test('an instance is taken out by the same instant in another zone, and in UTC as Evolution names it', async () => {
  const text = event(
    'one',
    at('Europe/Stockholm', '20260302T090000'),
    ...daily('EXDATE:20260303T080000Z', 'EXDATE;TZID=America/New_York:20260304T030000', 'SUMMARY:A'),
  )
  assert.deepEqual(await stored(text, '20260301', '20260401'), ['20260302T080000Z A', '20260305T080000Z A'])
})

test('an instance is changed by its instant, whatever zone names it', async () => {
  const series = component('VEVENT', 'one', at('Europe/Stockholm', '20260302T090000'), ...daily('SUMMARY:A'))
  const changed = (id: string, day: number) =>
    component('VEVENT', 'one', id, `DTSTART:2026030${day}T200000Z`, 'DURATION:PT1H', `SUMMARY:B${day}`)
  const text = calendarText(
    ...series,
    ...changed('RECURRENCE-ID:20260303T080000Z', 3),
    ...changed('RECURRENCE-ID;TZID=Asia/Tokyo:20260304T170000', 4),
  )
  const expected = ['20260302T080000Z A', '20260303T200000Z B3', '20260304T200000Z B4', '20260305T080000Z A']
  assert.deepEqual(await stored(text, '20260301', '20260401'), expected)
})

test('an hour that does not exist has the offset before the gap, and one that happens twice is the first (RFC 5545 §3.3.5)', async () => {
  const spring = event('one', at('Europe/Stockholm', '20260328T023000'), ...daily('SUMMARY:A'))
  const gap = ['20260328T013000Z A', '20260329T013000Z A', '20260330T003000Z A', '20260331T003000Z A']
  assert.deepEqual(await stored(spring, '20260301', '20260501'), gap)
  const autumn = event('one', at('Europe/Stockholm', '20261024T023000'), ...daily('SUMMARY:A'))
  const overlap = ['20261024T003000Z A', '20261025T003000Z A', '20261026T013000Z A', '20261027T013000Z A']
  assert.deepEqual(await stored(autumn, '20261001', '20261201'), overlap)
})

const zone = (name: string, offset: string): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${name}`,
  'BEGIN:STANDARD',
  'DTSTART:16010101T000000',
  `TZOFFSETFROM:${offset}`,
  `TZOFFSETTO:${offset}`,
  'END:STANDARD',
  'END:VTIMEZONE',
]

test('a zone that everybody knows is that zone, whatever its VTIMEZONE says; one that nobody knows is what it says', async () => {
  const inZone = (name: string, offset: string) =>
    calendarText(
      ...zone(name, offset),
      ...component('VEVENT', 'one', at(name, '20260702T090000'), ...daily('SUMMARY:A')),
    )
  const [lying] = await stored(inZone('Europe/Stockholm', '+1300'), '20260701', '20260801')
  assert.equal(lying, '20260702T070000Z A')
  const [own] = await stored(inZone('Our ship', '+1345'), '20260701', '20260801')
  assert.equal(own, '20260701T191500Z A')
})

test('whole days stay days, with what is taken out and changed among them', async () => {
  const text = calendarText(
    ...component(
      'VEVENT',
      'one',
      'DTSTART;VALUE=DATE:20260328',
      'RRULE:FREQ=DAILY;COUNT=4',
      'EXDATE;VALUE=DATE:20260329',
      'SUMMARY:A',
    ),
    ...component('VEVENT', 'one', 'RECURRENCE-ID;VALUE=DATE:20260330', 'DTSTART;VALUE=DATE:20260402', 'SUMMARY:B'),
  )
  assert.deepEqual(await stored(text, '20260301', '20260501'), ['20260328 A', '20260331 A', '20260402 B'])
})

test('a whole day is found by the day of who asks (RFC 4791 §7.3, CALDAV:timezone)', async () => {
  await using opened = await openCalendars()
  const { calendars } = opened
  await calendars.put('calendar/day.ics', event('day', 'DTSTART;VALUE=DATE:20260702', 'SUMMARY:Day'))
  const range = '<C:time-range start="20260703T020000Z" end="20260703T030000Z"/>'
  const inTokyo = `<C:timezone>${calendarText(...zone('Asia/Tokyo', '+0900'))}</C:timezone>`
  const inHawaii = `<C:timezone>${calendarText(...zone('Pacific/Honolulu', '-1000'))}</C:timezone>`
  const filter = `<C:comp-filter name="VEVENT">${range}</C:comp-filter>`
  assert.deepEqual(await calendars.query('calendar/', filter, inTokyo), [], 'the day is over there')
  assert.deepEqual(await calendars.query('calendar/', filter, inHawaii), ['day.ics'], 'it is still that day')
})
