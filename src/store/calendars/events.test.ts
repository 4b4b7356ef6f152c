// What the index says of a range is what the events' texts say, whatever the rule, the zone and the range.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { openTestStore } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import { ianaZone } from '../../formats/icalendar/iana-zone.ts'
import { parseObject } from '../../formats/icalendar/object.ts'
import { eachOccurrence } from '../../formats/icalendar/occurrences.ts'
import type { TimeRange } from '../../formats/icalendar/timing.ts'
import { DAY, formatTime } from '../../formats/icalendar/values.ts'
import { utc, type Zone } from '../../formats/icalendar/zone.ts'
import type { Collection } from '../collections/collections.ts'
import type { Store } from '../store.ts'
import { factsOfObject } from './facts.ts'

const from = Date.UTC(2023, 0, 1)
const HOUR = 3_600_000

const wall = fc.integer({ min: 0, max: 4 * 365 * 24 }).map((hours) => from + hours * HOUR)

/** How DTSTART, EXDATE and the others are told. */
const style = fc.constantFrom('utc', 'Europe/Berlin', 'Pacific/Auckland', 'America/New_York', 'floating', 'date')
type Style = 'utc' | 'floating' | 'date' | string

const time = (name: string, at: number, style: Style): string => {
  const value = formatTime({ wall: at, isDate: style === 'date', isUtc: style === 'utc' })
  if (style === 'date') return `${name};VALUE=DATE:${value}`
  return style === 'utc' || style === 'floating' ? `${name}:${value}` : `${name};TZID=${style}:${value}`
}

const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')

const rule = fc
  .record({
    freq: fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY'),
    interval: fc.integer({ min: 1, max: 40 }),
    count: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    byDay: fc.option(fc.uniqueArray(weekday, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    byMonth: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    bySetPos: fc.option(fc.constantFrom(1, -1, 2), { nil: undefined }),
  })
  .map(({ freq, interval, count, byDay, byMonth, bySetPos }) =>
    [
      `RRULE:FREQ=${freq};INTERVAL=${interval}`,
      count === undefined ? '' : `;COUNT=${count}`,
      byDay === undefined ? '' : `;BYDAY=${byDay.join()}`,
      byMonth === undefined ? '' : `;BYMONTH=${byMonth}`,
      bySetPos === undefined || byDay === undefined ? '' : `;BYSETPOS=${bySetPos}`,
    ].join(''),
  )

const event = fc
  .record({
    start: wall,
    style,
    length: fc.constantFrom(0, 1, 24, 26, 24 * 5, 24 * 45),
    rule: fc.option(rule, { nil: undefined }),
    excluded: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    moved: fc.option(fc.integer({ min: -900, max: 900 }), { nil: undefined }),
  })
  .map(({ start, style, length, rule, excluded, moved }) => {
    const hours = style === 'date' ? Math.ceil(length / 24) * 24 : length
    const begins = style === 'date' ? Math.floor(start / DAY) * DAY : start
    const times = (at: number) => [time('DTSTART', at, style), time('DTEND', at + hours * HOUR, style)]
    const master = ['BEGIN:VEVENT', 'UID:x', ...times(begins)]
    if (rule !== undefined) master.push(rule)
    if (rule !== undefined && excluded !== undefined) master.push(time('EXDATE', begins + excluded * DAY, style))
    const override =
      rule !== undefined && moved !== undefined
        ? ['BEGIN:VEVENT', 'UID:x', time('RECURRENCE-ID', begins, style), ...times(begins + moved * DAY), 'END:VEVENT']
        : []
    return (uid: string) =>
      ['BEGIN:VCALENDAR', 'VERSION:2.0', ...master, 'END:VEVENT', ...override, 'END:VCALENDAR', '']
        .join('\r\n')
        .replaceAll('UID:x', `UID:${uid}`)
  })

/** From minutes to years, on the hour and not. */
const range = fc
  .record({
    start: fc.integer({ min: 0, max: 5 * 365 * 24 * 60 }),
    minutes: fc.constantFrom(
      1,
      60,
      24 * 60,
      26 * 60,
      50 * 60,
      75 * 60,
      7 * 24 * 60,
      31 * 24 * 60,
      400 * 24 * 60,
      Number.POSITIVE_INFINITY,
    ),
    whole: fc.boolean(),
  })
  .map(({ start, minutes, whole }): TimeRange => {
    const at = from + (whole ? Math.floor(start / 1440) * 1440 : start) * 60_000
    return { start: at, end: at + minutes * 60_000 }
  })

/** A zone that only its own calendar knows, of the name of another one. */
const invented: Zone = { id: 'Europe/Berlin', offsetAt: () => -9 * HOUR }

const zone = fc.constantFrom<Zone>(
  utc,
  ianaZone('Europe/Berlin') as Zone,
  ianaZone('Pacific/Auckland') as Zone,
  ianaZone('Pacific/Pago_Pago') as Zone,
  invented,
)

const overlaps = (text: string, range: TimeRange, floating: Zone): boolean =>
  !eachOccurrence(parseObject(text), range, floating).next().done

class TestEvents {
  readonly store: Store
  readonly collection: Collection
  readonly texts = new Map<number, string>()

  constructor(store: Store, collection: Collection) {
    this.store = store
    this.collection = collection
  }

  async put(text: string, name: string): Promise<void> {
    const content = Buffer.from(text)
    const item = { ...factsOfObject(content), name, staged: this.store.blobs.small(content) }
    const written = await this.store.write((tx) => this.store.collections.put(tx, this.collection, item))
    this.texts.set(written.item.id, text)
  }

  /** Ids of what takes place in the range, by the index and, where it is not sure, by the text. */
  async found(range: TimeRange, floating: Zone): Promise<number[]> {
    const found = await this.store.events.inRange(this.collection.id, range, floating)
    const kept = found.filter(({ id, sure }) => sure || overlaps(this.texts.get(id) ?? '', range, floating))
    return kept.map(({ id }) => id)
  }

  expected(range: TimeRange, floating: Zone): number[] {
    return [...this.texts].filter(([, text]) => overlaps(text, range, floating)).map(([id]) => id)
  }
}

const openEvents = async () => {
  const opened = await openTestStore()
  const { store } = opened
  const { id: accountId } = await store.write((tx) => store.accounts.create(tx, { name: 'ann' }))
  let calendars = 0
  const calendar = async () => {
    const at = { accountId, kind: 'calendar', name: `calendar${++calendars}` } as const
    return new TestEvents(store, await store.write((tx) => store.collections.create(tx, at)))
  }
  return { calendar, events: await calendar(), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

describe('events in a range', () => {
  it('are those of which an instance overlaps it (RFC 4791 §9.9), whatever recurs, floats or was moved', async () => {
    await using opened = await openEvents()
    const question = fc.tuple(range, zone)
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 5, maxLength: 15 }),
        fc.array(question, { minLength: 30, maxLength: 40 }),
        async (texts, questions) => {
          const events = await opened.calendar()
          for (const [index, text] of texts.entries()) {
            try {
              await events.put(text(`u${index}`), `${index}.ics`)
            } catch (error) {
              if (!isDomainError(error)) throw error // a rule that cannot be
            }
          }
          for (const [range, floating] of [...questions, ...questions])
            assert.deepEqual(await events.found(range, floating), events.expected(range, floating))
        },
      ),
      { numRuns: 15 },
    )
  })

  it('are told by the index alone when days are asked for', async () => {
    await using opened = await openEvents()
    const { events } = opened
    const lines = (...more: string[]) =>
      ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:x', ...more, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')
    const rules = ['WEEKLY', 'MONTHLY', 'YEARLY', 'DAILY;COUNT=400'].map((freq) => `RRULE:FREQ=${freq}`)
    for (const [index, rule] of rules.entries())
      await events.put(lines('DTSTART:20250310T100000Z', 'DURATION:PT1H', rule).replace('UID:x', `UID:${index}`), rule)
    await events.put(lines('DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z').replace('UID:x', 'UID:once'), 'once')
    const march = { start: Date.UTC(2026, 2, 1), end: Date.UTC(2026, 3, 1) }
    const found = await events.store.events.inRange(events.collection.id, march, utc)
    assert.deepEqual([found.length, new Set(found.map(({ sure }) => sure))], [5, new Set([true])])
    const july = { start: Date.UTC(2026, 6, 1), end: Date.UTC(2026, 7, 1) }
    assert.equal((await events.store.events.inRange(events.collection.id, july, utc)).length, 2)
  })

  it('that recur too often for days are left to their texts', async () => {
    await using opened = await openEvents()
    const { events } = opened
    const rule = 'RRULE:FREQ=MINUTELY;INTERVAL=20'
    await events.put(
      `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:often\r\nDTSTART:20260101T000000Z\r\n${rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
      'often',
    )
    const day = { start: Date.UTC(2026, 5, 1), end: Date.UTC(2026, 5, 2) }
    assert.deepEqual(await events.found(day, utc), events.expected(day, utc))
  })
})
