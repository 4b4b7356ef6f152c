// Failed logins spread over protocols and addresses: one limiter, and the owner still gets in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import { freeFailures, freeFailuresShared, knownNetworkMilliseconds, verifiedMilliseconds } from '../../limits.ts'
import type { Store } from '../store.ts'

const password = 'correct horse'
const home = '198.51.100.7'
const protocols = ['http', 'imap', 'smtp', 'xmpp', 'page']

const at = (address: string, protocol = 'http') => ({ name: 'ann', password, address, protocol, scope: 'files' })

/** Guesses from so many addresses, over all protocols; answers how many were let through to be found wrong. */
async function attack(store: Store, guesses: number, name = 'ann'): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: guesses }, (_, i) => {
      const address = i % 2 ? `203.0.${i >> 8}.${i & 255}` : `2001:db8:${i.toString(16)}::1`
      const protocol = protocols[i % protocols.length] ?? 'http'
      return store.signIn.password({ ...at(address, protocol), name, password: `guess ${i}` })
    }),
  )
  let wrong = 0
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected')
    if (isDomainError(outcome.reason, 'Unauthorized')) wrong++
    else assert.ok(isDomainError(outcome.reason, 'TooManyRequests') && Number(outcome.reason.detail.retryAfter) > 0)
  }
  return wrong
}

async function person(clock: { now: number }) {
  const opened = await openTestStore({ now: () => clock.now })
  const ann = await createPerson(opened.store, 'ann', password)
  const app = await opened.store.write((tx) =>
    opened.store.credentials.createAppPassword(tx, ann.id, { label: 'phone', scopes: ['all'] }),
  )
  return { ...opened, ann, app: app.password }
}

test('the attack is slowed down, and the owner still gets in from where they signed in before', async () => {
  const clock = { now: 1_800_000_000_000 }
  await using opened = await person(clock)
  const { store, app } = opened
  await store.signIn.password(at(home))
  await store.signIn.settled()
  clock.now += verifiedMilliseconds // so that the password is verified anew

  assert.ok((await attack(store, 500)) <= freeFailuresShared)
  assert.equal((await store.signIn.password(at(home))).name, 'ann')
  assert.equal(
    (await store.signIn.password({ ...at('192.0.2.99'), password: app })).name,
    'ann',
    'devices go on anywhere',
  )
  await assert.rejects(store.signIn.password(at('192.0.2.98')), { code: 'TooManyRequests' })
})

test('the network at home is its own for 30 days', async () => {
  const clock = { now: 1_800_000_000_000 }
  await using opened = await person(clock)
  const { store } = opened
  await store.signIn.password(at(home))
  await store.signIn.settled()
  clock.now += knownNetworkMilliseconds - 1
  await attack(store, 200)
  await store.signIn.password(at(home))
  await store.signIn.settled()
  clock.now += knownNetworkMilliseconds
  await attack(store, 200)
  await assert.rejects(store.signIn.password(at(home)), { code: 'TooManyRequests' })
})

test('an attacker in the same household has the household’s budget, and it does not reach the devices', async () => {
  const clock = { now: 1_800_000_000_000 }
  await using opened = await person(clock)
  const { store, app } = opened
  await store.signIn.password(at(home))
  await store.signIn.settled()
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) => store.signIn.password({ ...at(home), password: `guess ${i}` })),
  )
  const wrong = outcomes.filter(
    (outcome) => outcome.status === 'rejected' && isDomainError(outcome.reason, 'Unauthorized'),
  )
  assert.equal(wrong.length, freeFailures)
  await assert.rejects(
    store.signIn.password(at(home)),
    { code: 'TooManyRequests' },
    'a remembered password is no way round',
  )
  await store.signIn.password({ ...at(home), password: app })
})

test('a device that repeats an old password keeps nobody out', async () => {
  const clock = { now: 1_800_000_000_000 }
  await using opened = await person(clock)
  const { store } = opened
  await store.signIn.password(at(home))
  await store.signIn.settled()
  for (let i = 0; i < 200; i++) {
    await assert.rejects(store.signIn.password({ ...at(home), password: 'the old one' }), { code: 'Unauthorized' })
  }
  clock.now += verifiedMilliseconds
  await store.signIn.password(at(home))
})

test('an old password that becomes the password again is taken', async () => {
  const clock = { now: 1_800_000_000_000 }
  await using opened = await person(clock)
  const { store, ann } = opened
  await assert.rejects(store.signIn.password({ ...at(home), password: 'another horse' }), { code: 'Unauthorized' })
  const secret = await store.credentials.hash('another horse')
  await store.write((tx) => store.credentials.setPassword(tx, ann.id, secret))
  await store.signIn.password({ ...at(home), password: 'another horse' })
})

test('an account that does not exist answers as one that does, and takes as long', async () => {
  const clock = { now: 1_800_000_000_000 }
  await using opened = await person(clock)
  const { store } = opened
  const fail = async (name: string, address: string): Promise<{ took: number; message: string }> => {
    const began = performance.now()
    try {
      await store.signIn.password({ ...at(address), name, password: 'wrong horse' })
    } catch (error) {
      return { took: performance.now() - began, message: (error as Error).message }
    }
    throw new Error('signed in')
  }
  const known = [await fail('ann', '192.0.2.1'), await fail('ann', '192.0.2.2'), await fail('ann', '192.0.2.3')]
  const unknown = [await fail('bob', '192.0.2.1'), await fail('bob', '192.0.2.2'), await fail('bob', '192.0.2.3')]
  const fastest = (tries: { took: number }[]) => Math.min(...tries.map(({ took }) => took))
  assert.equal(known[0]?.message, unknown[0]?.message)
  assert.ok(fastest(unknown) > fastest(known) / 5, 'the password is hashed for nobody, too')
  assert.ok(fastest(known) > fastest(unknown) / 5)
  assert.equal((await attack(store, 60, 'nobody')) <= freeFailuresShared, true, 'and it is limited alike')
})
