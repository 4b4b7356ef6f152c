import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { httpDate, isoSeconds } from './dates.ts'

const day = 24 * 60 * 60_000
const times = [0, 1, 999, 1000, 59_999, day - 1, day, -1, -day, 951_782_400_000, 1_795_376_849_259, 99_999_999_999_000]
for (let time = 1_700_000_000_000; time < 1_700_000_000_000 + 3 * day; time += 61_007) times.push(time)

describe('dates', () => {
  it('are what Date writes, in any order', () => {
    for (const time of [...times, ...times.toReversed()]) {
      assert.equal(httpDate(time), new Date(time).toUTCString())
      assert.equal(isoSeconds(time), `${new Date(time).toISOString().slice(0, 19)}Z`)
    }
  })
})
