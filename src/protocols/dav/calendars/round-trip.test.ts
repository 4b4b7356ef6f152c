// RFC 4791 §5.3.4 for any valid object: an ETag is told if and only if what was sent is what is read, byte for byte, by
// GET and in reports; and what is read can be stored again, as often as one likes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALDAV, openCalendars } from '../../../../tests/support/calendars.ts'
import { textOf, told } from '../../../../tests/support/dav.ts'
import { escapeText } from '../../../formats/content-line.ts'
import { parseCalendar, writeComponent } from '../../../formats/icalendar/component.ts'

const words = fc.string({ unit: 'grapheme', maxLength: 150 }).map((text) => text.replace(/\p{Cc}/gu, ' '))
const own = fc.stringMatching(/^X-[A-Z0-9-]{1,11}$/)
const quoted = words.map((text) => `"${text.replaceAll('"', "'")}"`)
const plain = fc.record({ name: own, parameter: own, quoted, words }).map((one) => {
  return `${one.name};${one.parameter}=${one.quoted}:${escapeText(one.words)}`
})

const day = fc.integer({ min: 1, max: 28 }).map((one) => String(one).padStart(2, '0'))
const zones = ['Europe/Stockholm', 'America/New_York', 'W. Europe Standard Time', 'Our ship'] as const

/** As the programs write it that define each zone by its present rules, or lie about it. */
const definition = (tzid: string): string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${tzid}`,
  'BEGIN:STANDARD',
  'DTSTART:16010101T000000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0100',
  'END:STANDARD',
  'END:VTIMEZONE',
]

type Times = { readonly zones: readonly string[]; readonly start: string; readonly override: readonly string[] }

const times: fc.Arbitrary<Times> = fc.oneof(
  day.map((one) => ({ zones: [], start: `DTSTART;VALUE=DATE:202603${one}`, override: [] })),
  day.map((one) => ({ zones: [], start: `DTSTART:202603${one}T100000`, override: [] })),
  fc.tuple(day, fc.constantFrom(...zones), fc.constantFrom(...zones)).map(([one, zone, other]) => ({
    zones: [zone, other],
    start: `DTSTART;TZID=${zone}:202603${one}T100000`,
    override: [`RECURRENCE-ID;TZID=${other}:202603${one}T100000`, `DTSTART:202603${one}T110000Z`],
  })),
)

const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER;RELATED=END:-PT15M', 'DESCRIPTION:x', 'END:VALARM']

const objects = fc
  .record({
    times,
    defined: fc.boolean(),
    lines: fc.array(plain, { maxLength: 6 }),
    title: words,
    rule: fc.constantFrom('', 'RRULE:FREQ=DAILY;COUNT=3', 'rrule:freq=weekly;until=20261231;byday=mo,we'),
    alarms: fc.integer({ min: 0, max: 2 }),
    fold: fc.constantFrom('\r\n ', '\r\n\t', '\n '),
    width: fc.integer({ min: 20, max: 75 }),
    end: fc.constantFrom('\r\n', '\n', ''),
  })
  .map(({ times: { zones: used, start, override }, defined, lines, title, rule, alarms, fold, width, end }) => {
    const event = (...more: string[]) => ['BEGIN:VEVENT', 'UID:wild', 'DTSTAMP:20260101T000000Z', ...more, 'END:VEVENT']
    const summary = `SUMMARY;LANGUAGE=en:${escapeText(title)}`
    const alarmLines = Array.from({ length: alarms }, () => alarm).flat()
    const rows = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      ...(defined ? [...new Set(used)].flatMap(definition) : []),
      ...event(start, ...(rule === '' ? [] : [rule]), summary, ...lines, ...alarmLines),
      ...(override.length > 0 && rule !== '' ? event(...override, summary) : []),
      'END:VCALENDAR',
    ]
    const folded = rows.map((row) =>
      [...row].map((one, at) => (at > 0 && at % width === 0 ? fold + one : one)).join(''),
    )
    return folded.join(fold.startsWith('\r') ? '\r\n' : '\n') + end
  })

test('what a client stored comes back byte for byte, or it is told no ETag', async () => {
  await using opened = await openCalendars()
  const { calendars } = opened
  const seen = { whole: 0, otherwise: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(objects, async (sent) => {
      const put = await calendars.put('calendar/wild.ics', sent)
      if (put.status === 403) {
        // A zone that is neither known nor defined means nothing (RFC 7809 §3.1.4).
        assert.match(`${put.body} ${sent.replaceAll(/\r?\n[ \t]/g, '')}`, /valid-timezone.*Our ship/s)
        seen.refused++
        return
      }
      assert.ok(put.status === 201 || put.status === 204, `${put.status} ${put.body} for ${JSON.stringify(sent)}`)
      const got = await calendars.ask('GET', 'calendar/wild.ics')
      const isSame = got.body.toString() === sent
      assert.equal(put.headers.etag, isSame ? got.headers.etag : undefined)
      seen[isSame ? 'whole' : 'otherwise']++

      const asSent = await calendars.ask('GET', 'calendar/wild.ics', { headers: { 'caldav-timezones': 'F' } })
      if (!sent.includes('BEGIN:VTIMEZONE')) assert.equal(asSent.body.toString(), sent, 'it is stored as it was sent')
      const href = '<D:href>/dav/calendars/ann/calendar/wild.ics</D:href>'
      const asked = `<D:prop><D:getetag/><C:calendar-data/></D:prop>${href}`
      const [found] = told(await calendars.report('calendar/', 'calendar-multiget', asked))
      // XML 1.0 §2.11 makes one line break of CR LF.
      const lineBreaks = (text: string) => text.replaceAll('\r\n', '\n')
      assert.equal(lineBreaks(textOf(found, 'calendar-data', CALDAV) ?? ''), lineBreaks(got.body.toString()))

      const again = await calendars.put('calendar/wild.ics', got.body.toString())
      assert.deepEqual([again.status, again.headers.etag !== undefined], [204, true], 'what is read is stored as it is')
      const written = writeComponent(parseCalendar(got.body.toString()))
      assert.equal((await calendars.put('calendar/wild.ics', written)).status, 204)
      assert.equal((await calendars.ask('GET', 'calendar/wild.ics')).body.toString(), written)
      assert.equal(writeComponent(parseCalendar(written)), written)
    }),
    { numRuns: 60 },
  )
  assert.ok(seen.whole > 0 && seen.otherwise > 0 && seen.refused > 0, JSON.stringify(seen))
})
