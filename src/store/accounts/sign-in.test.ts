import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import { lastUseEveryMilliseconds, sessionMilliseconds, verifiedMilliseconds } from '../../limits.ts'
import type { Store } from '../store.ts'
import { credentialsTopic } from './accounts.ts'
import { FailureLimiter } from './failure-limiter.ts'
import { HashQueue, type Lane } from './hash-queue.ts'
import type { Principal } from './principal.ts'
import { SignIn } from './sign-in.ts'
import { Tokens } from './tokens.ts'
import { VerifiedCache } from './verified-cache.ts'

const password = 'correct horse'
const at = { address: '192.0.2.7', protocol: 'http', scope: 'files' }

const unauthorized = (error: unknown) => isDomainError(error, 'Unauthorized')

async function newAppPassword(store: Store, accountId: number, scopes: ('all' | 'files' | 'mail')[] = ['all']) {
  return store.write((tx) => store.credentials.createAppPassword(tx, accountId, { label: 'phone', scopes }))
}

async function newSession(store: Store, accountId: number) {
  return store.write((tx) => store.credentials.startSession(tx, accountId, { label: 'Firefox', address: at.address }))
}

test('the right password signs in, a wrong one does not', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password, { isAdmin: true })
  const principal = await store.signIn.password({ ...at, name: 'ann', password })
  assert.deepEqual(
    { ...principal, credentialId: 0 },
    {
      accountId: ann.id,
      name: 'ann',
      displayName: 'ann',
      isAdmin: true,
      scopes: new Set(['all']),
      credentialId: 0,
      kind: 'password',
    },
  )
  await assert.rejects(store.signIn.password({ ...at, name: 'ann', password: 'wrong horse' }), unauthorized)
  await assert.rejects(store.signIn.password({ ...at, name: 'ann', password: '' }), unauthorized)
  await assert.rejects(store.signIn.password({ ...at, name: 'ann', password: 'x'.repeat(100_000) }), unauthorized)
})

test('a name is taken as phones type it', async () => {
  await using opened = await openTestStore()
  await createPerson(opened.store, 'ann', password)
  assert.equal((await opened.store.signIn.password({ ...at, name: 'Ann ', password })).name, 'ann')
})

test('an app password signs in with or without its hyphens, to its own account only', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  await createPerson(store, 'bob', password)
  const { password: secret, id } = await newAppPassword(store, ann.id)
  for (const typed of [secret, secret.replaceAll('-', ''), secret.toUpperCase()]) {
    const principal = await store.signIn.password({ ...at, name: 'ann', password: typed })
    assert.equal(principal.credentialId, id)
    assert.equal(principal.kind, 'app-password')
  }
  await assert.rejects(store.signIn.password({ ...at, name: 'bob', password: secret }), unauthorized)
})

test('an app password is good for its scopes and nothing else', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const { password: secret } = await newAppPassword(store, ann.id, ['files', 'mail'])
  await store.signIn.password({ ...at, name: 'ann', password: secret, scope: 'mail' })
  await assert.rejects(store.signIn.password({ ...at, name: 'ann', password: secret, scope: 'chat' }), (error) =>
    isDomainError(error, 'Forbidden'),
  )
})

test('a revoked app password, a changed password and a disabled account are refused from the acknowledgement on', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await createPerson(store, 'eve', password, { isAdmin: true })
  const ann = await createPerson(store, 'ann', password)
  const app = await newAppPassword(store, ann.id)
  const byApp = () => store.signIn.password({ ...at, name: 'ann', password: app.password })
  const byPassword = (text: string) => store.signIn.password({ ...at, name: 'ann', password: text })

  await byApp()
  await store.write((tx) => store.credentials.revoke(tx, ann.id, 'app-password', app.id))
  await assert.rejects(byApp(), unauthorized)

  await byPassword(password)
  const secret = await store.credentials.hash('another horse')
  await store.write((tx) => store.credentials.setPassword(tx, ann.id, secret))
  await assert.rejects(byPassword(password), unauthorized)
  await byPassword('another horse')

  const session = await newSession(store, ann.id)
  assert.equal((await store.signIn.session(session.token))?.name, 'ann')
  await store.write((tx) => store.accounts.update(tx, ann, { disabled: true }))
  await assert.rejects(byPassword('another horse'), unauthorized)
  assert.equal(await store.signIn.session(session.token), undefined)
})

/** A queue whose first work waits until it is let through. */
class GatedQueue extends HashQueue {
  readonly entered = Promise.withResolvers<void>()
  readonly gate = Promise.withResolvers<void>()

  override async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    const result = await super.run(lane, work)
    this.entered.resolve()
    await this.gate.promise
    return result
  }
}

test('a password that is changed while it is being verified is not accepted, nor remembered', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const secret = await store.credentials.hash('another horse')
  const [queue, cache] = [new GatedQueue(), new VerifiedCache<Principal>()]
  store.watch(credentialsTopic, () => cache.forgetAll())
  const limiter = new FailureLimiter(store.now)
  const signIn = new SignIn({ store, domain: 'localhost', queue, cache, limiter, tokens: new Tokens(Buffer.alloc(32)) })

  const verifying = assert.rejects(signIn.password({ ...at, name: 'ann', password }), unauthorized)
  await queue.entered.promise
  await store.write((tx) => store.credentials.setPassword(tx, ann.id, secret))
  queue.gate.resolve()
  await verifying
  assert.equal(cache.size, 0)
  await signIn.settled()
})

test('a verified password is remembered: repeating it costs no hash', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await createPerson(store, 'ann', password)
  const took = async (times: number) => {
    const began = performance.now()
    for (let i = 0; i < times; i++) await store.signIn.password({ ...at, name: 'ann', password })
    return performance.now() - began
  }
  const first = await took(1)
  assert.ok((await took(100)) < 10 * first, 'a hundred repeats take less than ten hashes')
})

test('a session slides with its use and ends when it is not used', async () => {
  let now = 1_800_000_000_000
  await using opened = await openTestStore({ now: () => now })
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const { token, id } = await newSession(store, ann.id)

  now += sessionMilliseconds - 1
  assert.equal((await store.signIn.session(token, '192.0.2.8'))?.credentialId, id)
  await store.signIn.settled()
  now += sessionMilliseconds - 1
  assert.equal((await store.signIn.session(token))?.credentialId, id)
  await store.signIn.settled()
  now += sessionMilliseconds
  assert.equal(await store.signIn.session(token), undefined)
  assert.deepEqual(await store.read((view) => store.credentials.sessions(view, ann.id)), [])
})

test('the last use is noted, at most every few minutes', async () => {
  let now = 1_800_000_000_000
  await using opened = await openTestStore({ now: () => now })
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const { password: secret } = await newAppPassword(store, ann.id)
  const lastUse = async () => {
    await store.signIn.password({ ...at, name: 'ann', password: secret })
    await store.signIn.settled()
    const [credential] = await store.read((view) => store.credentials.appPasswords(view, ann.id))
    return [credential?.lastUsedAt, credential?.lastUsedBy]
  }
  const first = now
  assert.deepEqual(await lastUse(), [first, '192.0.2.7 http'])
  now += 1000
  assert.deepEqual(await lastUse(), [first, '192.0.2.7 http'])
  now += Math.max(lastUseEveryMilliseconds, verifiedMilliseconds)
  assert.deepEqual(await lastUse(), [now, '192.0.2.7 http'])
})

test('a token of one kind opens nothing as another', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const app = await newAppPassword(store, ann.id)
  const session = await newSession(store, ann.id)
  assert.equal(await store.signIn.session(app.password.replaceAll('-', '')), undefined)
  await assert.rejects(store.signIn.password({ ...at, name: 'ann', password: session.token }), unauthorized)
})
