import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTime, parseDuration, parseOffset, parsePeriod, parseTime, wallOf } from './values.ts'

test('RFC 5545 §3.3.4 and §3.3.5: dates, local times, times in UTC', () => {
  assert.deepEqual(parseTime('20240229'), { wall: wallOf(2024, 2, 29), isDate: true, isUtc: false, zone: undefined })
  assert.deepEqual(parseTime('20240229T235959', 'Asia/Tokyo'), {
    wall: wallOf(2024, 2, 29, 23, 59, 59),
    isDate: false,
    isUtc: false,
    zone: 'Asia/Tokyo',
  })
  assert.equal(parseTime('20240229T000000Z', 'Asia/Tokyo').zone, undefined, 'UTC has no TZID')
  for (const text of ['20240229', '20240229T010203', '20240229T010203Z', '00010101T000000Z', '99991231T235959']) {
    assert.equal(formatTime(parseTime(text)), text)
  }
})

test('RFC 5545 §3.3.12: a leap second is the last second of its minute', () => {
  assert.equal(parseTime('20161231T235960Z').wall, wallOf(2016, 12, 31, 23, 59, 59))
})

test('days and hours that do not exist are no times', () => {
  for (const text of [
    '20230229',
    '20240431',
    '20241301',
    '20240100',
    '20240101T240000',
    '20240101T006000',
    '20240101T000061',
    '2024-01-01',
    '20240101T00',
    '',
  ]) {
    assert.throws(() => parseTime(text), { name: 'BadRequest' }, text)
  }
})

test('RFC 5545 §3.3.6: durations, days nominal and the rest exact', () => {
  assert.deepEqual(parseDuration('P15DT5H0M20S'), { days: 15, milliseconds: 18_020_000 })
  assert.deepEqual(parseDuration('P7W'), { days: 49, milliseconds: 0 })
  assert.deepEqual(parseDuration('-PT15M'), { days: 0, milliseconds: -900_000 })
  assert.deepEqual(parseDuration('+P1D'), { days: 1, milliseconds: 0 })
  for (const text of ['P', 'PT', '1D', 'P1H', 'PT1D', 'P-1D', 'P1.5D', 'P99999999999D']) {
    assert.throws(() => parseDuration(text), { name: 'BadRequest' }, text)
  }
})

test('RFC 5545 §3.3.14 and §3.3.9: offsets and periods', () => {
  assert.equal(parseOffset('-0330'), -12_600_000)
  assert.equal(parseOffset('+012030'), 4_830_000)
  assert.throws(() => parseOffset('0100'), { name: 'BadRequest' })
  assert.ok('duration' in parsePeriod('19970101T180000Z/PT5H30M'))
  assert.ok('end' in parsePeriod('19970101T180000Z/19970102T070000Z'))
  assert.throws(() => parsePeriod('19970101T180000Z'), { name: 'BadRequest' })
})
