import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { all, parseTree, textOf } from './xml.ts'

describe('a small XML document', () => {
  it('is a tree of elements by namespace and name, whatever the prefixes', () => {
    const tree = parseTree(
      '<a:x xmlns:a="u:a" kind="k"><y xmlns="u:b"> one &amp; two </y><a:y/><z><y xmlns="u:b">3</y></z></a:x>',
    )
    assert.deepEqual(
      all(tree, '{u:b}y').map(({ text }) => text),
      [' one & two ', '3'],
    )
    assert.equal(textOf(tree, '{u:b}y'), 'one & two')
    assert.equal(textOf(tree, '{u:a}z'), '')
    assert.equal(all(tree, '{u:a}x')[0]?.attributes.get('kind'), 'k')
  })

  it('is refused when it is not whole', () => {
    assert.throws(() => parseTree('<a><b></a>'))
  })
})
