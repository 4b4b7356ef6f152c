// Matrix v1.19 Appendices §3.1: the examples of the specification, and what a hostile peer might send.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { matrixJsonDepth } from '../../limits.ts'
import { byCodePoint, CanonicalJsonError, canonicalJson, type Json } from './json.ts'

const examples: [text: string, canonical: string][] = [
  ['{}', '{}'],
  ['{"one": 1, "two": "Two"}', '{"one":1,"two":"Two"}'],
  ['{"b": "2", "a": "1"}', '{"a":"1","b":"2"}'],
  ['{"a": "日本語"}', '{"a":"日本語"}'],
  ['{"本": 2, "日": 1}', '{"日":1,"本":2}'],
  ['{"a": "\\u65E5"}', '{"a":"日"}'],
  ['{"a": null}', '{"a":null}'],
  ['{"a": -0, "b": 1e10}', '{"a":0,"b":10000000000}'],
  ['{"a": "\\u0001\\u001f\\u007f/\\/\\"\\\\\\n"}', '{"a":"\\u0001\\u001f\u007f//\\"\\\\\\n"}'],
  ['{"__proto__": {"x": [true, false]}}', '{"__proto__":{"x":[true,false]}}'],
]
for (const [text, canonical] of examples) {
  it(`writes ${text}`, () => assert.equal(canonicalJson(JSON.parse(text)), canonical))
}

it('sorts by code point, not by UTF-16 unit', () => {
  assert.equal(canonicalJson({ '\u{10000}': 1, '\uffff': 2 }), '{"\uffff":2,"\u{10000}":1}')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(byCodePoint(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
})

it('refuses numbers that not everybody reads alike, since version 6', () => {
  for (const number of [0.5, 2 ** 53, -(2 ** 53), 1e300]) {
    assert.throws(() => canonicalJson({ number }), CanonicalJsonError)
    assert.equal(Number(canonicalJson(number, false)), number)
  }
  assert.equal(canonicalJson([2 ** 53 - 1, -(2 ** 53) + 1]), '[9007199254740991,-9007199254740991]')
})

it('refuses half of a surrogate pair, in keys too', () => {
  assert.throws(() => canonicalJson('\ud800'), CanonicalJsonError)
  assert.throws(() => canonicalJson({ '\udc00': 1 }), CanonicalJsonError)
})

it('refuses what is nested deeply, and does not run out of stack', () => {
  let nested: Json = []
  for (let depth = 0; depth < 20_000; depth++) nested = [nested]
  assert.throws(() => canonicalJson(nested), CanonicalJsonError)
  let fine: Json = 1
  for (let depth = 0; depth < matrixJsonDepth; depth++) fine = [fine]
  assert.equal(canonicalJson(fine).length, 2 * matrixJsonDepth + 1)
})

it('writes what JSON reads back as the same value, and the same text for any order of keys', () => {
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('json')),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('json')),
    ),
  }))
  const reversed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(reversed)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, each]) => [key, reversed(each)]),
    )
  }
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value as Json)
      assert.equal(canonicalJson(JSON.parse(text)), text)
      assert.equal(canonicalJson(reversed(value as Json)), text)
    }),
  )
})
