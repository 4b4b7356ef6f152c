import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Batch } from './batch.ts'

describe('an upload of several files', () => {
  it('is whole only when every file is done, not when every byte is sent', () => {
    const batch = new Batch([100, 100], 0)
    const files = [{}, {}] as const
    for (const file of files) batch.sent(file, 100)
    assert.ok(batch.progress(1000).fraction < 1)
    batch.finished = 2
    assert.equal(batch.progress(1000).fraction, 1)
  })

  it('goes by bytes for one file, and says how long it will still take', () => {
    const batch = new Batch([1000], 0)
    const file = {}
    batch.sent(file, 250)
    const { fraction, bytesPerSecond, secondsLeft } = batch.progress(5000)
    assert.equal(fraction, 0.25)
    assert.equal(bytesPerSecond, 50)
    assert.equal(secondsLeft, 15)
  })

  it('goes back when a file begins again', () => {
    const batch = new Batch([1000], 0)
    const file = {}
    batch.sent(file, 900)
    batch.sent(file, 0)
    assert.equal(batch.progress(1000).fraction, 0)
  })

  it('of empty files goes by their number', () => {
    const batch = new Batch([0], 0)
    assert.equal(batch.progress(10).fraction, 0)
    batch.finished = 1
    assert.equal(batch.progress(10).fraction, 1)
  })
})
