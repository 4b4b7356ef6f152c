// The clocks change: what a wall clock means, what a day is long, and what recurs over it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ianaZone } from './iana-zone.ts'
import { parseObject } from './object.ts'
import { occurrences } from './occurrences.ts'
import { DAY, wallOf } from './values.ts'
import { toInstant, toWall, type Zone } from './zone.ts'

const zone = (name: string): Zone => ianaZone(name) ?? assert.fail(name)
const instant = (name: string, ...wall: Parameters<typeof wallOf>): string =>
  new Date(toInstant(zone(name), wallOf(...wall))).toISOString().slice(0, 16)

const spans = (...lines: string[]): string[] => {
  const text = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:1',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')
  const iso = (at: number): string => new Date(at).toISOString().slice(5, 16)
  return occurrences(parseObject(text), { start: 0, end: Date.UTC(2030, 0, 1) }).map(
    ({ start, end }) => `${iso(start)}/${iso(end)}`,
  )
}

test('RFC 5545 §3.3.5: a time that does not exist has the offset before the gap', () => {
  assert.equal(instant('America/New_York', 2007, 3, 11, 2, 30), '2007-03-11T07:30') // the standard's own example
  assert.equal(instant('Europe/Berlin', 2024, 3, 31, 2, 30), '2024-03-31T01:30')
  assert.equal(instant('Australia/Lord_Howe', 2024, 10, 6, 2, 15), '2024-10-05T15:45')
  assert.equal(instant('America/Sao_Paulo', 2018, 11, 4, 0, 0), '2018-11-04T03:00')
  assert.equal(instant('Pacific/Apia', 2011, 12, 30, 12, 0), '2011-12-30T22:00')
})

test('RFC 5545 §3.3.5: of a time that happens twice the first is meant', () => {
  assert.equal(instant('America/New_York', 2007, 11, 4, 1, 30), '2007-11-04T05:30') // the standard's own example
  assert.equal(instant('Europe/Berlin', 2024, 10, 27, 2, 30), '2024-10-27T00:30')
  assert.equal(instant('Australia/Sydney', 2024, 4, 7, 2, 30), '2024-04-06T15:30')
  assert.equal(instant('Europe/London', 2024, 10, 27, 1, 0), '2024-10-27T00:00')
})

test('every instant comes back from its wall clock, or is the second of two', () => {
  const names = [
    'America/New_York',
    'Europe/Dublin',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Pacific/Apia',
    'Asia/Kolkata',
    'America/Caracas',
  ]
  const minutes = fc.integer({ min: Date.UTC(1990, 0, 1) / 60_000, max: Date.UTC(2037, 0, 1) / 60_000 })
  fc.assert(
    fc.property(fc.constantFrom(...names), minutes, (name, minute) => {
      const at = minute * 60_000
      const back = toInstant(zone(name), toWall(zone(name), at))
      assert.ok(back === at || (back < at && toWall(zone(name), back) === toWall(zone(name), at)))
    }),
    { numRuns: 300 },
  )
})

test('RFC 5545 §3.8.5.3: with DTEND every instance takes the same exact time, with DURATION the same nominal one', () => {
  const start = 'DTSTART;TZID=Europe/Berlin:20240329T120000'
  const rule = 'RRULE:FREQ=DAILY;COUNT=3'
  assert.deepEqual(spans(start, 'DTEND;TZID=Europe/Berlin:20240330T120000', rule), [
    '03-29T11:00/03-30T11:00',
    '03-30T11:00/03-31T11:00',
    '03-31T10:00/04-01T10:00',
  ])
  assert.deepEqual(spans(start, 'DURATION:P1D', rule), [
    '03-29T11:00/03-30T11:00',
    '03-30T11:00/03-31T10:00',
    '03-31T10:00/04-01T10:00',
  ])
  assert.deepEqual(spans(start, 'DURATION:PT24H', rule), [
    '03-29T11:00/03-30T11:00',
    '03-30T11:00/03-31T11:00',
    '03-31T10:00/04-01T10:00',
  ])
})

test('an end in another zone is the instant that it says', () => {
  assert.deepEqual(spans('DTSTART;TZID=Europe/Berlin:20240701T100000', 'DTEND;TZID=America/New_York:20240701T123000'), [
    '07-01T08:00/07-01T16:30',
  ])
})

test('two walls of which one does not exist are one instance where they meet', () => {
  const rule = 'RRULE:FREQ=DAILY;BYHOUR=2,3;COUNT=6'
  assert.deepEqual(
    spans('DTSTART;TZID=Europe/Berlin:20240330T020000', rule).map((span) => span.slice(0, 11)),
    ['03-30T01:00', '03-30T02:00', '03-31T01:00', '04-01T00:00', '04-01T01:00'],
  )
})

test('RFC 5545 §3.8.4.4: THISANDFUTURE moves by the wall clock', () => {
  const text = [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:1',
    'DTSTART;TZID=Europe/Berlin:20240329T120000',
    'RRULE:FREQ=DAILY;COUNT=4',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:1',
    'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20240330T120000',
    'DTSTART;TZID=Europe/Berlin:20240330T150000',
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n')
  const starts = occurrences(parseObject(text), { start: 0, end: Date.UTC(2030, 0, 1) }).map(({ start }) =>
    new Date(start).toISOString().slice(5, 16),
  )
  assert.deepEqual(starts, ['03-29T11:00', '03-30T14:00', '03-31T13:00', '04-01T13:00'])
})

test('the south changes the other way round', () => {
  const sydney = zone('Australia/Sydney')
  assert.equal(sydney.offsetAt(Date.UTC(2024, 0, 1)), 11 * 3_600_000)
  assert.equal(sydney.offsetAt(Date.UTC(2024, 6, 1)), 10 * 3_600_000)
  assert.equal(zone('Africa/Casablanca').offsetAt(Date.UTC(2024, 2, 11) + DAY), 0, 'Ramadan')
})

test('years that nobody lives in are those that they repeat', () => {
  const berlin = zone('Europe/Berlin')
  assert.equal(berlin.offsetAt(Date.UTC(2724, 6, 1)), berlin.offsetAt(Date.UTC(2324, 6, 1)))
  assert.equal(instant('Europe/Berlin', 9999, 7, 1, 12), '9999-07-01T10:00')
  assert.equal(instant('Europe/Berlin', 9999, 12, 31, 12), '9999-12-31T11:00')
  // 400 years are whole weeks: the last Sundays of March and October are the same days in 2124 and 2524.
  for (let day = 0; day < 366; day++) {
    const at = Date.UTC(2124, 0, 1) + day * DAY
    assert.equal(berlin.offsetAt(at), berlin.offsetAt(at + 146_097 * DAY))
  }
  assert.equal(berlin.offsetAt(Date.UTC(1500, 0, 1)), berlin.offsetAt(Date.UTC(1801, 0, 1)))
})
