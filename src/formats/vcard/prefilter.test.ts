import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { collations, type MatchType } from '../collation.ts'
import { parseCard } from './card.ts'
import { type Filter, matchesFilter, type Test } from './filter.ts'
import { prefilter } from './prefilter.ts'

const word = fc.constantFrom('ann', 'ANN', 'a.b', 'ann,', 'smith', 'ß', 'é', 'e', 'x-y', '@', 'S', 'ſ', '')
const line = fc
  .tuple(fc.constantFrom('FN', 'NOTE', 'EMAIL;TYPE=work', 'item1.TEL'), fc.array(word, { maxLength: 4 }), fc.boolean())
  .map(([name, words, folded]) => `${name}:${words.join(folded ? 'a\r\n n' : '\\,')}`)
const card = fc
  .array(line, { maxLength: 4 })
  .map((lines) => ['BEGIN:VCARD', 'VERSION:4.0', 'FN:x', ...lines, 'END:VCARD', ''].join('\r\n'))

const anyTest = fc.constantFrom<Test>('anyof', 'allof')
const textMatch = fc
  .record({
    collation: fc.constantFrom(...collations),
    text: word,
    type: fc.constantFrom<MatchType>('contains', 'equals', 'starts-with', 'ends-with'),
    negate: fc.boolean(),
  })
  .map((match) => ({ ...match, text: match.collation.fold(match.text) }))
const filter: fc.Arbitrary<Filter> = fc.record({
  test: anyTest,
  properties: fc.array(
    fc.record({
      name: fc.constantFrom('FN', 'NOTE', 'EMAIL', 'TEL'),
      group: fc.constant(undefined),
      notDefined: fc.boolean(),
      test: anyTest,
      texts: fc.array(textMatch, { maxLength: 2 }),
      parameters: fc.array(
        fc.record({ name: fc.constant('TYPE'), condition: fc.constantFrom(undefined, 'not-defined') }),
        {
          maxLength: 1,
        },
      ),
    }),
    { maxLength: 3 },
  ) as fc.Arbitrary<Filter['properties']>,
})

test('no card that matches is passed over (RFC 6352 §10.5)', () => {
  fc.assert(
    fc.property(card, filter, (text, asked) => {
      assert.ok(prefilter(asked)(text) || !matchesFilter(parseCard(text), asked))
    }),
    { numRuns: 3000 },
  )
})

test('a card without the words is passed over', () => {
  const [collation] = collations
  assert.ok(collation)
  const match = { collation, text: collation.fold('smith'), type: 'contains', negate: false } as const
  const property = {
    name: 'FN',
    group: undefined,
    notDefined: false,
    test: 'anyof',
    texts: [match],
    parameters: [],
  } as const
  const may = prefilter({ test: 'anyof', properties: [property, { ...property, name: 'EMAIL' }] })
  const cardOf = (name: string) => `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEND:VCARD\r\n`
  assert.deepEqual(
    ['Ann Smith', 'Ann', 'Ann Smi\r\n th', 'Zoë'].map((name) => may(cardOf(name))),
    [true, false, true, true],
  )
})
