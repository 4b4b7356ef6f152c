import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isDomainError } from '../../errors.ts'
import { escapeText } from '../content-line.ts'
import { type Card, parseCard, splitCards, writeCard } from './card.ts'

const name = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,11}$/).filter((one) => !['BEGIN', 'END', 'VERSION'].includes(one))
/** RFC 6350 §3.3: no control characters in a value; RFC 6868 lets a parameter hold what it could not. */
const text = fc.string({ unit: 'grapheme', maxLength: 120 }).map((value) => value.replace(/\p{Cc}/gu, ' '))
const line = fc.record(
  {
    group: fc.option(fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/), { nil: undefined }),
    name,
    parameters: fc.array(
      fc.record({ name, values: fc.array(text, { minLength: 1, maxLength: 3 }) }, { noNullPrototype: true }),
      { maxLength: 3 },
    ),
    value: text.map(escapeText),
  },
  { noNullPrototype: true },
)
const card: fc.Arbitrary<Card> = fc.record(
  {
    version: fc.constantFrom('3.0' as const, '4.0' as const),
    properties: fc.array(line, { maxLength: 8 }),
  },
  { noNullPrototype: true },
)

test('a card that is written and parsed is the same, and written again it is the same text', () => {
  fc.assert(
    fc.property(card, (one) => {
      const written = writeCard(one)
      assert.deepEqual(parseCard(written), one)
      assert.equal(writeCard(parseCard(written)), written)
      for (const folded of written.split('\r\n')) assert.ok(Buffer.byteLength(folded) <= 75) // RFC 6350 §3.2
    }),
  )
})

test('a file of cards comes apart into the cards, byte for byte', () => {
  fc.assert(
    fc.property(
      fc.array(card, { maxLength: 5 }),
      fc.constantFrom('', '\r\n', 'X-BETWEEN:nothing\r\n'),
      (cards, gap) => {
        const texts = cards.map(writeCard)
        assert.deepEqual(splitCards(texts.join(gap)), texts)
      },
    ),
  )
})

test('a card that is not closed takes nothing of the next one', () => {
  const good = 'BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD'
  assert.deepEqual(splitCards(`BEGIN:VCARD\nVERSION:3.0\nFN:Bob\n${good}`), [
    'BEGIN:VCARD\nVERSION:3.0\nFN:Bob\n',
    good,
  ])
})

const refusals: readonly (readonly [what: string, text: string, code: 'BadRequest' | 'Unsupported'])[] = [
  ['nothing', '', 'BadRequest'],
  ['another kind of object', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n', 'BadRequest'],
  ['a card without an end', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ann\r\n', 'BadRequest'],
  ['two cards', 'BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\n', 'BadRequest'],
  ['a card without a version', 'BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n', 'BadRequest'],
  ['a line without a colon', 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN Ann\r\nEND:VCARD\r\n', 'BadRequest'],
  ['version 2.1', 'BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Ann\r\nEND:VCARD\r\n', 'Unsupported'],
]
for (const [what, refused, code] of refusals)
  test(`${what} is no vCard that is understood`, () => {
    assert.throws(
      () => parseCard(refused),
      (error) => isDomainError(error, code),
    )
  })

test('any text is parsed or refused', () => {
  const piece = fc.constantFrom(
    'BEGIN:VCARD',
    'END:VCARD',
    'VERSION:3.0',
    '\r\n',
    '\n ',
    ';',
    ':',
    '=',
    '"',
    '\\',
    'FN',
    '^',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      try {
        parseCard(pieces.join(''))
      } catch (error) {
        assert.ok(isDomainError(error))
      }
    }),
  )
})
