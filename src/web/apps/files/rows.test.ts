import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inSight, scrollTo } from './rows.ts'

const list = { count: 100_000, columns: 1, rowHeight: 44, scrollTop: 0, height: 880, spare: 5 }

describe('a list of 100,000 rows', () => {
  it('draws what is in sight and a few more, wherever it is scrolled to', () => {
    assert.deepEqual(inSight(list), { first: 0, last: 25, top: 0, total: 4_400_000 })
    assert.deepEqual(inSight({ ...list, scrollTop: 440_000 }), {
      first: 9_995,
      last: 10_025,
      top: 439_780,
      total: 4_400_000,
    })
    assert.equal(inSight({ ...list, scrollTop: 4_400_000 }).last, 100_000)
  })

  it('fills rows of several columns, the last one perhaps in part', () => {
    assert.deepEqual(inSight({ ...list, count: 10, columns: 4, rowHeight: 100 }), {
      first: 0,
      last: 10,
      top: 0,
      total: 300,
    })
  })

  it('draws nothing for no rows', () => {
    assert.deepEqual(inSight({ ...list, count: 0 }), { first: 0, last: 0, top: 0, total: 0 })
  })

  it('scrolls no further than a row needs to be seen', () => {
    assert.equal(scrollTo(3, 44, 0, 880), 0)
    assert.equal(scrollTo(20, 44, 0, 880), 44)
    assert.equal(scrollTo(2, 44, 880, 880), 88)
  })
})
