// Random rules: what they cost in steps is bounded, and dateutil finds the same instances.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDomainError } from '../../src/errors.ts'
import { bounds } from '../../src/formats/icalendar/bounds.ts'
import { Effort } from '../../src/formats/icalendar/effort.ts'
import { instances } from '../../src/formats/icalendar/recurrence.ts'
import { parseRule } from '../../src/formats/icalendar/recurrence-rule.ts'
import { DAY, formatTime, wallOf } from '../../src/formats/icalendar/values.ts'
import { recurrenceSearchDays } from '../../src/limits.ts'
import { lacksPython, pythonWith } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { firstInstances, objectOf, question } from './corpus.ts'

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

const list = (min: number, max: number, signed = false) => {
  const one = fc.integer({ min, max }).map((number) => number)
  const value = signed ? fc.tuple(one, fc.boolean()).map(([number, minus]) => (minus ? -number : number)) : one
  return fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join(','))
}

const byDay = fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1, maxLength: 4 }).map((days) => days.join(','))
const numbered = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.constantFrom(...weekdays)), {
    minLength: 1,
    maxLength: 3,
    selector: ([number, minus, day]) => `${number}${minus}${day}`,
  })
  .map((days) => days.map(([number, minus, day]) => `${minus ? '-' : ''}${number}${day}`).join(','))

const sometimes = (value: fc.Arbitrary<string>) => fc.option(value, { freq: 2, nil: undefined })

/** Rules that the standard allows, but those about which the corpus says that dateutil differs. */
const rule = fc
  .constantFrom('SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY')
  .chain((freq) => {
    const short = freq.endsWith('LY') && ['SECONDLY', 'MINUTELY', 'HOURLY'].includes(freq)
    const never = fc.constant(undefined)
    return fc.record({
      FREQ: fc.constant(freq),
      INTERVAL: fc.integer({ min: 1, max: 5 }).map(String),
      WKST: sometimes(fc.constantFrom(...weekdays)),
      BYMONTH: sometimes(list(1, 12)),
      BYWEEKNO: never,
      BYYEARDAY: short || freq === 'YEARLY' ? sometimes(list(1, 366, true)) : never,
      BYMONTHDAY: freq === 'WEEKLY' ? never : sometimes(list(1, 31, true)),
      BYDAY: sometimes(freq === 'MONTHLY' || freq === 'YEARLY' ? fc.oneof(byDay, numbered) : byDay),
      BYHOUR: sometimes(list(0, 23)),
      BYMINUTE: sometimes(list(0, 59)),
      BYSECOND: sometimes(list(0, 59)),
      BYSETPOS: freq === 'WEEKLY' ? never : sometimes(list(1, 3, true)),
    })
  })
  .map(({ BYSETPOS, ...parts }) => {
    const others = Object.entries(parts).some(([name, value]) => name.startsWith('BY') && value !== undefined)
    const all = { ...parts, BYSETPOS: others ? BYSETPOS : undefined }
    return Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  })

const start = fc.integer({ min: wallOf(2019, 1, 1) / 60_000, max: wallOf(2025, 12, 31) / 60_000 }).map((minutes) => ({
  wall: minutes * 60_000,
  text: `${formatTime({ wall: minutes * 60_000, isDate: false, isUtc: true })}`,
}))

test('between two instances of any rule there are no more steps than a turn of the calendar has days', () => {
  fc.assert(
    fc.property(rule, start, (parts, { wall }) => {
      const most = 2 * recurrenceSearchDays
      const effort = new Effort(5 * most)
      let spent = effort.left
      let found = 0
      for (const _ of instances(parseRule(parts.join(';')), wall, { effort })) {
        assert.ok(spent - effort.left <= most, `${spent - effort.left} steps`)
        spent = effort.left
        if (++found === 3) return
      }
      assert.ok(spent - effort.left <= most)
    }),
    { numRuns: 100 },
  )
})

test('the bounds of any object are found, or it is refused as too dense', () => {
  fc.assert(
    fc.property(rule, start, (parts, { text, wall }) => {
      try {
        const { firstStart, lastEnd } = bounds(objectOf([`DTSTART:${text}`, `RRULE:${parts.join(';')}`]))
        assert.equal(firstStart, wall)
        assert.equal(lastEnd, null)
      } catch (error) {
        assert.ok(isDomainError(error, 'TooLarge'))
        assert.match(parts.join(), /SECONDLY|MINUTELY|BYSECOND|BYMINUTE|HOURLY/)
      }
    }),
    { numRuns: 50 },
  )
})

/** Days until which dateutil is asked: it looks at each step. */
const spans = [
  ['SECONDLY', 0.05],
  ['MINUTELY', 2],
  ['HOURLY', 60],
] as const

test('dateutil finds the same instances of random rules', { skip: lacksPython('dateutil') }, async () => {
  const samples = fc.sample(fc.tuple(rule, start), { numRuns: 400, seed: 5545 }).flatMap(([parts, { text, wall }]) => {
    const end = wall + (spans.find(([freq]) => parts[0] === `FREQ=${freq}`)?.[1] ?? 2000) * DAY
    // dateutil ends where it finds something behind UNTIL: what has nothing there would keep it busy to the year 9999.
    const bounded = { from: end + 1, to: 2 * end - wall, effort: new Effort() }
    if (instances(parseRule(parts.join(';')), wall, bounded).next().done) return []
    const until = formatTime({ wall: end, isDate: false, isUtc: true })
    return [{ object: objectOf([`DTSTART:${text}`, `RRULE:${parts.join(';')};UNTIL=${until}`]), text, parts }]
  })
  const most = 30
  const script = join(import.meta.dirname, 'agree.py')
  const input = JSON.stringify(samples.map(({ object }) => question(object, most)))
  const answers = JSON.parse(await runWell(pythonWith('dateutil') ?? '', [script], { input })) as number[][]
  for (const [index, { object, text, parts }] of samples.entries()) {
    assert.deepEqual(firstInstances(object, most), answers[index], `DTSTART:${text} ${parts.join(';')}`)
  }
  assert.ok(samples.length > 150, `${samples.length} rules`)
})
