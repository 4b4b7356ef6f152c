import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../tests/support/store.ts'
import { isDomainError } from '../errors.ts'
import { type Lock, type LockRequest, Locks, requireTokens } from './locks.ts'
import { Properties } from './properties.ts'

const locks = new Locks()
const request = (itemId: number, more: Partial<LockRequest> = {}): LockRequest => ({
  kind: 'node',
  itemId,
  accountId: 1,
  exclusive: true,
  deep: false,
  owner: '',
  seconds: 60,
  ancestors: [],
  ...more,
})
const isLocked = (error: unknown) => isDomainError(error, 'Locked')

test('RFC 4918 §6.2: shared locks live together, an exclusive one lives alone', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await store.write((tx) => locks.create(tx, request(1, { exclusive: false })))
  await store.write((tx) => locks.create(tx, request(1, { exclusive: false, accountId: 2 })))
  await assert.rejects(
    store.write((tx) => locks.create(tx, request(1))),
    isLocked,
  )
})

test('RFC 4918 §7.4: a deep lock covers members, a shallow one does not', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await store.write((tx) => locks.create(tx, request(1, { deep: true })))
  await store.write((tx) => locks.create(tx, request(2)))
  await assert.rejects(
    store.write((tx) => locks.create(tx, request(10, { ancestors: [1] }))),
    isLocked,
  )
  const member = await store.write((tx) => locks.create(tx, request(20, { ancestors: [2] })))
  await assert.rejects(
    store.write((tx) => locks.create(tx, request(3, { deep: true }), [member])),
    isLocked,
  )
})

test('a lock that is over covers nothing, and a refresh restarts its time', async () => {
  let now = 1_000_000
  await using opened = await openTestStore({ now: () => now })
  const { store } = opened
  const lock = await store.write((tx) => locks.create(tx, request(1, { seconds: 10 })))
  now += 9_000
  await store.write((tx) => locks.refresh(tx, lock, 10))
  now += 9_000
  assert.equal((await store.read((view) => locks.covering(view, 'node', 1, []))).length, 1)
  now += 1_000
  assert.deepEqual(await store.read((view) => locks.covering(view, 'node', 1, [])), [])
  assert.equal(await store.read((view) => locks.byToken(view, lock.token)), undefined)
  await store.write((tx) => locks.sweep(tx))
  assert.deepEqual(await store.read((view) => view.db.selectFrom('lock').select('id').execute()), [])
})

test('RFC 4918 §7.5: of an exclusive lock the token is needed, of shared ones any of one’s own', () => {
  const lock = (token: string, accountId: number, exclusive: boolean): Lock => ({
    ...request(1, { accountId, exclusive }),
    id: 1,
    token,
    expiresAt: 1,
  })
  const tokens = (...all: string[]) => new Set(all)
  assert.throws(() => requireTokens([lock('a', 1, true)], 1, tokens()), isLocked)
  assert.throws(() => requireTokens([lock('a', 1, true)], 2, tokens('a')), isLocked)
  assert.doesNotThrow(() => requireTokens([lock('a', 1, true)], 1, tokens('a')))
  const shared = [lock('b', 1, false), lock('c', 2, false)]
  assert.doesNotThrow(() => requireTokens(shared, 2, tokens('c')))
  assert.throws(() => requireTokens(shared, 2, tokens('b')), isLocked)
})

test('dead properties are kept as sent, replaced by name, copied and forgotten', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const properties = new Properties()
  const colour = { namespace: 'urn:x', name: 'colour', value: '<b xmlns="urn:x">ré</b>', language: 'fr' }
  await store.write(async (tx) => {
    await properties.set(tx, 'node', 1, { ...colour, value: 'old' })
    await properties.set(tx, 'node', 1, colour)
    await properties.copy(tx, 'node', [{ from: 1, to: 2 }])
    assert.equal(await properties.remove(tx, 'node', 1, { namespace: '', name: 'colour' }), false)
  })
  const found = await store.read((view) => properties.listMany(view, 'node', [1, 2, 3]))
  assert.deepEqual([...found.keys()], [1, 2])
  assert.deepEqual({ ...found.get(2)?.[0] }, colour)
  await store.write((tx) => properties.forget(tx, 'node', [1, 2]))
  assert.deepEqual(await store.read((view) => properties.list(view, 'node', 1)), [])
})
