import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonical, encodePath, freeName, nameOf, parentOf, pathBelow, within } from './paths.ts'

describe('the address of a file', () => {
  it('carries any name there and back', () => {
    for (const name of ['a b', 'ü', '100%', '#1?', 'a&b', "it's", '..%2f', '名前', '…']) {
      assert.deepEqual(pathBelow('/files', `/files/${encodePath([name, 'x'])}`), [name, 'x'])
    }
  })

  it('is one, however a server spells it', () => {
    assert.equal(canonical('/dav/files/ann/a%2bb/'), canonical('/dav/files/ann/a+b'))
    assert.equal(canonical('https://twin.example/dav/files/ann/%c3%bc'), '/dav/files/ann/%C3%BC')
  })

  it('below another root, or broken, is none', () => {
    assert.equal(pathBelow('/files', '/filesystem/a'), undefined)
    assert.equal(pathBelow('/files', '/files/%E0%A4%A'), undefined)
  })

  it('knows its folder, its name and what is in it', () => {
    assert.equal(parentOf('/r/a/b'), '/r/a')
    assert.equal(nameOf('/r/a%20b'), 'a b')
    assert.ok(within('/r/a', '/r/a/b'))
    assert.ok(!within('/r/a', '/r/ab'))
  })
})

it('a name that is taken gets a number before its extension', () => {
  const taken = new Set(['a.txt', 'a 2.txt', 'b', '.profile'])
  const free = (name: string): string => freeName(name, (candidate) => taken.has(candidate))
  assert.equal(free('a.txt'), 'a 3.txt')
  assert.equal(free('b'), 'b 2')
  assert.equal(free('.profile'), '.profile 2')
  assert.equal(free('c'), 'c')
})
