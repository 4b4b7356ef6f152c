import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiCasemap, collationNamed, matchesText, octet, unicodeCasemap } from './collation.ts'

test('i;ascii-casemap knows A to Z and nothing else', () => {
  assert.equal(asciiCasemap.fold('Straße ünï'), 'STRAßE üNï')
})

test('i;octet tells every two characters apart', () => {
  assert.notEqual(octet.fold('a'), octet.fold('A'))
})

test('i;unicode-casemap holds equal what differs by case or by composition', () => {
  for (const [one, other] of [
    ['Ünïcödé', 'U\u0308NI\u0308CO\u0308DE\u0301'],
    ['ÅNGSTRÖM', 'ångström'],
    ['Ωμέγα', 'ωΜΈΓΑ'],
    ['Иван', 'ИВАН'],
  ] as const)
    assert.equal(unicodeCasemap.fold(one), unicodeCasemap.fold(other))
  assert.notEqual(unicodeCasemap.fold('straße'), unicodeCasemap.fold('strasse'))
})

test('a collation that is not known is not another one', () => {
  assert.equal(collationNamed('i;basic', octet), undefined)
  assert.equal(collationNamed(undefined, octet), octet)
  assert.equal(collationNamed('default', unicodeCasemap), unicodeCasemap)
  assert.equal(collationNamed('i;ascii-casemap', octet), asciiCasemap)
})

test('the four ways to match', () => {
  assert.deepEqual(
    (['equals', 'contains', 'starts-with', 'ends-with'] as const).map((type) => matchesText('ANNA', 'NNA', type)),
    [false, true, false, true],
  )
  assert.equal(matchesText('ANNA', 'AN', 'starts-with'), true)
  assert.equal(matchesText('ANNA', 'ANNA', 'equals'), true)
})
