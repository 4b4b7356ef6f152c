import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiCasemap, type Collation, type MatchType, octet, unicodeCasemap } from '../collation.ts'
import { parseCard } from './card.ts'
import { matchesFilter, type ParameterFilter, type PropertyFilter, type TextMatch } from './filter.ts'

const ann = parseCard(
  [
    'BEGIN:VCARD',
    'VERSION:3.0',
    'FN:Ånn\\, the First',
    'EMAIL;TYPE=HOME,INTERNET:ann@home.example',
    'work.EMAIL;TYPE=WORK:ann@work.example',
    'NOTE:',
    'END:VCARD',
  ].join('\r\n'),
)

const text = (
  asked: string,
  {
    type = 'contains',
    negate = false,
    collation = unicodeCasemap,
  }: Partial<{ type: MatchType; negate: boolean; collation: Collation }> = {},
): TextMatch => ({ collation, text: collation.fold(asked), type, negate })

const prop = (name: string, rest: Partial<PropertyFilter> = {}): PropertyFilter => ({
  name,
  group: undefined,
  notDefined: false,
  test: 'anyof',
  texts: [],
  parameters: [],
  ...rest,
})

const type = (asked: string): ParameterFilter => ({ name: 'TYPE', condition: text(asked, { type: 'equals' }) })

const cases: readonly (readonly [what: string, filter: PropertyFilter, matches: boolean])[] = [
  ['a property that is there', prop('EMAIL'), true],
  ['a property that is there and empty', prop('NOTE'), true],
  ['a property that is not there', prop('TEL'), false],
  ['is-not-defined of one that is there', prop('EMAIL', { notDefined: true }), false],
  ['is-not-defined of one that is not', prop('TEL', { notDefined: true }), true],
  ['a text, whatever its case', prop('FN', { texts: [text('åNN')] }), true],
  ['a text with its escapes undone', prop('FN', { texts: [text('Ånn, the')] }), true],
  ['a text by octets', prop('FN', { texts: [text('ånn', { collation: octet })] }), false],
  ['a text by ASCII letters', prop('FN', { texts: [text('ånn', { collation: asciiCasemap })] }), false],
  ['the whole text', prop('FN', { texts: [text('ånn', { type: 'equals' })] }), false],
  ['the beginning', prop('FN', { texts: [text('ånn', { type: 'starts-with' })] }), true],
  ['the end', prop('FN', { texts: [text('first', { type: 'ends-with' })] }), true],
  ['a negated text, of any of the lines', prop('EMAIL', { texts: [text('home', { negate: true })] }), true],
  ['a negated text that all lines have', prop('EMAIL', { texts: [text('ann', { negate: true })] }), false],
  ['one of two texts', prop('FN', { texts: [text('nobody'), text('first')] }), true],
  ['both of two texts', prop('FN', { test: 'allof', texts: [text('nobody'), text('first')] }), false],
  ['one of a parameter’s values', prop('EMAIL', { parameters: [type('internet')] }), true],
  ['a parameter that no line has', prop('EMAIL', { parameters: [{ name: 'PREF', condition: undefined }] }), false],
  ['a parameter that one line lacks', prop('FN', { parameters: [{ name: 'TYPE', condition: 'not-defined' }] }), true],
  [
    'a text and a parameter of the same line',
    prop('EMAIL', { test: 'allof', texts: [text('work')], parameters: [type('work')] }),
    true,
  ],
  [
    'a text and a parameter of different lines',
    prop('EMAIL', { test: 'allof', texts: [text('work')], parameters: [type('home')] }),
    false,
  ],
  ['a property of a group', prop('EMAIL', { group: 'WORK', texts: [text('work')] }), true],
  ['a property of another group', prop('EMAIL', { group: 'HOME' }), false],
]
for (const [what, filter, matches] of cases)
  test(`${what} ${matches ? 'matches' : 'does not match'}`, () => {
    assert.equal(matchesFilter(ann, { test: 'anyof', properties: [filter] }), matches)
  })

test('a filter without conditions is for every card', () => {
  assert.equal(matchesFilter(ann, { test: 'allof', properties: [] }), true)
})

test('anyof asks for one of the properties, allof for all of them', () => {
  const properties = [prop('EMAIL'), prop('TEL')]
  assert.equal(matchesFilter(ann, { test: 'anyof', properties }), true)
  assert.equal(matchesFilter(ann, { test: 'allof', properties }), false)
})
