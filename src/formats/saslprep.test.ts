import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saslprep } from './saslprep.ts'

test('RFC 4013 §3: the examples', () => {
  assert.equal(saslprep('I\u00adX'), 'IX')
  assert.equal(saslprep('user'), 'user')
  assert.equal(saslprep('USER'), 'USER')
  assert.equal(saslprep('\u00aa'), 'a')
  assert.equal(saslprep('\u2168'), 'IX')
  assert.equal(saslprep('\u0007'), undefined)
})

test('RFC 4013 §2.1: other spaces become a space', () => {
  assert.equal(saslprep('a\u3000b\u00a0c'), 'a b c')
})

test('composed and decomposed letters are the same password', () => {
  assert.equal(saslprep('gru\u0308n'), saslprep('gr\u00fcn'))
})

test('RFC 4013 §2.3: prohibited characters are refused', () => {
  for (const character of ['\u0000', '\u0085', '\ue000', '\ud800', '\u202e', '\ufffd', '\u{e0041}', '\uffff']) {
    assert.equal(saslprep(`a${character}b`), undefined, character.codePointAt(0)?.toString(16))
  }
})

test('emoji are allowed in a password', () => {
  assert.equal(saslprep('pass🦊word'), 'pass🦊word')
})
