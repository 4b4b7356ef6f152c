import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutZones, withZones } from './by-reference.ts'
import { parseCalendar, writeComponent } from './component.ts'
import { ianaZone } from './iana-zone.ts'
import { zoneOf } from './vtimezone.ts'
import { writeVtimezone } from './write-vtimezone.ts'
import { unknownZone } from './zones.ts'

const hour = 3_600_000

test('a definition means what the database says, from its first year to the end of what is known', () => {
  // Rules of each kind: European, American, southern, none, a changed one, one that changes twice more, half hours, odd ones.
  const names = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Sydney',
    'Asia/Tokyo',
    'America/Sao_Paulo',
    'Europe/Moscow',
  ]
  const odd = [
    'Australia/Lord_Howe',
    'Asia/Tehran',
    'Europe/Dublin',
    'Pacific/Apia',
    'America/Santiago',
    'UTC',
    'Asia/Kolkata',
  ]
  for (const name of [...names, ...odd]) {
    const known = ianaZone(name)
    const written = writeVtimezone(name, 1990, 2026)
    assert.ok(known && written, name)
    const zone = zoneOf(written)
    for (let at = Date.UTC(1990, 0, 2); at < Date.UTC(2036, 11, 30); at += 61 * hour)
      assert.equal(zone.offsetAt(at) / hour, known.offsetAt(at) / hour, `${name} at ${new Date(at).toISOString()}`)
  }
})

test('what follows a rule goes on for ever, in two observances', () => {
  const text = writeComponent(writeVtimezone('Europe/Berlin', 2020, 2026) ?? assert.fail())
  assert.equal(
    text,
    [
      ...['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin'],
      ...['BEGIN:STANDARD', 'DTSTART:20200101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100', 'END:STANDARD'],
      ...['BEGIN:DAYLIGHT', 'DTSTART:20200329T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'END:DAYLIGHT'],
      ...['BEGIN:STANDARD', 'DTSTART:20201025T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
      ...['RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'END:STANDARD', 'END:VTIMEZONE', ''],
    ].join('\r\n'),
  )
  const zone = zoneOf(parseCalendar(`BEGIN:VCALENDAR\r\n${text}END:VCALENDAR\r\n`).components[0] ?? assert.fail())
  assert.equal(zone.offsetAt(Date.UTC(2100, 6, 1)), 2 * hour)
})

const event = (tzid: string) =>
  `BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=${tzid}:20270310T100000\r\nDESCRIPTION:x\\nBEGIN:VTIMEZONE\r\n END:VTIMEZONE\r\nEND:VEVENT\r\n`
const calendar = (...parts: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n${parts.join('')}END:VCALENDAR\r\n`
const custom =
  'BEGIN:VTIMEZONE\r\nTZID:Home\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n'

test('RFC 7809 §3.1.3: the definition of a standard zone is left out, one that nobody else has is not', () => {
  const berlin = custom.replace('TZID:Home', 'TZID:Euro\r\n pe/Berlin')
  assert.equal(withoutZones(calendar(berlin, event('Europe/Berlin'))), calendar(event('Europe/Berlin')))
  assert.equal(withoutZones(calendar(berlin, custom, event('Home'))), calendar(custom, event('Home')))
  assert.equal(withoutZones(calendar(event('Europe/Berlin'))), calendar(event('Europe/Berlin')))
})

test('RFC 7809 §3.1.3: a zone that is named and not defined is put in, before everything that uses it', () => {
  const text = withZones(calendar(event('Europe/Berlin')), 2026)
  assert.match(text, /BEGIN:VTIMEZONE/)
  assert.equal(withoutZones(text), calendar(event('Europe/Berlin')), 'and all else is as it was')
  assert.deepEqual(
    parseCalendar(text).components.map(({ name }) => name),
    ['VTIMEZONE', 'VEVENT'],
  )
  assert.match(text, /DTSTART:20250101T000000/, 'from before its earliest time on')
  assert.equal(withZones(text, 2026), text)
  assert.equal(withZones(calendar(custom, event('Home')), 2026), calendar(custom, event('Home')))
})

test('a name may be quoted or folded, and one that nobody knows stays alone', () => {
  for (const name of ['"Europe/Berlin"', 'Euro\r\n pe/Berlin']) {
    const text = calendar(event(name))
    assert.match(withZones(text, 2026), /^TZID:Europe\/Berlin\r$/m)
    assert.equal(unknownZone(parseCalendar(text)), undefined)
  }
  assert.equal(withZones(calendar(event('Nowhere')), 2026), calendar(event('Nowhere')))
  assert.equal(unknownZone(parseCalendar(calendar(event('Nowhere')))), 'Nowhere')
  assert.equal(unknownZone(parseCalendar(calendar(custom, event('Home')))), undefined)
  const told = calendar(event('Europe/Berlin').replace('DESCRIPTION:x', 'DESCRIPTION:a;TZID=b:c'))
  assert.equal(unknownZone(parseCalendar(told)), undefined, 'what a text says is no name')
})
