import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatAgo, formatPercent, formatSize, formatWhen } from './format.ts'
import { say } from './messages.ts'

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ')

describe('how a language writes', () => {
  it('sizes in three digits at most, with its own decimal sign', () => {
    assert.equal(formatSize('en', 0), '0 bytes')
    assert.equal(formatSize('en', 999), '999 bytes')
    assert.equal(plain(formatSize('en', 1_234_567)), '1.23 MB')
    assert.equal(plain(formatSize('de', 12_345_678)), '12,3 MB')
    assert.equal(plain(formatSize('en', 999_999)), '1 MB')
  })

  it('dates no longer than they need to be', () => {
    const now = new Date(2026, 4, 20, 12).getTime()
    assert.equal(formatWhen('de', new Date(2026, 4, 20, 9, 5).getTime(), now), '9:05')
    assert.equal(formatWhen('en', new Date(2026, 0, 2).getTime(), now), 'Jan 2')
    assert.equal(formatWhen('en', new Date(2024, 0, 2).getTime(), now), 'Jan 2, 2024')
  })

  it('how long ago something was', () => {
    assert.equal(formatAgo('en', 0, 3 * 3_600_000), '3 hours ago')
    assert.equal(formatAgo('de', 7 * 86_400_000 - 5, 0), 'in 7 Tagen')
    assert.equal(formatAgo('en', 0, 1000), 'this minute')
  })

  it('a progress that is whole only when it is', () => {
    assert.equal(formatPercent('en', 0.999), '99%')
    assert.equal(formatPercent('en', 1), '100%')
  })
})

describe('a message', () => {
  it('has the plural form of its count and the values in their places', () => {
    const message = { one: '{count} file in {name}', other: '{count} files in {name}' }
    assert.equal(say('en', message, { count: 1, name: 'A' }), '1 file in A')
    assert.equal(say('en', message, { count: 1200, name: '{count}' }), '1,200 files in {count}')
  })

  it('leaves a place empty that has no value', () => {
    assert.equal(say('en', 'a {b}'), 'a {b}')
  })
})
