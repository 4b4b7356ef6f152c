import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseComponents } from './component.ts'
import { CalendarMerger } from './merge.ts'
import { parseObject } from './object.ts'
import { CalendarSplitter } from './split.ts'

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('')

const event = (uid: string, ...more: string[]): string =>
  lines('BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', ...more, 'END:VEVENT')

const zone = (tzid: string, offset = '+0100'): string =>
  lines(
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
  )

const calendar = (...inside: string[]): string =>
  lines('BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//feed//EN') + inside.join('') + lines('END:VCALENDAR')

const split = (text: string | Buffer, size = Number.MAX_SAFE_INTEGER) => {
  const splitter = new CalendarSplitter()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size))
  return Object.assign(splitter.end(), { splitter })
}

describe('a stream of events', () => {
  it('is one object for each UID, exceptions beside their master (RFC 4791 §4.1)', () => {
    const master = event('a', 'DTSTART:20260101T100000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:Löuft')
    const other = event('b', 'DTSTART:20260101T100000Z')
    const exception = event('a', 'RECURRENCE-ID:20260103T100000Z', 'DTSTART:20260103T120000Z')
    const [a, b, ...more] = split(calendar(master, other, exception))
    assert.ok(a && b)
    assert.deepEqual(more, [])
    assert.deepEqual([a.uid, a.line, a.name, b.uid, b.line], ['a', 4, 'Löuft', 'b', 11])
    assert.equal(a.bytes().toString(), calendar(master, exception))
    const object = parseObject(a.bytes().toString())
    assert.equal(object.overrides.length, 1)
  })

  it('gives each object the zones that it names, and no others', () => {
    const named = event('a', 'DTSTART;TZID="Own, Zone":20260101T100000', 'SUMMARY:a')
    const folded = event('b', 'DTSTART;TZ\r\n ID=Other:20260101T100000')
    const none = event('c', 'DTSTART;TZID=Unknown:20260101T100000')
    const [a, b, c] = split(calendar(zone('Own, Zone'), zone('Other'), zone('Unused'), named, folded, none))
    assert.equal(a?.bytes().toString(), calendar(zone('Own, Zone'), named))
    assert.equal(b?.bytes().toString(), calendar(zone('Other'), folded))
    assert.equal(c?.bytes().toString(), calendar(none))
  })

  it('may be of several calendars, each with zones of its own', () => {
    const first = event('a', 'DTSTART;TZID=Z:20260101T100000')
    const second = event('b', 'DTSTART;TZID=Z:20260101T100000')
    const [a, b] = split(calendar(zone('Z'), first) + calendar(zone('Z', '+0500'), second))
    assert.equal(a?.bytes().toString(), calendar(zone('Z'), first))
    assert.equal(b?.bytes().toString(), calendar(zone('Z', '+0500'), second))
  })

  it('tells what the calendar says of itself, and loses the METHOD of a message', () => {
    const stream = calendar(lines('METHOD:PUBLISH', 'X-WR-CALNAME:Grün', 'CALSCALE:GREGORIAN'), event('a'))
    const objects = split(stream)
    assert.equal(objects.splitter.fact('X-WR-CALNAME'), 'Grün')
    assert.equal(objects[0]?.bytes().toString(), calendar(lines('CALSCALE:GREGORIAN'), event('a')))
  })

  it('keeps components without a UID apart, for who refuses them', () => {
    const nameless = lines('BEGIN:VEVENT', 'SUMMARY:x', 'END:VEVENT')
    assert.deepEqual(
      split(calendar(nameless, nameless)).map(({ uid, line }) => [uid, line]),
      [
        ['', 4],
        ['', 7],
      ],
    )
  })

  it('is the same in whatever pieces it comes', () => {
    const stream = `\uFEFF${calendar(zone('Größe'), event('ä', 'DTSTART;TZID=Größe:20260101T100000', 'SUMMARY:a\r\n b'), event('b'))}`
    const whole = split(stream).map(({ line, uid, bytes }) => [line, uid, bytes().toString()])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (size) => {
        assert.deepEqual(
          split(stream, size).map(({ line, uid, bytes }) => [line, uid, bytes().toString()]),
          whole,
        )
      }),
    )
  })

  it('keeps bytes that are no UTF-8', () => {
    const stream = Buffer.from(calendar(event('a', 'SUMMARY:Strauß')), 'latin1')
    assert.deepEqual(split(stream)[0]?.bytes(), stream)
  })

  it('is refused when it is cut off, closes what is not open, or is something else', () => {
    const whole = calendar(event('a'))
    for (const text of [whole.slice(0, -20), whole.slice(0, 90), `${whole}END:VEVENT\r\n`, '<html>\n', '', event('a')])
      assert.throws(() => split(text), { code: 'BadRequest' })
  })

  it('is refused when its components are nested without end', () => {
    assert.throws(() => split(`BEGIN:VCALENDAR\r\n${'BEGIN:X\r\n'.repeat(1000)}`), { code: 'TooLarge' })
  })
})

describe('objects as one stream', () => {
  const merge = (...objects: string[]): string => {
    const merger = new CalendarMerger()
    return objects.map((object) => merger.add(Buffer.from(object))).join('')
  }

  it('have each zone once', () => {
    const [a, b] = [event('a', 'DTSTART;TZID=Z:20260101T100000'), event('b', 'DTSTART;TZID=Z:20260201T100000')]
    assert.equal(merge(calendar(zone('Z'), a), calendar(zone('Z'), b)), zone('Z') + a + b)
  })

  it('keep zones of one name apart that mean different times', () => {
    const at = (uid: string) => event(uid, 'DTSTART;TZID=Z:20260101T100000')
    const stream = merge(
      calendar(zone('Z'), at('a')),
      calendar(zone('Z', '+0500'), at('b')),
      calendar(zone('Z', '+0500'), at('c')),
    )
    const again = split(lines('BEGIN:VCALENDAR') + stream + lines('END:VCALENDAR'))
    assert.deepEqual(
      again.map(({ bytes }) => {
        const { master, zones } = parseObject(bytes().toString())
        const [start] = master?.properties.filter(({ name }) => name === 'DTSTART') ?? []
        return zones.named(start?.parameters[0]?.values[0] ?? '')?.offsetAt(Date.UTC(2026, 0, 1))
      }),
      [3_600_000, 18_000_000, 18_000_000],
    )
    assert.equal(parseComponents(stream).filter(({ name }) => name === 'VTIMEZONE').length, 2)
  })

  it('come back as they were', () => {
    const objects = [
      calendar(zone('Z'), event('a', 'DTSTART;TZID=Z:20260101T100000', 'SUMMARY:Ärger')),
      calendar(event('b', 'DTSTART:20260101T100000Z', 'DESCRIPTION:folded\r\n  here')),
    ]
    const stream = lines('BEGIN:VCALENDAR', 'PRODID:-//feed//EN') + merge(...objects) + lines('END:VCALENDAR')
    assert.deepEqual(
      split(Buffer.from(stream, 'latin1')).map(({ bytes: one }) => one().toString()),
      objects,
    )
  })
})
