import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bounds } from './bounds.ts'
import { parseObject } from './object.ts'

const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]): string[] => ['BEGIN:VEVENT', 'UID:one', ...lines, 'END:VEVENT']
const start = 'DTSTART:20240101T090000Z'

const refused = (text: string, precondition: string, message: RegExp): void => {
  assert.throws(() => parseObject(text), { name: 'Forbidden', message, detail: { precondition } })
}

test('RFC 4791 §4.1: an object has one UID, one type and no METHOD', () => {
  const whole = 'valid-calendar-object-resource'
  refused(calendar('METHOD:REQUEST', ...event(start)), whole, /METHOD/)
  refused(calendar(...event(start), 'BEGIN:VTODO', 'UID:one', 'END:VTODO'), whole, /VEVENT, VTODO/)
  refused(
    calendar(...event(start), 'BEGIN:VEVENT', 'UID:two', start, 'RECURRENCE-ID:20240101T090000Z', 'END:VEVENT'),
    whole,
    /UID/,
  )
  refused(calendar(...event(start), ...event(start)), whole, /more than one component without a RECURRENCE-ID/)
  refused(calendar(), whole, /no component/)
  refused(calendar('BEGIN:VTIMEZONE', 'TZID:A', 'END:VTIMEZONE'), whole, /no component/)
})

test('RFC 5545: what an answer would have to guess about is refused', () => {
  for (const [lines, message] of [
    [[], /no DTSTART/],
    [['DTSTART:20240230T090000'], /no date or time/],
    [[start, 'DTEND;VALUE=DATE:20240102'], /not both dates/],
    [[start, 'DTEND:20240101T080000Z'], /before/],
    [[start, 'DURATION:-PT1H'], /negative/],
    [['DTSTART;VALUE=DATE:20240101', 'DURATION:PT1H'], /whole days/],
    [[start, 'RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20250101T000000Z'], /COUNT and UNTIL/],
    [[start, 'RRULE:FREQ=FORTNIGHTLY'], /FREQ/],
    [[start, 'EXDATE:tomorrow'], /no date or time/],
    [[start, start], /more than one DTSTART/],
    [[start, 'BEGIN:VALARM', 'ACTION:AUDIO', 'END:VALARM'], /TRIGGER/],
  ] as [string[], RegExp][]) {
    refused(calendar(...event(...lines)), 'valid-calendar-data', message)
  }
  refused(calendar('BEGIN:VEVENT', start, 'END:VEVENT'), 'valid-calendar-data', /no UID/)
  refused(calendar('BEGIN:VTODO', 'UID:1', 'RRULE:FREQ=DAILY', 'END:VTODO'), 'valid-calendar-data', /no DTSTART/)
  refused('BEGIN:VCALENDAR\r\nVERSION:1.0\r\nEND:VCALENDAR\r\n', 'valid-calendar-data', /VERSION/)
  refused('hello', 'valid-calendar-data', /content line/)
  const override = ['BEGIN:VEVENT', 'UID:one', start, 'RECURRENCE-ID;VALUE=DATE:20240101', 'END:VEVENT']
  refused(calendar(...event(start, 'RRULE:FREQ=DAILY'), ...override), 'valid-calendar-data', /RECURRENCE-ID/)
})

test('odd but plain data are taken', () => {
  assert.equal(parseObject(calendar(...event(start, 'DTEND:20240101T090000Z'))).recurring, false)
  assert.equal(parseObject(calendar('BEGIN:VTODO', 'UID:1', 'END:VTODO')).type, 'VTODO')
  assert.equal(parseObject(calendar(...event(start)).replaceAll('\r\n', '\n')).uid, 'one')
})

test('an end counts more than a DURATION that Thunderbird has left beside it', () => {
  const object = parseObject(calendar(...event(start, 'DTEND:20240101T110000Z', 'DURATION:PT1H')))
  assert.match(object.notes.join(), /both DTEND and DURATION: DTEND counts/)
  assert.equal(bounds(object).lastEnd, Date.UTC(2024, 0, 1, 11))
})

test('a master and its overrides; some instances without a master are an object too', () => {
  const override = event('RECURRENCE-ID;RANGE=THISANDFUTURE:20240102T090000Z', 'DTSTART:20240102T100000Z')
  const whole = parseObject(calendar(...override, ...event(start, 'RRULE:FREQ=DAILY')))
  assert.equal(whole.master?.properties.at(-1)?.value, 'FREQ=DAILY')
  assert.deepEqual(
    whole.overrides.map(({ thisAndFuture }) => thisAndFuture),
    [true],
  )
  const part = parseObject(calendar(...override))
  assert.equal(part.master, undefined)
  assert.equal(part.recurring, true)
})

test('a zone that nobody knows is floating, with a note', () => {
  const { notes } = parseObject(calendar(...event('DTSTART;TZID=Middle Earth:20240101T090000')))
  assert.match(notes.join(), /Middle Earth is not known/)
  assert.deepEqual(parseObject(calendar(...event('DTSTART;TZID=Europe/Berlin:20240101T090000'))).notes, [])
})
