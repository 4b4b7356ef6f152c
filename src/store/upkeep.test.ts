import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../tests/support/store.ts'
import { upkeepLeaseMilliseconds } from '../limits.ts'
import type { Store } from './store.ts'
import { Upkeep } from './upkeep.ts'

const upkeep = (store: Store, rounds: string[], name: string) =>
  new Upkeep({
    files: { tidy: async () => void rounds.push(name) } as unknown as Store['files'],
    collections: store.collections,
    mail: store.mail,
    pushSubscriptions: store.pushSubscriptions,
    blobs: store.blobs,
    write: (body) => store.write(body),
    onError: (error) => assert.fail(String(error)),
  })

test('of two twins on one database one keeps it, and the other takes over when the lease is over', async () => {
  let now = Date.now()
  await using opened = await openTestStore({ now: () => now })
  const rounds: string[] = []
  const home = upkeep(opened.store, rounds, 'home')
  const away = upkeep(opened.store, rounds, 'away')
  await home.round()
  await away.round()
  await home.round()
  assert.deepEqual(rounds, ['home', 'home'])
  now += upkeepLeaseMilliseconds + 1
  await away.round()
  await home.round()
  assert.deepEqual(rounds, ['home', 'home', 'away'])
})

test('a round that fails is told, and the next one runs', async () => {
  await using opened = await openTestStore()
  const errors: unknown[] = []
  let fails = true
  const failing = new Upkeep({
    files: {
      async tidy() {
        if (fails) throw new Error('no')
      },
    } as unknown as Store['files'],
    collections: opened.store.collections,
    mail: opened.store.mail,
    pushSubscriptions: opened.store.pushSubscriptions,
    blobs: opened.store.blobs,
    write: (body) => opened.store.write(body),
    onError: (error) => errors.push(error),
  })
  await failing.round()
  fails = false
  await failing.round()
  assert.equal(errors.length, 1)
})
