import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDomainError } from '../../../errors.ts'
import { rangesInRequest } from '../../../limits.ts'
import { parseContentRange, parseRange, parseUpdateRange } from './range.ts'

const range = (start: number, end: number) => ({ start, end })

test('RFC 9110 §14.1.2: first and last position, open ends, suffixes', () => {
  assert.deepEqual(parseRange('bytes=0-499', 10_000), [range(0, 500)])
  assert.deepEqual(parseRange('bytes=9500-', 10_000), [range(9500, 10_000)])
  assert.deepEqual(parseRange('bytes=-500', 10_000), [range(9500, 10_000)])
  assert.deepEqual(parseRange('bytes=0-0,-1', 10_000), [range(0, 1), range(9999, 10_000)])
  assert.deepEqual(parseRange('Bytes = 0-99999999999999999999', 10), [range(0, 10)])
})

test('RFC 9110 §14.2: what is not the grammar, or another unit, is ignored', () => {
  for (const value of ['lines=1-2', 'bytes=5-1', 'bytes=-', 'bytes=', 'bytes=a-b', 'bytes 0-1', ''])
    assert.equal(parseRange(value, 100), undefined)
})

test('a range beyond the content cannot be satisfied', () => {
  assert.deepEqual(parseRange('bytes=100-', 100), [])
  assert.deepEqual(parseRange('bytes=-0', 100), [])
  assert.deepEqual(parseRange('bytes=-5', 0), [])
  assert.deepEqual(parseRange('bytes=200-300,0-1', 100), [range(0, 2)])
})

test('more ranges than the bound, and many that overlap, are not served', () => {
  const many = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`).join()}`
  assert.equal(parseRange(many(rangesInRequest), 1000)?.length, rangesInRequest)
  assert.equal(parseRange(many(rangesInRequest + 1), 1000), undefined)
  assert.equal(parseRange('bytes=0-,0-,0-', 1000), undefined)
})

test('RFC 9110 §14.4: Content-Range of a partial PUT', () => {
  assert.deepEqual(parseContentRange('bytes 0-4/10'), { start: 0, end: 5, complete: 10 })
  assert.deepEqual(parseContentRange('bytes 3-3/*'), { start: 3, end: 4, complete: undefined })
  for (const value of [
    'bytes */10',
    'bytes 5-4/10',
    'bytes 0-10/10',
    'bytes=0-1',
    '0-1/2',
    `bytes 0-${'9'.repeat(30)}/*`,
  ])
    assert.throws(() => parseContentRange(value), { code: 'BadRequest' })
})

test('X-Update-Range appends, replaces and counts from the end', () => {
  assert.deepEqual(parseUpdateRange('append', 10), { start: 10, end: undefined })
  assert.deepEqual(parseUpdateRange('bytes=3-6', 10), { start: 3, end: 7 })
  assert.deepEqual(parseUpdateRange('bytes=4-', 10), { start: 4, end: undefined })
  assert.deepEqual(parseUpdateRange('bytes=-2', 10), { start: 8, end: undefined })
  for (const value of ['', 'bytes=', 'bytes=6-3', 'bytes=1-2,3-4', 'rows=1-2'])
    assert.throws(() => parseUpdateRange(value, 10), { code: 'BadRequest' })
})

test('whatever is sent, ranges lie inside the content', () => {
  const piece = fc.constantFrom('bytes', '=', '-', ',', ' ', '0', '7', '99', '12345678901234567890')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(200), (pieces, size) => {
      for (const { start, end } of parseRange(`bytes=${pieces.join('')}`, size) ?? [])
        assert.ok(start >= 0 && start < end && end <= size)
      try {
        parseUpdateRange(pieces.join(''), size)
        parseContentRange(pieces.join(''))
      } catch (error) {
        assert.ok(isDomainError(error, 'BadRequest'))
      }
    }),
    { numRuns: 3000 },
  )
})
