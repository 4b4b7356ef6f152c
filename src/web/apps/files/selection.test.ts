import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { all, extend, kept, nothing, only, type Selection, step, toggle } from './selection.ts'

const keys = ['a', 'b', 'c', 'd', 'e']
const chosen = (selection: Selection): string => [...selection.chosen].sort().join('')

describe('a selection', () => {
  it('is one row after a click, and more or fewer after a click with Ctrl', () => {
    assert.equal(chosen(only('b')), 'b')
    assert.equal(chosen(toggle(only('b'), 'd')), 'bd')
    assert.equal(chosen(toggle(toggle(only('b'), 'd'), 'b')), 'd')
  })

  it('reaches from the anchor with Shift, in both directions, and turns around it', () => {
    const down = extend(only('c'), keys, 'e')
    assert.equal(chosen(down), 'cde')
    assert.equal(chosen(extend(down, keys, 'a')), 'abc')
  })

  it('goes along with the cursor, stops at the ends, and can be left where it is', () => {
    assert.equal(chosen(step(only('b'), keys, 1, 'choose')), 'c')
    assert.equal(chosen(step(only('e'), keys, 1, 'choose')), 'e')
    assert.equal(step(nothing, keys, 1, 'choose').cursor, 'a')
    assert.equal(step(nothing, keys, -1, 'choose').cursor, 'e')
    assert.equal(step(nothing, keys, Number.POSITIVE_INFINITY, 'choose').cursor, 'e')
    assert.equal(step(nothing, keys, Number.NEGATIVE_INFINITY, 'choose').cursor, 'a')
    const looked = step(only('b'), keys, 2, 'look')
    assert.equal(looked.cursor, 'd')
    assert.equal(chosen(looked), 'b')
    assert.equal(chosen(step(step(only('b'), keys, 1, 'extend'), keys, 1, 'extend')), 'bcd')
  })

  it('forgets what has gone and keeps the cursor where it was', () => {
    const after = kept(toggle(only('b'), 'c'), keys, ['a', 'b', 'd', 'e'])
    assert.equal(chosen(after), 'b')
    assert.equal(after.cursor, 'd')
    assert.equal(kept(all(keys), keys, []).cursor, undefined)
  })
})
