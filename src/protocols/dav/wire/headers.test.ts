import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesStrongly, matchesWeakly, parseEntityTags } from './entity-tag.ts'
import {
  parseDepth,
  parseHttpDate,
  parseLockToken,
  parseMtime,
  parseOverwrite,
  parsePreferences,
  parseTimeout,
} from './headers.ts'

test('Depth is 0, 1 or infinity, in any case, and nothing else', () => {
  assert.equal(parseDepth('0'), '0')
  assert.equal(parseDepth('Infinity'), 'infinity')
  assert.equal(parseDepth('1,noroot'), '1')
  assert.equal(parseDepth(undefined), undefined)
  assert.throws(() => parseDepth('2'), { code: 'BadRequest' })
})

test('Overwrite is T when absent', () => {
  assert.equal(parseOverwrite(undefined), true)
  assert.equal(parseOverwrite('F'), false)
  assert.throws(() => parseOverwrite('X'), { code: 'BadRequest' })
})

test('RFC 4918 §10.7: the first wish that is understood counts', () => {
  assert.equal(parseTimeout('Infinite, Second-4100000000'), undefined)
  assert.equal(parseTimeout('Week-1, Second-60'), 60)
  assert.equal(parseTimeout('Second-4100000000'), 4_100_000_000)
  assert.equal(parseTimeout('Second-0'), 1)
  assert.equal(parseTimeout(undefined), undefined)
  assert.equal(parseTimeout('soon'), undefined)
})

test('Lock-Token is a coded URL', () => {
  assert.equal(parseLockToken('<urn:uuid:1>'), 'urn:uuid:1')
  assert.equal(parseLockToken('urn:uuid:1'), 'urn:uuid:1')
  for (const value of [undefined, '', 'uuid', '<>', '<a b>', '<urn:a']) assert.throws(() => parseLockToken(value))
})

test('Prefer: return=minimal, depth-noroot; Brief: t', () => {
  assert.deepEqual(parsePreferences('return=minimal, depth-noroot', undefined), {
    minimal: true,
    representation: false,
    noRoot: true,
  })
  assert.equal(parsePreferences(undefined, 't').minimal, true)
  assert.equal(parsePreferences(undefined, undefined).minimal, false)
})

test('RFC 9110 §8.8.3.2: weak tags never match strongly', () => {
  const tags = parseEntityTags('"a", W/"b" ,, "c"')
  assert.ok(tags !== '*')
  assert.deepEqual(tags, [
    { weak: false, opaque: 'a' },
    { weak: true, opaque: 'b' },
    { weak: false, opaque: 'c' },
  ])
  const [, weak = { weak: false, opaque: '' }] = tags
  assert.equal(matchesStrongly(weak, 'b'), false)
  assert.equal(matchesWeakly(weak, 'b'), true)
  assert.equal(parseEntityTags(' * '), '*')
  for (const value of ['a', '"a', '"a" b', 'w/"a"']) assert.throws(() => parseEntityTags(value), { code: 'BadRequest' })
})

test('RFC 9110 §5.6.7: three forms of a date', () => {
  for (const value of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])
    assert.equal(parseHttpDate(value), 784_111_777_000)
  for (const value of [undefined, '', 'yesterday', '1994-11-06', 'Sun, 99 Nov 1994 08:49:37 GMT'])
    assert.equal(parseHttpDate(value), undefined)
})

test('X-OC-MTime is seconds, with a fraction or without', () => {
  assert.equal(parseMtime('1700000000'), 1_700_000_000_000)
  assert.equal(parseMtime('1700000000.5'), 1_700_000_000_500)
  for (const value of [undefined, '', '-1', 'now', '1e9', '9'.repeat(30)]) assert.equal(parseMtime(value), undefined)
})
