import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openTestStore, testServer } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import type { Store, Tx } from '../store.ts'

const remember = (tx: Tx, key: string) => tx.db.insertInto('setting').values({ key, value: key }).execute()
const remembered = (store: Store) =>
  store.read((view) => view.db.selectFrom('setting').select('key').where('key', '!=', 'epoch').orderBy('key').execute())

async function account(store: Store, name: string, quota: number | null = null): Promise<number> {
  return store.write(async (tx) => {
    const { id } = await tx.db
      .insertInto('account')
      .values({ uid: name, name, displayName: name, quota, createdAt: tx.now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await tx.db.insertInto('clock').values({ accountId: id }).execute()
    return id
  })
}

test('a body that throws takes back its own changes and nobody else’s', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const outcomes = await Promise.allSettled([
    store.write((tx) => remember(tx, 'a')),
    store.write(async (tx) => {
      await remember(tx, 'b')
      throw new Error('no')
    }),
    store.write((tx) => remember(tx, 'c')),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(
    (await remembered(store)).map((row) => row.key),
    ['a', 'c'],
  )
})

const onlySqlite = { skip: testServer !== undefined && 'PostgreSQL gives a body some seconds' }

test('a body that waits for something else is refused and the others go on', onlySqlite, async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const late = store.write(async (tx) => {
    await remember(tx, 'late')
    await setTimeout(5)
    await remember(tx, 'too late')
  })
  const [stalled, fine] = await Promise.allSettled([late, store.write((tx) => remember(tx, 'fine'))])
  assert.equal(stalled.status, 'rejected')
  assert.equal(fine.status, 'fulfilled')
  assert.deepEqual(
    (await remembered(store)).map((row) => row.key),
    ['fine'],
  )
})

test('a settled transaction runs no more queries', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const kept = await store.write(async (tx) => ({ tx }))
  await assert.rejects(remember(kept.tx, 'x'), /settled/)
})

test('a read sees no write that is not committed, and what it answers is the committed state', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const written = store.write((tx) => remember(tx, 'a'))
  const seenBefore = remembered(store)
  await written
  assert.ok((await seenBefore).length <= 1)
  assert.equal((await remembered(store)).length, 1)
})

test('positions go up by one, over batches and over bodies of one batch', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await account(store, 'ann')
  const together = await Promise.all([1, 2, 3].map(() => store.write((tx) => tx.stamp(ann))))
  const later = await store.write((tx) => tx.stamp(ann))
  assert.deepEqual([...together, later], [1, 2, 3, 4])
})

test('a charge over the quota is refused, and a refused body gives its charge back', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await account(store, 'ann', 100)
  const outcomes = await Promise.allSettled([
    store.write(async (tx) => {
      await tx.charge(ann, 90)
      throw new Error('no')
    }),
    store.write((tx) => tx.charge(ann, 60)),
    store.write((tx) => tx.charge(ann, 60)),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'fulfilled', 'rejected'],
  )
  assert.ok(isDomainError((outcomes[2] as PromiseRejectedResult).reason, 'QuotaExceeded'))
  const clock = await store.read((view) => view.db.selectFrom('clock').select('used').executeTakeFirstOrThrow())
  assert.equal(clock.used, 60)
})

test('a watcher is told after the change is there to be read', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const signal = new EventTarget()
  const told = once(signal, 'changed')
  const stop = store.watch('topic', () => signal.dispatchEvent(new Event('changed')))
  const written = store.write(async (tx) => {
    await remember(tx, 'a')
    tx.changed('topic')
  })
  await told
  assert.equal((await remembered(store)).length, 1)
  await written
  stop()
})

test('writes that were taken before close are kept, later ones are refused', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const taken = store.write((tx) => remember(tx, 'a'))
  const closing = store.close()
  await assert.rejects(
    store.write((tx) => remember(tx, 'b')),
    /closed/,
  )
  await taken
  await closing
})

test('a read that comes while a write dawdles sees nothing of it', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const seen = Promise.withResolvers<unknown[]>()
  const late = store.write(async (tx) => {
    await remember(tx, 'late')
    seen.resolve(remembered(store))
    await setTimeout(5)
  })
  await Promise.allSettled([late])
  assert.deepEqual(await seen.promise, [])
})

test('a read that changes anything is refused, and what it changed is gone', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await assert.rejects(
    store.read((view) => remember(view as Tx, 'a')),
    /must not change|read-only/,
  )
  assert.deepEqual(await remembered(store), [])
})
