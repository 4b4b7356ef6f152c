import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiCasemap, octet, unicodeCasemap } from '../collation.ts'
import { type CompFilter, matchesFilter, type ParamFilter, type PropFilter, type TextMatch } from './filter.ts'
import { parseObject } from './object.ts'
import type { TimeRange } from './timing.ts'

const object = (...lines: string[]) =>
  parseObject(['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n'))
const component = (name: string, ...lines: string[]): string[] => [`BEGIN:${name}`, 'UID:1', ...lines, `END:${name}`]

const instant = (text: string): number =>
  Date.parse(text.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'))
const range = (start?: string, end?: string): TimeRange => ({
  start: start ? instant(start) : Number.NEGATIVE_INFINITY,
  end: end ? instant(end) : Number.POSITIVE_INFINITY,
})

const comp = (name: string, filter: Partial<CompFilter> = {}): CompFilter => ({
  name,
  isNotDefined: false,
  props: [],
  comps: [],
  ...filter,
})
const prop = (name: string, filter: Partial<PropFilter> = {}): PropFilter => ({
  name,
  isNotDefined: false,
  params: [],
  ...filter,
})
const text = (value: string, match: Partial<TextMatch> = {}): TextMatch => ({
  text: value,
  collation: asciiCasemap,
  matchType: 'contains',
  negate: false,
  ...match,
})
const within = (...comps: CompFilter[]): CompFilter => comp('VCALENDAR', { comps })

test('RFC 4791 §9.7.1: a component is there, or is not', () => {
  const event = object(...component('VEVENT', 'DTSTART:20240101T090000Z'))
  assert.equal(matchesFilter(within(comp('VEVENT')), event), true)
  assert.equal(matchesFilter(within(comp('VTODO')), event), false)
  assert.equal(matchesFilter(within(comp('VTODO', { isNotDefined: true })), event), true)
  assert.equal(matchesFilter(within(comp('VEVENT', { isNotDefined: true })), event), false)
  assert.equal(matchesFilter(within(comp('VEVENT', { comps: [comp('VALARM', { isNotDefined: true })] })), event), true)
  assert.equal(matchesFilter(comp('VTODO'), event), false)
})

test('RFC 4791 §9.7.2: properties, parameters and texts', () => {
  const lines = [
    'DTSTART:20240101T090000Z',
    'SUMMARY;LANGUAGE=de:Größe\\, Maß',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ann@home',
    'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@home',
  ]
  const event = object(...component('VEVENT', ...lines))
  const has = (...props: PropFilter[]): boolean => matchesFilter(within(comp('VEVENT', { props })), event)
  const param = (name: string, filter: Partial<ParamFilter> = {}): ParamFilter => ({
    name,
    isNotDefined: false,
    ...filter,
  })
  assert.equal(has(prop('SUMMARY')), true)
  assert.equal(has(prop('LOCATION')), false)
  assert.equal(has(prop('LOCATION', { isNotDefined: true })), true)
  assert.equal(has(prop('SUMMARY', { isNotDefined: true })), false)
  assert.equal(
    has(prop('SUMMARY', { textMatch: text('e, maß') })),
    true,
    'values are compared as they read, not as they are escaped',
  )
  assert.equal(has(prop('SUMMARY', { textMatch: text('GRÖSSE') })), false)
  assert.equal(has(prop('SUMMARY', { textMatch: text('GRÖß') })), false, 'i;ascii-casemap knows A to Z alone')
  assert.equal(has(prop('SUMMARY', { textMatch: text('GRÖß', { collation: unicodeCasemap }) })), true)
  assert.equal(has(prop('SUMMARY', { textMatch: text('gr', { collation: octet }) })), false)
  assert.equal(has(prop('SUMMARY', { textMatch: text('Maß', { negate: true }) })), false)
  assert.equal(has(prop('SUMMARY', { textMatch: text('Masse', { negate: true }) })), true)
  assert.equal(
    has(prop('LOCATION', { textMatch: text('x', { negate: true }) })),
    false,
    'a property that is not there has no text',
  )
  const attendee = (name: string, status: string) =>
    has(prop('ATTENDEE', { textMatch: text(name), params: [param('PARTSTAT', { textMatch: text(status) })] }))
  assert.equal(attendee('ann', 'needs-action'), true)
  assert.equal(attendee('bob', 'needs-action'), false, 'text and parameter are those of one property')
  assert.equal(has(prop('SUMMARY', { params: [param('LANGUAGE', { isNotDefined: true })] })), false)
  assert.equal(has(prop('ATTENDEE', { params: [param('LANGUAGE', { isNotDefined: true })] })), true)
})

test('all conditions of a comp-filter hold for one and the same component', () => {
  const master = component('VEVENT', 'DTSTART:20240101T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY', 'SUMMARY:usual')
  const other = component(
    'VEVENT',
    'RECURRENCE-ID:20240105T090000Z',
    'DTSTART:20240105T150000Z',
    'DURATION:PT1H',
    'SUMMARY:special',
  )
  const find = (summary: string, from: string, to?: string) =>
    matchesFilter(
      within(comp('VEVENT', { timeRange: range(from, to), props: [prop('SUMMARY', { textMatch: text(summary) })] })),
      object(...master, ...other),
    )
  assert.equal(find('special', '20240105T000000Z', '20240106T000000Z'), true)
  assert.equal(find('usual', '20240105T000000Z', '20240106T000000Z'), false)
  assert.equal(find('special', '20240106T000000Z', '20240107T000000Z'), false)
  assert.equal(
    find('special', '20240106T000000Z'),
    false,
    'an endless series is not searched to its end for an override',
  )
  assert.equal(find('usual', '20240106T000000Z'), true)
})

test('after THISANDFUTURE the master has no say, however far one looks', () => {
  const master = component('VEVENT', 'DTSTART:20240101T090000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:usual')
  const future = component(
    'VEVENT',
    'RECURRENCE-ID;RANGE=THISANDFUTURE:20240105T090000Z',
    'DTSTART:20240105T150000Z',
    'SUMMARY:special',
  )
  const find = (summary: string, from: string) =>
    matchesFilter(
      within(comp('VEVENT', { timeRange: range(from), props: [prop('SUMMARY', { textMatch: text(summary) })] })),
      object(...master, ...future),
    )
  assert.equal(find('usual', '20240110T000000Z'), false)
  assert.equal(find('special', '20240110T000000Z'), true)
  assert.equal(find('usual', '20240102T000000Z'), true)
})

const inRange = (name: string, lines: string[], start?: string, end?: string): boolean =>
  matchesFilter(within(comp(name, { timeRange: range(start, end) })), object(...component(name, ...lines)))

// RFC 4791 §9.9: `start` is inside, `end` is outside. A range of an hour from 10 to 11 against one property set after another.
const hour = ['20240101T100000Z', '20240101T110000Z'] as const
const at = (name: string, time: string): string => `${name}:20240101T${time}Z`

test('RFC 4791 §9.9: the table of VEVENT', () => {
  for (const [lines, expected] of [
    [[at('DTSTART', '090000'), at('DTEND', '100000')], false],
    [[at('DTSTART', '090000'), at('DTEND', '100001')], true],
    [[at('DTSTART', '110000'), at('DTEND', '120000')], false],
    [[at('DTSTART', '090000'), 'DURATION:PT1H'], false],
    [[at('DTSTART', '090000'), 'DURATION:PT1H1S'], true],
    [[at('DTSTART', '100000'), 'DURATION:PT0S'], true],
    [[at('DTSTART', '110000'), 'DURATION:PT0S'], false],
    [[at('DTSTART', '100000')], true],
    [[at('DTSTART', '095959')], false],
    [['DTSTART;VALUE=DATE:20240101'], true],
    [['DTSTART;VALUE=DATE:20231231'], false],
  ] as [string[], boolean][]) {
    assert.equal(inRange('VEVENT', lines, ...hour), expected, lines.join())
  }
})

test('RFC 4791 §9.9: the table of VTODO, row by row', () => {
  for (const [lines, expected] of [
    // DTSTART and DURATION: start <= DTSTART+DURATION AND (end > DTSTART OR end >= DTSTART+DURATION)
    [[at('DTSTART', '090000'), 'DURATION:PT1H'], true],
    [[at('DTSTART', '090000'), 'DURATION:PT59M'], false],
    [[at('DTSTART', '110000'), 'DURATION:PT0S'], true],
    [[at('DTSTART', '110000'), 'DURATION:PT1H'], false],
    // DTSTART and DUE: (start < DUE OR start <= DTSTART) AND (end > DTSTART OR end >= DUE)
    [[at('DTSTART', '090000'), at('DUE', '100000')], false],
    [[at('DTSTART', '090000'), at('DUE', '100001')], true],
    [[at('DTSTART', '100000'), at('DUE', '100000')], true],
    [[at('DTSTART', '110000'), at('DUE', '120000')], false],
    [[at('DTSTART', '110000'), at('DUE', '110000')], true],
    // DTSTART: start <= DTSTART AND end > DTSTART
    [[at('DTSTART', '100000')], true],
    [[at('DTSTART', '110000')], false],
    // DUE: start < DUE AND end >= DUE
    [[at('DUE', '100000')], false],
    [[at('DUE', '110000')], true],
    [[at('DUE', '110001')], false],
    // COMPLETED and CREATED: (start <= CREATED OR start <= COMPLETED) AND (end >= CREATED OR end >= COMPLETED)
    [[at('CREATED', '080000'), at('COMPLETED', '100000')], true],
    [[at('CREATED', '080000'), at('COMPLETED', '095959')], false],
    [[at('CREATED', '110000'), at('COMPLETED', '120000')], true],
    [[at('CREATED', '110001'), at('COMPLETED', '120000')], false],
    // COMPLETED: start <= COMPLETED AND end >= COMPLETED
    [[at('COMPLETED', '110000')], true],
    [[at('COMPLETED', '110001')], false],
    // CREATED: end > CREATED
    [[at('CREATED', '080000')], true],
    [[at('CREATED', '110000')], false],
    // None: always
    [[], true],
  ] as [string[], boolean][]) {
    assert.equal(inRange('VTODO', lines, ...hour), expected, lines.join())
  }
})

test('RFC 4791 §9.9: VJOURNAL is found by its day or its instant, and never without DTSTART', () => {
  assert.equal(inRange('VJOURNAL', [at('DTSTART', '100000')], ...hour), true)
  assert.equal(inRange('VJOURNAL', [at('DTSTART', '110000')], ...hour), false)
  assert.equal(inRange('VJOURNAL', ['DTSTART;VALUE=DATE:20240101'], ...hour), true)
  assert.equal(inRange('VJOURNAL', ['DTSTART;VALUE=DATE:20240102'], ...hour), false)
  assert.equal(inRange('VJOURNAL', []), false)
})

test('RFC 4791 §9.9: VFREEBUSY is found by its times, or else by its periods', () => {
  assert.equal(inRange('VFREEBUSY', [at('DTSTART', '080000'), at('DTEND', '100000')], ...hour), true)
  assert.equal(inRange('VFREEBUSY', [at('DTSTART', '110000'), at('DTEND', '120000')], ...hour), false)
  assert.equal(inRange('VFREEBUSY', ['FREEBUSY:20240101T080000Z/PT2H'], ...hour), false)
  assert.equal(
    inRange('VFREEBUSY', ['FREEBUSY:20240101T080000Z/PT1H,20240101T103000Z/20240101T104500Z'], ...hour),
    true,
  )
  assert.equal(inRange('VFREEBUSY', [], ...hour), false)
})

test('RFC 4791 §9.9: a VALARM is found by each of its triggers', () => {
  const rings = (event: string[], alarm: string[], name = 'VEVENT') => {
    const lines = component(name, ...event, 'BEGIN:VALARM', 'ACTION:AUDIO', ...alarm, 'END:VALARM')
    return matchesFilter(
      within(comp(name, { comps: [comp('VALARM', { timeRange: range(...hour) })] })),
      object(...lines),
    )
  }
  const noon = ['DTSTART:20240101T120000Z', 'DURATION:PT1H']
  assert.equal(rings(noon, ['TRIGGER:-PT2H']), true)
  assert.equal(rings(noon, ['TRIGGER:-PT1H']), false)
  assert.equal(rings(noon, ['TRIGGER;RELATED=END:-PT3H']), true)
  assert.equal(rings(noon, ['TRIGGER;RELATED=END:-PT2H']), false)
  assert.equal(rings(noon, ['TRIGGER;VALUE=DATE-TIME:20240101T101500Z']), true)
  assert.equal(rings(noon, ['TRIGGER:-PT5H', 'REPEAT:3', 'DURATION:PT1H']), true)
  assert.equal(rings(noon, ['TRIGGER:-PT5H', 'REPEAT:2', 'DURATION:PT1H']), false)
  assert.equal(rings(['DTSTART:20231001T120000Z', 'RRULE:FREQ=DAILY'], ['TRIGGER:-PT90M']), true)
  assert.equal(rings(['DUE:20240101T120000Z'], ['TRIGGER;RELATED=END:-PT90M'], 'VTODO'), true)
  assert.equal(rings(noon, ['TRIGGER:-P300D', 'REPEAT:999999999', 'DURATION:PT1S']), true)
})

test('RFC 4791 §9.9: the times of properties, DURATION standing for the end that is not written', () => {
  const has = (lines: string[], ...props: PropFilter[]) =>
    matchesFilter(within(comp('VEVENT', { props })), object(...component('VEVENT', ...lines)))
  const timeRange = range(...hour)
  assert.equal(has([at('DTSTART', '100000')], prop('DTSTART', { timeRange })), true)
  assert.equal(has([at('DTSTART', '110000')], prop('DTSTART', { timeRange })), false)
  assert.equal(has([at('DTSTART', '080000'), 'DURATION:PT2H30M'], prop('DTEND', { timeRange })), true)
  assert.equal(has([at('DTSTART', '080000'), 'DURATION:PT2H30M'], prop('DTEND')), false)
  assert.equal(has([at('DTSTART', '080000'), 'X-WHEN:20240101T103000Z'], prop('X-WHEN', { timeRange })), false)
})
