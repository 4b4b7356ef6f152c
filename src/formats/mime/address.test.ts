import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAddresses } from './address.ts'

const one = (name: string | undefined, mailbox: string, host: string | undefined) => ({ name, mailbox, host })

test('RFC 5322 §3.4: names, quoted names, comments and routes', () => {
  assert.deepEqual(readAddresses('Ann Example <ann@example.org>, bob@example.org'), [
    one('Ann Example', 'ann', 'example.org'),
    one(undefined, 'bob', 'example.org'),
  ])
  assert.deepEqual(readAddresses('"Example, Ann \\"A\\"" (at home (really)) <"ann b"@example.org>'), [
    one('Example, Ann "A"', 'ann b', 'example.org'),
  ])
  assert.deepEqual(readAddresses('<@one,@two:ann@example.org>'), [one(undefined, 'ann', 'example.org')])
  assert.deepEqual(readAddresses('=?utf-8?q?J=C3=BCrgen?= <j@x>'), [one('=?utf-8?q?J=C3=BCrgen?=', 'j', 'x')])
})

test('RFC 9051 §7.5.2: a group is told by its beginning and its end', () => {
  assert.deepEqual(readAddresses('Family: ann@x, Bob <bob@x>;, eve@x'), [
    { group: 'Family' },
    one(undefined, 'ann', 'x'),
    one('Bob', 'bob', 'x'),
    { group: undefined },
    one(undefined, 'eve', 'x'),
  ])
  assert.deepEqual(readAddresses('undisclosed-recipients:;'), [
    { group: 'undisclosed-recipients' },
    { group: undefined },
  ])
})

test('what is no address keeps its text', () => {
  assert.deepEqual(readAddresses('just some words'), [one(undefined, 'just some words', undefined)])
  assert.deepEqual(readAddresses(' , ,'), [])
})

test('no text makes it fail, or run for long', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab<>@,;:"()\\ \t') }), (text) => void readAddresses(text)),
  )
  readAddresses('(<"'.repeat(100_000))
})
