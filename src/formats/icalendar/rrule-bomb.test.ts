// Hostile recurrences: bounded by steps, whatever they say, and refused with one clear error where they are too dense.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instancesOfObject, recurrenceSearchDays } from '../../limits.ts'
import { bounds } from './bounds.ts'
import { Effort } from './effort.ts'
import { parseObject } from './object.ts'
import { occurrences } from './occurrences.ts'
import { instances } from './recurrence.ts'
import { parseRule } from './recurrence-rule.ts'
import { DAY, wallOf } from './values.ts'

const event = (...lines: string[]) =>
  parseObject(
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'),
  )
const recurring = (...rules: string[]) => event('DTSTART:20240101T000000Z', ...rules.map((rule) => `RRULE:${rule}`))
const up = (to: number): string => Array.from({ length: to }, (_, index) => index).join()
const tooMany = { name: 'TooLarge', detail: { precondition: 'max-instances' } }
const century = { start: Date.UTC(2124, 0, 1), end: Date.UTC(2124, 0, 2) }

test('an object that recurs more often than every twenty minutes all year is refused', () => {
  for (const rule of [
    'FREQ=SECONDLY',
    'FREQ=SECONDLY;COUNT=1000000000',
    'FREQ=MINUTELY;INTERVAL=10',
    `FREQ=YEARLY;BYMONTH=${up(13).slice(2)};BYDAY=SU,MO,TU,WE,TH,FR,SA;BYHOUR=${up(24)};BYMINUTE=${up(60)};BYSECOND=${up(60)}`,
    `FREQ=DAILY;BYHOUR=${up(24)};BYMINUTE=${up(60)}`,
  ]) {
    assert.throws(() => bounds(recurring(rule)), tooMany, rule.slice(0, 60))
  }
  assert.equal(bounds(recurring('FREQ=MINUTELY;INTERVAL=20')).lastEnd, null)
})

test('many rules share one effort', () => {
  const rules = Array.from({ length: 4000 }, () => 'FREQ=DAILY')
  assert.throws(() => bounds(recurring(...rules)), tooMany)
})

test('a dense series that lies far back is answered for a day', () => {
  assert.equal(occurrences(recurring('FREQ=MINUTELY;INTERVAL=10'), century).length, 144)
  assert.equal(occurrences(recurring('FREQ=DAILY;COUNT=1000000000'), century).length, 1)
})

test('too many instances in one answer are an error, not a long wait', () => {
  const decade = { start: Date.UTC(2024, 0, 1), end: Date.UTC(2034, 0, 1) }
  assert.throws(() => occurrences(recurring('FREQ=MINUTELY'), decade), tooMany)
  assert.throws(() => occurrences(recurring('FREQ=SECONDLY;COUNT=1000000000'), century), tooMany)
  assert.ok(occurrences(recurring('FREQ=HOURLY;INTERVAL=3'), decade).length < instancesOfObject)
})

test('a rule that never matches ends', () => {
  for (const rule of [
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31',
    'FREQ=YEARLY;BYWEEKNO=20;BYMONTH=12',
    'FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12',
    'FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=31',
    'FREQ=YEARLY;BYDAY=MO;BYSETPOS=60',
    'FREQ=HOURLY;INTERVAL=24;BYHOUR=5',
    'FREQ=MINUTELY;INTERVAL=1440;BYMINUTE=5',
    'FREQ=SECONDLY;INTERVAL=86400;BYSECOND=5',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;INTERVAL=999999999999999;BYMONTH=3',
    'FREQ=YEARLY;INTERVAL=999999999999999;BYMONTH=2;BYMONTHDAY=30',
  ]) {
    const effort = new Effort(20 * recurrenceSearchDays)
    const steps = effort.left
    assert.deepEqual([...instances(parseRule(rule), wallOf(2024, 1, 1), { effort })], [], rule)
    assert.ok(steps - effort.left <= 366 * 1000, `${rule} took ${steps - effort.left} steps`)
    assert.equal(
      occurrences(recurring(rule), { start: 0, end: Date.UTC(2024, 0, 1) + DAY }).length,
      1,
      'DTSTART is there',
    )
  }
})

test('nothing is searched behind the range', () => {
  const effort = new Effort(1000)
  const to = wallOf(2024, 3, 1)
  assert.deepEqual(
    [...instances(parseRule('FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), wallOf(2024, 1, 1), { to, effort })],
    [],
  )
})

test('no instance lies behind the year 9999', () => {
  const late = [...instances(parseRule('FREQ=YEARLY'), wallOf(9997, 5, 1))]
  assert.deepEqual(late, [wallOf(9997, 5, 1), wallOf(9998, 5, 1), wallOf(9999, 5, 1)])
})
