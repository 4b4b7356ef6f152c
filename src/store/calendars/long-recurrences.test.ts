// A recurrence bomb costs its sender an answer, and nobody else a turn.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDomainError } from '../../errors.ts'
import { asciiCasemap } from '../../formats/collation.ts'
import { bounds } from '../../formats/icalendar/bounds.ts'
import { matchesFilter, type PropFilter } from '../../formats/icalendar/filter.ts'
import { type BusyPeriod, busyPeriods } from '../../formats/icalendar/free-busy.ts'
import { parseObject } from '../../formats/icalendar/object.ts'
import { plainFilter } from '../../formats/icalendar/questions.ts'
import { utc } from '../../formats/icalendar/zone.ts'
import { LongRecurrences } from './long-recurrences.ts'

const event = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:x', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')

const often = event('DTSTART:20260101T000000Z', 'SUMMARY:Often', 'RRULE:FREQ=MINUTELY;INTERVAL=20;COUNT=25000')
const weekly = event('DTSTART:20260101T000000Z', 'RRULE:FREQ=WEEKLY')

const open = (options?: ConstructorParameters<typeof LongRecurrences>[0]) => {
  const recurrences = new LongRecurrences(options)
  const boundsOf = (text: string) =>
    recurrences.answer(
      () => bounds(parseObject(text)),
      () => ({ kind: 'bounds', text, isMessage: false }),
    )
  return { recurrences, boundsOf, [Symbol.asyncDispose]: () => recurrences.close() }
}

const tooMany = (error: unknown): boolean =>
  isDomainError(error, 'TooLarge') && error.detail.precondition === 'max-instances'

describe('long recurrences', () => {
  it('do not leave the thread for what is answered at once', async () => {
    await using opened = open()
    const answer = await opened.recurrences.answer(
      () => bounds(parseObject(weekly)),
      () => assert.fail('It was asked elsewhere'),
    )
    assert.deepEqual(answer, bounds(parseObject(weekly)))
  })

  it('are answered by another thread as they would be here, while others get their turns', async () => {
    await using opened = open()
    let turns = 0
    const turn = (): void => {
      turns++
      next = setImmediate(turn)
    }
    let next = setImmediate(turn)
    const answer = await opened.boundsOf(often)
    clearImmediate(next)
    assert.deepEqual(answer, bounds(parseObject(often)))
    assert.ok(turns > 10, `${turns} turns`)
  })

  it('are told as busy time, without what their owner declined', async () => {
    await using opened = open()
    const range = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 8, 1) }
    const declined = often.replace('SUMMARY', 'ATTENDEE;PARTSTAT=DECLINED:mailto:ann@home.example\r\nSUMMARY')
    const question = {
      kind: 'busy',
      isMessage: false,
      range,
      floating: undefined,
      self: ['mailto:ann@home.example'],
    } as const
    for (const text of [often.replace('SUMMARY', 'DURATION:PT10M\r\nSUMMARY'), declined]) {
      const isSelf = (address: string) => address === question.self[0]
      const here = (): BusyPeriod[] => [...busyPeriods(parseObject(text), range, utc, isSelf)]
      const answer = await opened.recurrences.answer<BusyPeriod[]>(here, () => ({ ...question, text }))
      assert.deepEqual(answer, here())
      assert.equal(answer.length, text === declined ? 0 : 243 * 24 * 3)
    }
  })

  it('keep a filter with its collations', async () => {
    await using opened = open()
    const textMatch = { text: 'OFTEN', collation: asciiCasemap, matchType: 'contains', negate: false } as const
    const summary = { name: 'SUMMARY', isNotDefined: false, textMatch, params: [] }
    const last = { start: Date.UTC(2026, 11, 13), end: Number.POSITIVE_INFINITY }
    const filter = (props: readonly PropFilter[]) => ({
      name: 'VCALENDAR',
      isNotDefined: false,
      props: [],
      comps: [{ name: 'VEVENT', isNotDefined: false, timeRange: last, props, comps: [] }],
    })
    const cases: readonly [props: readonly PropFilter[], expected: boolean][] = [
      [[summary], true],
      [[{ ...summary, textMatch: { ...textMatch, text: 'seldom' } }], false],
    ]
    for (const [props, expected] of cases) {
      const question = { kind: 'matches', text: often, isMessage: false, floating: undefined } as const
      const answer = await opened.recurrences.answer<boolean>(
        () => matchesFilter(filter(props), parseObject(often), utc),
        () => ({ ...question, filter: plainFilter(filter(props)) }),
      )
      assert.equal(answer, expected)
    }
  })

  it('are refused where nobody could bear them, and what is refused otherwise stays so', async () => {
    await using opened = open()
    for (const rule of [
      'FREQ=SECONDLY',
      'FREQ=MINUTELY;COUNT=1000000000',
      'FREQ=HOURLY;BYMINUTE=0,5,10,15,20,25,30,35,40,45,50,55',
    ])
      await assert.rejects(opened.boundsOf(event('DTSTART:20260101T000000Z', `RRULE:${rule}`)), tooMany, rule)
    const forbidden = (error: unknown) => isDomainError(error, 'Forbidden')
    await assert.rejects(opened.boundsOf(event('DTSTART:20260101T000000Z', 'RRULE:FREQ=NEVER')), forbidden)
  })

  it('are given up when the thread takes too long or too much, and the next one begins anew', async () => {
    await using slow = open({ milliseconds: 1 })
    await assert.rejects(slow.boundsOf(often), tooMany)
    await assert.rejects(slow.boundsOf(often), tooMany)
    await using full = open({ waiting: 1 })
    const first = full.boundsOf(often)
    await assert.rejects(full.boundsOf(often), tooMany)
    assert.deepEqual(await first, bounds(parseObject(often)))
  })
})
