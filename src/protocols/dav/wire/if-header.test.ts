import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDomainError } from '../../../errors.ts'
import { parseIf, submittedTokens } from './if-header.ts'

const tag = (opaque: string, weak = false) => ({ weak, opaque })

test('RFC 4918 §10.4.6: a No-tag-list production', () => {
  assert.deepEqual(
    parseIf('(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2> ["I am an ETag"])(["I am another ETag"])'),
    [
      {
        resource: undefined,
        conditions: [
          { not: false, token: 'urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2' },
          { not: false, entityTag: tag('I am an ETag') },
        ],
      },
      { resource: undefined, conditions: [{ not: false, entityTag: tag('I am another ETag') }] },
    ],
  )
})

test('RFC 4918 §10.4.7: Not', () => {
  assert.deepEqual(parseIf('(Not <urn:uuid:181d> <urn:uuid:58f2>)'), [
    {
      resource: undefined,
      conditions: [
        { not: true, token: 'urn:uuid:181d' },
        { not: false, token: 'urn:uuid:58f2' },
      ],
    },
  ])
})

test('RFC 4918 §10.4.9: a Tagged-list, where several lists may follow one tag', () => {
  const lists = parseIf(
    '</resource1> (<urn:uuid:181d> [W/"A weak ETag"]) (["strong ETag"]) <http://a/r2>(Not<DAV:no-lock>)',
  )
  assert.deepEqual(
    lists.map(({ resource }) => resource),
    ['/resource1', '/resource1', 'http://a/r2'],
  )
  assert.deepEqual(lists[0]?.conditions[1], { not: false, entityTag: tag('A weak ETag', true) })
  assert.deepEqual([...submittedTokens(lists)], ['urn:uuid:181d', 'DAV:no-lock'])
})

for (const value of [
  '',
  ' ',
  '()',
  '(<a:b>',
  '<a:b>',
  '(<>)',
  '(a:b)',
  '<a>(["x"]',
  '(["x)',
  '(Not)',
  '(<no colon>)',
  '(["a"]) </b> (["c"])',
])
  test(`what does not follow the grammar is refused: ${JSON.stringify(value)}`, () => {
    assert.throws(() => parseIf(value), { code: 'BadRequest' })
  })

test('whatever is sent, the parser answers or refuses', () => {
  const piece = fc.constantFrom('(', ')', '<', '>', '[', ']', '"', 'W/', 'Not', ' ', 'urn:x', '/a', ',', '\t')
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 40 }), (pieces) => {
      try {
        const lists = parseIf(pieces.join(''))
        assert.ok(lists.length > 0 && lists.every(({ conditions }) => conditions.length > 0))
      } catch (error) {
        assert.ok(isDomainError(error, 'BadRequest'))
      }
    }),
    { numRuns: 3000 },
  )
})

test('a header of many open brackets is refused in no time', () => {
  assert.throws(() => parseIf('(<'.repeat(8000)), { code: 'BadRequest' })
  assert.throws(() => parseIf('(["'.repeat(8000)), { code: 'BadRequest' })
})
