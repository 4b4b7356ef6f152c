// A VTIMEZONE is a claim. Where its name is known it is not asked; where it is, it costs no more than it may.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseObject } from './object.ts'
import { occurrences } from './occurrences.ts'

const observance = (kind: string, from: string, to: string, start: string, ...lines: string[]): string[] => [
  `BEGIN:${kind}`,
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  `DTSTART:${start}`,
  ...lines,
  `END:${kind}`,
]
const zone = (tzid: string, ...observances: string[][]): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${tzid}`,
  ...observances.flat(),
  'END:VTIMEZONE',
]

const object = (tzid: string, vtimezone: string[], ...lines: string[]) =>
  parseObject(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      ...vtimezone,
      'BEGIN:VEVENT',
      'UID:1',
      `DTSTART;TZID=${tzid}:20240101T120000`,
      ...lines,
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\r\n'),
  )

const starts = (...parameters: Parameters<typeof object>): string[] =>
  occurrences(object(...parameters), { start: 0, end: Date.UTC(2025, 0, 1) }).map(({ start }) =>
    new Date(start).toISOString().slice(0, 16),
  )

const lie = [observance('STANDARD', '+0000', '+0900', '19700101T000000')]

test('a name of the IANA database means that zone, whatever the VTIMEZONE says', () => {
  assert.deepEqual(starts('Europe/Berlin', zone('Europe/Berlin', ...lie)), ['2024-01-01T11:00'])
  assert.deepEqual(starts('europe/berlin', zone('europe/berlin', ...lie)), ['2024-01-01T11:00'])
  assert.deepEqual(starts('/mozilla.org/20050126_1/Europe/Berlin', []), ['2024-01-01T11:00'])
  assert.deepEqual(starts('/freeassociation.sourceforge.net/America/Argentina/Ushuaia', []), ['2024-01-01T15:00'])
})

test('so does a name of Windows', () => {
  assert.deepEqual(starts('W. Europe Standard Time', zone('W. Europe Standard Time', ...lie)), ['2024-01-01T11:00'])
  assert.deepEqual(starts('Pacific Standard Time', []), ['2024-01-01T20:00'])
})

test('a name that nobody knows is what its VTIMEZONE says', () => {
  const mountain = zone(
    'Our Mountain',
    observance('STANDARD', '+0300', '+0130', '20001029T030000', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'),
    observance('DAYLIGHT', '+0130', '+0300', '20000326T020000', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'),
  )
  assert.deepEqual(starts('Our Mountain', mountain, 'RRULE:FREQ=MONTHLY;INTERVAL=6;COUNT=2'), [
    '2024-01-01T10:30',
    '2024-07-01T09:00',
  ])
})

test('without one it floats', () => {
  assert.deepEqual(starts('Our Mountain', []), ['2024-01-01T12:00'])
  for (const name of ['+01:00', '__proto__', 'constructor', '/', 'Europe/Berlin; DROP']) {
    assert.deepEqual(starts(`"${name}"`, []), ['2024-01-01T12:00'], name)
  }
})

test('a VTIMEZONE that cannot be used is refused where it is needed, and only there', () => {
  const broken = { name: 'Forbidden', detail: { precondition: 'valid-calendar-data' } }
  assert.throws(() => object('Our Mountain', zone('Our Mountain')), broken)
  assert.throws(
    () => object('Our Mountain', zone('Our Mountain', ['BEGIN:STANDARD', 'DTSTART:20000101T000000', 'END:STANDARD'])),
    broken,
  )
  assert.throws(
    () => object('Our Mountain', zone('Our Mountain', observance('STANDARD', 'east', 'west', '20000101T000000'))),
    broken,
  )
  assert.deepEqual(starts('Europe/Berlin', zone('Europe/Berlin')), ['2024-01-01T11:00'])
  assert.deepEqual(starts('Europe/Berlin', zone('Our Mountain')), ['2024-01-01T11:00'])
})

test('a VTIMEZONE that changes every second is bounded', () => {
  const mad = zone('Mad', observance('STANDARD', '+0000', '+0100', '20000101T000000', 'RRULE:FREQ=SECONDLY'))
  assert.deepEqual(starts('Mad', mad), ['2024-01-01T11:00'])
  const rules = Array.from({ length: 500 }, () =>
    observance('STANDARD', '+0000', '+0100', '20000101T000000', 'RRULE:FREQ=SECONDLY'),
  )
  assert.throws(() => object('Mad', zone('Mad', ...rules)), {
    name: 'TooLarge',
    detail: { precondition: 'max-instances' },
  })
})
