import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifiedMilliseconds } from '../../limits.ts'
import { VerifiedCache } from './verified-cache.ts'

const now = 1_800_000_000_000

test('what was verified is remembered for its time, or until its own end if that is earlier', () => {
  const cache = new VerifiedCache<string>()
  const { generation } = cache
  cache.remember('a', 'ann', { generation, now })
  cache.remember('b', 'bob', { generation, now, until: now + 10 })
  assert.deepEqual([cache.get('a', now + verifiedMilliseconds - 1), cache.get('b', now + 9)], ['ann', 'bob'])
  assert.deepEqual([cache.get('a', now + verifiedMilliseconds), cache.get('b', now + 10)], [undefined, undefined])
  assert.equal(cache.size, 0)
})

test('a change of any credential empties it, and what was being verified meanwhile stays out', () => {
  const cache = new VerifiedCache<string>()
  const { generation } = cache
  cache.remember('a', 'ann', { generation, now })
  cache.forgetAll()
  assert.equal(cache.get('a', now), undefined)
  cache.remember('a', 'ann', { generation, now })
  assert.equal(cache.get('a', now), undefined)
})

test('it holds so many and no more; the oldest goes', () => {
  const cache = new VerifiedCache<number>(3)
  const { generation } = cache
  for (let i = 0; i < 5; i++) cache.remember(`${i}`, i, { generation, now })
  assert.equal(cache.size, 3)
  assert.deepEqual([cache.get('1', now), cache.get('2', now), cache.get('4', now)], [undefined, 2, 4])
})

test('a key tells nothing of what it stands for, and is different in every twin', () => {
  const [here, there] = [new VerifiedCache(), new VerifiedCache()]
  const key = here.key('password', 'ann', 'correct horse')
  assert.ok(!key.includes('ann') && !Buffer.from(key, 'base64').toString('latin1').includes('horse'))
  assert.equal(here.key('password', 'ann', 'correct horse'), key)
  assert.notEqual(there.key('password', 'ann', 'correct horse'), key)
  assert.notEqual(here.key('password', 'an', 'n', 'correct horse'), key)
})
