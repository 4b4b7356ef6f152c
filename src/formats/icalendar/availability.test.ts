import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { availableComponents } from '../../limits.ts'
import { checkAvailability, unavailablePeriods } from './availability.ts'
import { parseCalendar } from './component.ts'
import { type BusyType, busyPeriods, mergeBusy } from './free-busy.ts'
import { parseObject } from './object.ts'
import { formatUtc, parseTime } from './values.ts'

const HOUR = 3_600_000
const at = (text: string): number => parseTime(text).wall

const calendar = (...lines: string[]) =>
  parseCalendar(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n'))

const vavailability = (lines: string[], ...available: string[][]): string[] => [
  'BEGIN:VAVAILABILITY',
  'UID:a',
  'DTSTAMP:20260101T000000Z',
  ...lines,
  ...available.flatMap((one, index) => ['BEGIN:AVAILABLE', `UID:a${index}`, ...one, 'END:AVAILABLE']),
  'END:VAVAILABILITY',
]

/** One letter for two hours, as RFC 7953 §5 draws it: Free, Busy, Unavailable, Tentative. */
const drawn = (periods: readonly { start: number; end: number; type: BusyType }[], from: number, slots = 12): string =>
  Array.from({ length: slots }, (_, slot) => {
    const time = from + slot * 2 * HOUR
    const type = periods.find(({ start, end }) => start <= time && end > time)?.type
    return type === undefined ? 'F' : type === 'BUSY' ? 'B' : type === 'BUSY-UNAVAILABLE' ? 'U' : 'T'
  }).join('')

const montreal = (text: string): number => at(text) + 5 * HOUR
const day = (start: number, days = 1) => ({ start, end: start + days * 24 * HOUR })
const worktime = (name: string, start: string, end: string, rule?: string): string[] => [
  `DTSTART;TZID=${name}:${start}`,
  `DTEND;TZID=${name}:${end}`,
  ...(rule === undefined ? [] : [`RRULE:${rule}`]),
]

describe('the time of an availability (RFC 7953 §5)', () => {
  const monday = montreal('20061106T000000')
  const weekdays = vavailability(
    ['DTSTART;TZID=America/Montreal:20061002T000000'],
    worktime('America/Montreal', '20061002T080000', '20061002T180000', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'),
  )

  it('is busy but for its AVAILABLE times, and events are laid over it (§5.1)', () => {
    const range = day(monday)
    const unavailable = unavailablePeriods([calendar(...weekdays)], range)
    assert.equal(drawn(unavailable, monday), 'UUUUFFFFFUUU')
    const meeting = parseObject(
      'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20061101T000000Z\r\nDTSTART;TZID=America/Montreal:20061106T120000\r\nDURATION:PT2H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
    )
    const all = mergeBusy([...unavailable, ...busyPeriods(meeting, range)])
    assert.equal(drawn(all, monday), 'UUUUFFBFFUUU')
  })

  it('follows the clocks of its zone', () => {
    const summer = at('20060710T040000Z')
    const vavailable = calendar(...weekdays.map((line) => line.replace('20061002', '20060703')))
    assert.equal(drawn(unavailablePeriods([vavailable], day(summer)), summer), 'UUUUFFFFFUUU')
  })

  it('is nothing before DTSTART and after DTEND, or DURATION (§3.1)', () => {
    const from = at('20260105T000000Z')
    const bounded = (...lines: string[]) =>
      drawn(unavailablePeriods([calendar(...vavailability(lines))], day(from)), from)
    assert.equal(bounded('DTSTART:20260105T080000Z', 'DTEND:20260105T100000Z'), 'FFFFUFFFFFFF')
    assert.equal(bounded('DTSTART:20260105T080000Z', 'DURATION:PT4H'), 'FFFFUUFFFFFF')
    assert.equal(bounded('DTSTART:20260105T080000Z'), 'FFFFUUUUUUUU')
    assert.equal(bounded('DTEND:20260105T080000Z'), 'UUUUFFFFFFFF')
    assert.equal(bounded(), 'UUUUUUUUUUUU')
  })

  it('has nothing free outside of itself', () => {
    const from = at('20260105T000000Z')
    const inner = vavailability(
      ['DTSTART:20260105T080000Z', 'DTEND:20260105T120000Z', 'PRIORITY:1'],
      ['DTSTART:20260105T060000Z', 'DTEND:20260105T100000Z'],
    )
    const outer = vavailability(['PRIORITY:5'])
    assert.equal(drawn(unavailablePeriods([calendar(...inner, ...outer)], day(from)), from), 'UUUUFUUUUUUU')
  })

  it('is of the BUSYTYPE that it names (§3.2)', () => {
    const from = at('20260105T000000Z')
    const typed = (type: string) =>
      drawn(unavailablePeriods([calendar(...vavailability([`BUSYTYPE:${type}`]))], day(from)), from, 1)
    assert.equal(typed('BUSY'), 'B')
    assert.equal(typed('BUSY-TENTATIVE'), 'T')
    assert.equal(typed('BUSY-UNAVAILABLE'), 'U')
    assert.equal(typed('X-LUNCH'), 'U')
  })

  it('is said by the highest PRIORITY, 1 before 9 before none (§4)', () => {
    const from = at('20260105T000000Z')
    const usual = vavailability(
      ['PRIORITY:9'],
      ['DTSTART:20260105T080000Z', 'DTEND:20260105T180000Z', 'RRULE:FREQ=DAILY'],
    )
    const holiday = vavailability(['DTSTART:20260106T000000Z', 'DTEND:20260107T000000Z', 'PRIORITY:1', 'BUSYTYPE:BUSY'])
    const least = vavailability(['BUSYTYPE:BUSY-TENTATIVE'])
    for (const order of [
      [usual, holiday, least],
      [least, holiday, usual],
    ]) {
      const periods = unavailablePeriods(
        order.map((lines) => calendar(...lines)),
        day(from, 3),
      )
      assert.equal(drawn(periods, from, 36), 'UUUUFFFFFUUUBBBBBBBBBBBBUUUUFFFFFUUU')
    }
  })

  it('is free where one of the same PRIORITY says so', () => {
    const from = at('20260105T000000Z')
    const one = vavailability([], ['DTSTART:20260105T080000Z', 'DTEND:20260105T120000Z'])
    const two = vavailability([], ['DTSTART:20260105T120000Z', 'DTEND:20260105T140000Z'])
    assert.equal(drawn(unavailablePeriods([calendar(...one, ...two)], day(from)), from), 'UUUUFFFUUUUU')
  })

  it('has instances overridden by RECURRENCE-ID, and left out by EXDATE (§3.1)', () => {
    const from = at('20260105T000000Z')
    const daily = ['DTSTART:20260105T080000Z', 'DTEND:20260105T100000Z', 'RRULE:FREQ=DAILY', 'EXDATE:20260107T080000Z']
    const lines = vavailability([], daily)
    const moved = [
      'BEGIN:AVAILABLE',
      'UID:a0',
      'RECURRENCE-ID:20260106T080000Z',
      'DTSTART:20260106T200000Z',
      'DTEND:20260106T220000Z',
      'END:AVAILABLE',
    ]
    const periods = unavailablePeriods([calendar(...lines.toSpliced(-1, 0, ...moved))], day(from, 3))
    assert.equal(drawn(periods, from, 36), 'UUUUFUUUUUUUUUUUUUUUUUFUUUUUUUUUUUUU')
  })

  it('of an itinerant worker is that of where they are (§3.1, third example)', () => {
    const rule = 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'
    const first = vavailability(
      ['DTSTART;TZID=America/Montreal:20111002T000000', 'DTEND;TZID=America/Montreal:20111023T030000'],
      worktime('America/Montreal', '20111003T090000', '20111003T170000', rule),
    )
    const second = vavailability(
      ['DTSTART;TZID=America/Los_Angeles:20111023T000000', 'DTEND;TZID=America/Los_Angeles:20111030T000000'],
      worktime('America/Los_Angeles', '20111024T090000', '20111024T170000', rule),
    )
    const free = (range: { start: number; end: number }) =>
      unavailablePeriods([calendar(...first, ...second)], range).map(
        ({ start, end }) => `${formatUtc(start)}/${formatUtc(end)}`,
      )
    assert.deepEqual(free(day(at('20111021T040000Z'))), [
      '20111021T040000Z/20111021T130000Z',
      '20111021T210000Z/20111022T040000Z',
    ])
    assert.deepEqual(free(day(at('20111024T070000Z'))), [
      '20111024T070000Z/20111024T160000Z',
      '20111025T000000Z/20111025T070000Z',
    ])
  })

  it('is what painting slot by slot gives, whatever the components', () => {
    const slot = fc.integer({ min: 0, max: 23 })
    const span = fc.tuple(slot, slot).filter(([a, b]) => a < b)
    const types = ['BUSY-TENTATIVE', 'BUSY-UNAVAILABLE', 'BUSY'] as const
    const component = fc.record({
      span: fc.option(span),
      priority: fc.integer({ min: 0, max: 9 }),
      type: fc.integer({ min: 0, max: 2 }),
      free: fc.array(span, { maxLength: 3 }),
    })
    const from = at('20260105T000000Z')
    const time = (hour: number): string => formatUtc(from + hour * HOUR)
    fc.assert(
      fc.property(fc.array(component, { minLength: 1, maxLength: 6 }), (components) => {
        const lines = components.flatMap((one) =>
          vavailability(
            [
              ...(one.span ? [`DTSTART:${time(one.span[0])}`, `DTEND:${time(one.span[1])}`] : []),
              `PRIORITY:${one.priority}`,
              `BUSYTYPE:${types[one.type]}`,
            ],
            ...one.free.map(([start, end]) => [`DTSTART:${time(start)}`, `DTEND:${time(end)}`]),
          ),
        )
        const periods = unavailablePeriods([calendar(...lines)], day(from))
        for (let hour = 0; hour < 24; hour++) {
          const covers = ([start, end]: [number, number]) => start <= hour && end > hour
          const here = components.filter((one) => one.span === null || covers(one.span))
          const level = Math.max(...here.map(({ priority }) => (priority === 0 ? 0 : 10 - priority)))
          const deciding = here.filter(({ priority }) => (priority === 0 ? 0 : 10 - priority) === level)
          const free = deciding.length === 0 || deciding.some((one) => one.free.some(covers))
          const expected = free ? undefined : types[Math.max(...deciding.map(({ type }) => type))]
          const found = periods.find(({ start, end }) => start <= from + hour * HOUR && end > from + hour * HOUR)
          assert.equal(found?.type, expected)
        }
        for (const [index, { start, end }] of periods.entries())
          assert.ok(start < end && start >= (periods[index - 1]?.end ?? from))
      }),
    )
  })
})

describe('a calendar-availability (RFC 7953 §7.2.4)', () => {
  const refused = (lines: string[], precondition = 'valid-calendar-data') =>
    assert.throws(
      () => checkAvailability(calendar(...lines)),
      (error: { detail?: { precondition?: string } }) => error.detail?.precondition === precondition,
      lines.join(' '),
    )

  it('is made of VAVAILABILITY components, even several of one UID, and time zones', () => {
    checkAvailability(calendar(...vavailability([]), ...vavailability(['PRIORITY:1'])))
    refused([])
    refused([...vavailability([]), 'BEGIN:VEVENT', 'UID:e', 'DTSTART:20260101T000000Z', 'END:VEVENT'])
  })

  it('tells times, not dates, and ends once (§3.1)', () => {
    refused(vavailability(['DTSTART;VALUE=DATE:20260101']))
    refused(vavailability(['DTSTART:20260101T000000Z', 'DTEND:20260102T000000Z', 'DURATION:P1D']))
    refused(vavailability(['DURATION:P1D']))
    refused(vavailability(['DTSTART:20260102T000000Z', 'DTEND:20260101T000000Z']))
    refused(vavailability([], ['DTEND:20260101T000000Z']))
    refused(vavailability([], ['DTSTART:20260102T000000Z', 'DTEND:20260101T000000Z']))
    refused(vavailability([], ['DTSTART:20260102T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=NEVER']))
  })

  it('of more than a server can lay out is refused', () => {
    const hour = ['DTSTART:20260102T000000Z', 'DURATION:PT1S']
    refused(vavailability([], [...hour, 'RRULE:FREQ=SECONDLY']), 'max-instances')
    refused(vavailability([], ...Array.from({ length: availableComponents + 1 }, () => hour)))
  })
})
