import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeComponent } from './component.ts'
import { expand, limitFreeBusySet, limitRecurrenceSet, select } from './expand.ts'
import { busyPeriods, freeBusyComponent, mergeBusy } from './free-busy.ts'
import { ianaZone } from './iana-zone.ts'
import { parseObject } from './object.ts'
import type { Zone } from './zone.ts'

const object = (...lines: string[]) =>
  parseObject(['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n'))
const component = (name: string, ...lines: string[]): string[] => [`BEGIN:${name}`, 'UID:1', ...lines, `END:${name}`]
const range = (start: string, end: string) => ({ start: Date.parse(start), end: Date.parse(end) })
const inner = (text: string): string[] => text.split('\r\n').slice(2, -2)

// The example of RFC 4791 §7.8.3: a daily meeting, the second one moved.
const zoned = [
  ...component(
    'VEVENT',
    'DTSTART;TZID=US/Eastern:20060102T120000',
    'DURATION:PT1H',
    'RRULE:FREQ=DAILY;COUNT=5',
    'SUMMARY:Event #2',
  ),
  ...component(
    'VEVENT',
    'DTSTART;TZID=US/Eastern:20060104T140000',
    'DURATION:PT1H',
    'RECURRENCE-ID;TZID=US/Eastern:20060104T120000',
    'SUMMARY:Event #2 bis',
  ),
]

test('RFC 4791 §7.8.3: expanded, each instance stands alone in UTC', () => {
  const text = writeComponent(expand(object(...zoned), range('2006-01-03T00:00Z', '2006-01-05T00:00Z')))
  assert.deepEqual(inner(text), [
    ...component(
      'VEVENT',
      'DTSTART:20060103T170000Z',
      'DURATION:PT1H',
      'SUMMARY:Event #2',
      'RECURRENCE-ID:20060103T170000Z',
    ),
    ...component(
      'VEVENT',
      'DTSTART:20060104T190000Z',
      'DURATION:PT1H',
      'SUMMARY:Event #2 bis',
      'RECURRENCE-ID:20060104T170000Z',
    ),
  ])
})

test('RFC 4791 §9.6.5: days stay days, floating times float, and what does not recur gets no RECURRENCE-ID', () => {
  const days = object(
    ...component('VEVENT', 'DTSTART;VALUE=DATE:20240330', 'DTEND;VALUE=DATE:20240401', 'RRULE:FREQ=WEEKLY;COUNT=2'),
  )
  const floating = ianaZone('Europe/Berlin') as Zone
  assert.deepEqual(inner(writeComponent(expand(days, range('2024-04-01', '2024-05-01'), floating))), [
    ...component(
      'VEVENT',
      'DTSTART;VALUE=DATE:20240406',
      'DTEND;VALUE=DATE:20240408',
      'RECURRENCE-ID;VALUE=DATE:20240406',
    ),
  ])
  const local = object(
    ...component('VEVENT', 'DTSTART:20240401T100000', 'DTEND:20240401T110000', 'EXDATE:20250101T000000'),
  )
  assert.deepEqual(inner(writeComponent(expand(local, range('2024-04-01', '2024-05-01'), floating))), [
    ...component('VEVENT', 'DTSTART:20240401T100000', 'DTEND:20240401T110000'),
  ])
})

test('no time of an expanded component refers to a zone, and a nominal day keeps its true length', () => {
  const event = object(
    ...component(
      'VEVENT',
      'DTSTART;TZID=Europe/Berlin:20240330T120000',
      'DURATION:P1D',
      'X-MOZ-LASTACK;TZID=Europe/Berlin:20240329T120000',
    ),
  )
  assert.deepEqual(inner(writeComponent(expand(event, range('2024-03-01', '2024-05-01')))), [
    ...component('VEVENT', 'DTSTART:20240330T110000Z', 'DURATION:PT82800S', 'X-MOZ-LASTACK:20240329T110000Z'),
  ])
})

test('RFC 4791 §9.6.6: overrides that bear on the range by their own time or by the one they replace', () => {
  const names = (start: string, end: string) =>
    limitRecurrenceSet(object(...zoned), range(start, end)).components.map(({ properties }) => properties.at(-1)?.value)
  assert.deepEqual(names('2006-01-03T00:00Z', '2006-01-04T00:00Z'), ['Event #2'])
  assert.deepEqual(names('2006-01-04T19:30Z', '2006-01-04T20:00Z'), ['Event #2', 'Event #2 bis'])
  assert.deepEqual(names('2006-01-04T17:30Z', '2006-01-04T18:00Z'), ['Event #2', 'Event #2 bis'])
})

test('RFC 4791 §9.6.7: FREEBUSY is cut to the periods that overlap', () => {
  const busy = object(
    ...component('VFREEBUSY', 'FREEBUSY:20240101T080000Z/PT1H,20240102T080000Z/PT1H', 'FREEBUSY:20240105T080000Z/PT1H'),
  )
  assert.deepEqual(inner(writeComponent(limitFreeBusySet(busy, range('2024-01-02', '2024-01-03')))), [
    ...component('VFREEBUSY', 'FREEBUSY:20240102T080000Z/PT1H'),
  ])
})

test('RFC 4791 §9.6.1: only the components and properties that are asked for', () => {
  const { calendar } = object(
    ...component('VEVENT', 'DTSTART:20240101T090000Z', 'SUMMARY:hush', 'BEGIN:VALARM', 'TRIGGER:-PT1H', 'END:VALARM'),
  )
  const event = {
    name: 'VEVENT',
    props: [
      { name: 'UID', noValue: false },
      { name: 'SUMMARY', noValue: true },
    ],
    comps: [],
  }
  assert.deepEqual(
    writeComponent(select(calendar, { name: 'VCALENDAR', props: 'all', comps: [event] }))
      .split('\r\n')
      .slice(1, -2),
    ['VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', 'SUMMARY:', 'END:VEVENT'],
  )
  assert.deepEqual(select(calendar, { name: 'VCALENDAR', props: 'all', comps: 'all' }), calendar)
})

test('RFC 4791 §7.10: busy, tentative and unavailable time, merged, the stronger kind over the weaker', () => {
  const day = range('2024-01-01T00:00Z', '2024-01-02T00:00Z')
  const event = (start: string, end: string, ...lines: string[]) =>
    object(...component('VEVENT', `DTSTART:20240101T${start}00Z`, `DTEND:20240101T${end}00Z`, ...lines))
  const objects = [
    event('0800', '1000'),
    event('0900', '1100'),
    event('1030', '1200', 'STATUS:TENTATIVE'),
    event('1300', '1400', 'TRANSP:TRANSPARENT'),
    event('1400', '1500', 'STATUS:CANCELLED'),
    event('1600', '1600'),
    object(
      ...component(
        'VFREEBUSY',
        'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20240101T113000Z/PT1H',
        'FREEBUSY;FBTYPE=FREE:20240101T180000Z/PT1H',
      ),
    ),
    object(...component('VEVENT', 'DTSTART:20231231T230000Z', 'DURATION:PT2H', 'RRULE:FREQ=DAILY')),
    object(...component('VTODO', 'DTSTART:20240101T200000Z', 'DUE:20240101T210000Z')),
  ]
  const periods = mergeBusy(objects.flatMap((one) => [...busyPeriods(one, day)]))
  const lines = writeComponent(freeBusyComponent(periods, day, [])).split('\r\n')
  assert.deepEqual(lines.slice(1, -2), [
    'DTSTART:20240101T000000Z',
    'DTEND:20240102T000000Z',
    'FREEBUSY:20240101T000000Z/20240101T010000Z',
    'FREEBUSY:20240101T080000Z/20240101T110000Z',
    'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20240101T110000Z/20240101T113000Z',
    'FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20240101T113000Z/20240101T123000Z',
    'FREEBUSY:20240101T230000Z/20240102T000000Z',
  ])
})
