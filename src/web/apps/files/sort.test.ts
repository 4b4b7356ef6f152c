import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Entry } from './entry.ts'
import { type Order, pressed, sorted } from './sort.ts'

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  href: `/${name}`,
  name,
  folder: false,
  size: 0,
  modified: 0,
  type: '',
  etag: '',
  id: '',
  share: '',
  origin: '',
  at: 0,
  ...more,
})
const names = (entries: Entry[], order: Order): string =>
  sorted(entries, order)
    .map(({ name }) => name)
    .join(' ')

describe('the order of a list', () => {
  it('has folders first, and numbers as people count', () => {
    const entries = [entry('a10'), entry('a2'), entry('z', { folder: true }), entry('B1')]
    assert.equal(names(entries, { by: 'name', descending: false }), 'z a2 a10 B1')
    assert.equal(names(entries, { by: 'name', descending: true }), 'z B1 a10 a2')
  })

  it('goes by size, and by name where sizes are equal', () => {
    const entries = [entry('c', { size: 1 }), entry('b', { size: 2 }), entry('a', { size: 1 })]
    assert.equal(names(entries, { by: 'size', descending: false }), 'a c b')
  })

  it('turns round when its header is pressed again', () => {
    const once = pressed({ by: 'name', descending: false }, 'modified')
    assert.deepEqual(once, { by: 'modified', descending: true })
    assert.deepEqual(pressed(once, 'modified'), { by: 'modified', descending: false })
  })
})
