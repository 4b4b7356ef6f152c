import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bounds } from './bounds.ts'
import { ianaZone } from './iana-zone.ts'
import { parseObject } from './object.ts'
import { occurrences } from './occurrences.ts'
import { utc, type Zone } from './zone.ts'

type Lines = readonly string[]

const object = (...components: Lines[]) =>
  parseObject(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      ...components.flatMap(([name, ...lines]) => [`BEGIN:${name}`, 'UID:1', ...lines, `END:${name}`]),
      'END:VCALENDAR',
    ].join('\r\n'),
  )

const iso = (instant: number): string => new Date(instant).toISOString().slice(0, 16)

/** Starts, or starts and ends, in 2024 unless a range is given. */
const starts = (
  components: Lines[],
  { from = '2024-01-01', to = '2025-01-01', ends = false, floating = utc as Zone } = {},
) =>
  occurrences(object(...components), { start: Date.parse(from), end: Date.parse(to) }, floating).map(
    ({ start, end }) => (ends ? `${iso(start)}/${iso(end)}` : iso(start)),
  )

test('DTSTART is the first instance and counts, though the rule does not find it', () => {
  // RFC 5545 §3.8.5.3: 1 January 2024 is a Monday
  assert.deepEqual(starts([['VEVENT', 'DTSTART:20240101T090000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3']]), [
    '2024-01-01T09:00',
    '2024-01-02T09:00',
    '2024-01-09T09:00',
  ])
})

test('UNTIL is the last instant, or the last day', () => {
  const until = (value: string, start = 'DTSTART:20240101T090000Z') =>
    starts([['VEVENT', start, `RRULE:FREQ=DAILY;UNTIL=${value}`]]).length
  assert.equal(until('20240103T090000Z'), 3)
  assert.equal(until('20240103T085959Z'), 2)
  assert.equal(until('20240103'), 3)
  assert.equal(until('20240103T080000Z', 'DTSTART;TZID=Europe/Berlin:20240101T090000'), 3)
  assert.equal(until('20240103', 'DTSTART;VALUE=DATE:20240101'), 3)
  assert.equal(until('20240103T000000Z', 'DTSTART;VALUE=DATE:20240101'), 3)
})

test('several rules, RDATEs and periods make one set', () => {
  const lines = [
    'VEVENT',
    'DTSTART:20240101T090000Z',
    'DURATION:PT1H',
    'RRULE:FREQ=DAILY;COUNT=2',
    'RRULE:FREQ=WEEKLY;COUNT=2',
    'RDATE:20240102T090000Z,20240110T090000Z',
    'RDATE;VALUE=PERIOD:20240111T090000Z/PT3H,20240112T090000Z/20240112T110000Z',
  ]
  assert.deepEqual(starts([lines], { ends: true }), [
    '2024-01-01T09:00/2024-01-01T10:00',
    '2024-01-02T09:00/2024-01-02T10:00',
    '2024-01-08T09:00/2024-01-08T10:00',
    '2024-01-10T09:00/2024-01-10T10:00',
    '2024-01-11T09:00/2024-01-11T12:00',
    '2024-01-12T09:00/2024-01-12T11:00',
  ])
})

test('EXDATE names the same instant in any zone, and a DATE the whole day', () => {
  const days = (...exdate: string[]) =>
    starts([['VEVENT', 'DTSTART;TZID=Europe/Berlin:20240101T003000', 'RRULE:FREQ=DAILY;COUNT=3', ...exdate]]).map(
      (start) => start.slice(8),
    )
  assert.deepEqual(days('EXDATE:20240101T233000Z'), ['02T23:30'])
  assert.deepEqual(days('EXDATE;TZID=America/New_York:20240101T183000'), ['02T23:30'])
  assert.deepEqual(days('EXDATE;VALUE=DATE:20240102'), ['02T23:30'])
  assert.deepEqual(days('EXDATE:20240102T003000'), ['02T23:30'], 'a time without a zone is told in the zone of DTSTART')
  const whole = ['VEVENT', 'DTSTART;VALUE=DATE:20240101', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20240102T000000']
  assert.deepEqual(starts([whole]), ['2024-01-01T00:00', '2024-01-03T00:00'])
})

test('an override takes the place of its instance, moved into the range or out of it', () => {
  const master = ['VEVENT', 'DTSTART;TZID=Europe/Berlin:20240101T090000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY']
  const moved = ['VEVENT', 'RECURRENCE-ID:20240103T080000Z', 'DTSTART:20240210T080000Z', 'DURATION:PT1H']
  assert.deepEqual(starts([master, moved], { from: '2024-01-02T12:00', to: '2024-01-05' }), ['2024-01-04T08:00'])
  const february = occurrences(object(master, moved), {
    start: Date.parse('2024-02-10'),
    end: Date.parse('2024-02-11'),
  })
  assert.deepEqual(
    february.map(({ start, recurrenceId }) => [iso(start), iso(recurrenceId as number)]),
    [
      ['2024-02-10T08:00', '2024-01-03T08:00'],
      ['2024-02-10T08:00', '2024-02-10T08:00'],
    ],
  )
})

test('RFC 5545 §3.8.4.4: THISANDFUTURE moves and lengthens all that follow', () => {
  const master = ['VEVENT', 'DTSTART:20240101T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4', 'SUMMARY:a']
  const future = [
    'VEVENT',
    'RECURRENCE-ID;RANGE=THISANDFUTURE:20240102T090000Z',
    'DTSTART:20240102T100000Z',
    'DURATION:PT2H',
    'SUMMARY:b',
  ]
  const single = ['VEVENT', 'RECURRENCE-ID:20240103T090000Z', 'DTSTART:20240103T200000Z', 'DURATION:PT1H', 'SUMMARY:c']
  assert.deepEqual(starts([master, single, future], { ends: true }), [
    '2024-01-01T09:00/2024-01-01T10:00',
    '2024-01-02T10:00/2024-01-02T12:00',
    '2024-01-03T20:00/2024-01-03T21:00',
    '2024-01-04T10:00/2024-01-04T12:00',
  ])
})

test('whole days and floating times are those of the zone that is asked for', () => {
  const floating = ianaZone('America/New_York') as Zone
  assert.deepEqual(starts([['VEVENT', 'DTSTART;VALUE=DATE:20240310']], { floating, ends: true }), [
    '2024-03-10T05:00/2024-03-11T04:00',
  ])
  assert.deepEqual(starts([['VEVENT', 'DTSTART;VALUE=DATE:20240310', 'DTEND;VALUE=DATE:20240312']], { ends: true }), [
    '2024-03-10T00:00/2024-03-12T00:00',
  ])
  assert.deepEqual(starts([['VEVENT', 'DTSTART:20240701T120000']], { floating }), ['2024-07-01T16:00'])
  assert.deepEqual(starts([['VEVENT', 'DTSTART;VALUE=DATE:20240310', 'DTEND;VALUE=DATE:20240310']], { ends: true }), [
    '2024-03-10T00:00/2024-03-11T00:00',
  ])
})

test('a long event is found in a range that lies inside of it', () => {
  const range = { from: '2024-06-15T00:00', to: '2024-06-15T01:00' }
  assert.deepEqual(starts([['VEVENT', 'DTSTART:20230601T000000Z', 'DURATION:P30D', 'RRULE:FREQ=YEARLY']], range), [
    '2024-06-01T00:00',
  ])
  assert.deepEqual(starts([['VEVENT', 'DTSTART:20240615T010000Z']], range), [], 'the end is not in the range')
  assert.deepEqual(starts([['VEVENT', 'DTSTART:20240615T000000Z']], range), ['2024-06-15T00:00'], 'the start is')
})

test('bounds hold whatever zone floating times are put in, and none is forever', () => {
  const of = (...components: Lines[]) => {
    const { firstStart, lastEnd } = bounds(object(...components))
    return [firstStart === null ? null : iso(firstStart), lastEnd === null ? null : iso(lastEnd)]
  }
  assert.deepEqual(of(['VEVENT', 'DTSTART:20240101T090000Z', 'DURATION:PT1H']), [
    '2024-01-01T09:00',
    '2024-01-01T10:00',
  ])
  assert.deepEqual(of(['VEVENT', 'DTSTART;VALUE=DATE:20240102']), ['2024-01-01T09:00', '2024-01-03T15:00'])
  assert.deepEqual(of(['VEVENT', 'DTSTART:20240101T090000Z', 'RRULE:FREQ=DAILY']), ['2024-01-01T09:00', null])
  assert.deepEqual(of(['VTODO']), [null, null])
  assert.deepEqual(of(['VTODO', 'DUE:20240101T090000Z']), ['2024-01-01T09:00', '2024-01-01T09:00'])
  const early = ['VEVENT', 'RECURRENCE-ID:20240102T090000Z', 'DTSTART:20231201T090000Z']
  assert.deepEqual(of(['VEVENT', 'DTSTART:20240101T090000Z', 'RRULE:FREQ=DAILY'], early), ['2023-12-01T09:00', null])
  const [, last] = of(['VEVENT', 'DTSTART:20240101T090000Z', 'RRULE:FREQ=DAILY;COUNT=10'])
  assert.ok(last && last >= '2024-01-10T09:00' && last < '2024-01-13')
})
