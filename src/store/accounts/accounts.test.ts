import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore, temporaryFolder } from '../../../tests/support/store.ts'
import { labelCharacters, sessionsPerAccount } from '../../limits.ts'
import { Store } from '../store.ts'
import { checkName } from './names.ts'

const password = 'correct horse'

async function putFile(store: Store, accountId: number, name: string): Promise<void> {
  const staged = store.blobs.small(Buffer.from(`content of ${name}`))
  await store.write(async (tx) => {
    const { id: parentId } = await store.files.root(tx, accountId)
    await store.files.put(tx, { accountId, parentId, name, staged })
  })
}

const rowsOf = (store: Store, accountId: number) =>
  store.read(async (view) => {
    const count = async (table: 'node' | 'credential' | 'clock' | 'known_network') =>
      (await view.db.selectFrom(table).select('id').where('accountId', '=', accountId).execute()).length
    return {
      node: await count('node'),
      credential: await count('credential'),
      clock: await count('clock'),
      known: await count('known_network'),
    }
  })

test('a name is safe in an address: it is its own percent-encoding, its own folded form and no path', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9._-]{1,40}$/)), (name) => {
      try {
        checkName(name)
      } catch {
        return
      }
      assert.equal(encodeURIComponent(name), name)
      assert.equal(name.toLowerCase(), name)
      assert.equal(name.normalize('NFKC'), name)
      assert.ok(!name.includes('..') && !name.startsWith('.') && !name.endsWith('.') && name.length <= 32)
    }),
  )
  for (const name of ['a', 'ann', 'ann.b', 'a1-b_c', 'x'.repeat(32)]) checkName(name)
})

test('a deleted account signs in no more at once, and its data go', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await createPerson(store, 'eve', password, { isAdmin: true })
  const ann = await createPerson(store, 'ann', password)
  const attempt = { name: 'ann', password, address: '192.0.2.1', protocol: 'http', scope: 'files' }
  await store.signIn.password(attempt)
  await putFile(store, ann.id, 'a.txt')
  await store.write((tx) => store.accounts.delete(tx, ann))
  await assert.rejects(store.signIn.password(attempt), { code: 'Unauthorized' })
  await store.erasures.settled()
  await store.signIn.settled()
  assert.deepEqual(await rowsOf(store, ann.id), { node: 0, credential: 0, clock: 0, known: 0 })
})

test('a deleted account that a stopped twin left is erased at the next start', async () => {
  await using folder = await temporaryFolder()
  const before = await Store.open({ directory: folder.path })
  const ann = await createPerson(before, 'ann', password)
  await putFile(before, ann.id, 'a.txt')
  // As if the twin was stopped right after the acknowledgement.
  await before.write(async (tx) => {
    await tx.db.updateTable('account').set({ state: 'deleted' }).where('id', '=', ann.id).execute()
  })
  await before.close()
  await using after = await Store.open({ directory: folder.path })
  await after.erasures.settled()
  assert.equal((await rowsOf(after, ann.id)).node, 0)
})

test('a name is never given out again, not even that of a deleted account', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await createPerson(store, 'eve', password, { isAdmin: true })
  const ann = await createPerson(store, 'ann', password)
  const again = () => store.write((tx) => store.accounts.create(tx, { name: 'ann' }))
  await assert.rejects(again(), { code: 'AlreadyExists' })
  await store.write((tx) => store.accounts.delete(tx, ann))
  await store.erasures.settled()
  await assert.rejects(again(), { code: 'AlreadyExists' })
  assert.equal(await store.read((view) => store.accounts.byName(view, 'ann')), undefined)
})

test('there is always an owner who can sign in', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password, { isAdmin: true })
  const bob = await createPerson(store, 'bob', password, { isAdmin: true })
  const update = (account: typeof ann, changes: { disabled?: boolean; isAdmin?: boolean }) =>
    store.write((tx) => store.accounts.update(tx, account, changes))
  const disabled = await update(bob, { disabled: true })
  await assert.rejects(update(ann, { isAdmin: false }), { code: 'Conflict' })
  await assert.rejects(
    store.write((tx) => store.accounts.delete(tx, ann)),
    { code: 'Conflict' },
  )
  await update(disabled, { disabled: false })
  await update(ann, { isAdmin: false })
})

test('two owners who delete each other at the same time: one stays', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password, { isAdmin: true })
  const bob = await createPerson(store, 'bob', password, { isAdmin: true })
  const outcomes = await Promise.allSettled(
    [ann, bob].map((account) => store.write((tx) => store.accounts.delete(tx, account))),
  )
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

test('a set-up link is void when a later start made another, and good for ever otherwise', async () => {
  let now = 1_800_000_000_000
  await using opened = await openTestStore({ now: () => now })
  const { store } = opened
  const first = await store.write((tx) => store.links.createSetup(tx))
  const second = await store.write((tx) => store.links.createSetup(tx))
  await assert.rejects(
    store.read((view) => store.links.find(view, first.token)),
    { code: 'NotFound' },
  )
  now += 10 * 365 * 24 * 60 * 60_000
  assert.equal((await store.read((view) => store.links.find(view, second.token))).kind, 'setup')
})

test('an invitation and a recovery link end at their time, and each is for its own purpose', async () => {
  let now = 1_800_000_000_000
  await using opened = await openTestStore({ now: () => now })
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const invitation = await store.write((tx) => store.links.createInvitation(tx, ann.id))
  const recovery = await store.write((tx) => store.links.createRecovery(tx, ann.id))
  await assert.rejects(
    store.write((tx) => store.links.use(tx, invitation.token, 'setup')),
    { code: 'NotFound' },
  )
  await assert.rejects(
    store.write((tx) => store.links.use(tx, invitation.token, 'recovery')),
    { code: 'NotFound' },
  )
  now = recovery.expiresAt
  await assert.rejects(
    store.write((tx) => store.links.use(tx, recovery.token, 'recovery')),
    { code: 'NotFound' },
  )
  await store.write((tx) => store.links.use(tx, invitation.token, 'invite'))
  await assert.rejects(
    store.write((tx) => store.links.use(tx, invitation.token, 'invite')),
    { code: 'NotFound' },
  )
})

test('no secret is in the database as it is', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const app = await store.write((tx) =>
    store.credentials.createAppPassword(tx, ann.id, { label: 'x', scopes: ['all'] }),
  )
  const session = await store.write((tx) => store.credentials.startSession(tx, ann.id, { label: 'x', address: '' }))
  const link = await store.write((tx) => store.links.createRecovery(tx, ann.id))
  const rows = await store.read(async (view) => [
    ...(await view.db.selectFrom('credential').selectAll().execute()),
    ...(await view.db.selectFrom('invitation').selectAll().execute()),
  ])
  const text = rows
    .flatMap((row) => Object.values(row))
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
    .join('\n')
  for (const secret of [password, app.password, app.password.replaceAll('-', ''), session.token, link.token]) {
    assert.ok(!text.includes(secret))
    assert.ok(!text.includes(Buffer.from(secret, 'base64url').toString('latin1')))
  }
})

test('an account has so many sessions and no more: the longest unused ends', async () => {
  let now = 1_800_000_000_000
  await using opened = await openTestStore({ now: () => now })
  const { store } = opened
  const ann = await createPerson(store, 'ann', password)
  const tokens: string[] = []
  for (let i = 0; i < sessionsPerAccount + 2; i++) {
    now += 1000
    const session = await store.write((tx) =>
      store.credentials.startSession(tx, ann.id, { label: 'x'.repeat(10_000), address: '192.0.2.1' }),
    )
    tokens.push(session.token)
  }
  const sessions = await store.read((view) => store.credentials.sessions(view, ann.id))
  assert.equal(sessions.length, sessionsPerAccount)
  assert.ok(sessions.every(({ label }) => label.length === labelCharacters))
  const works = async (token = '') => (await store.signIn.session(token)) !== undefined
  assert.deepEqual([await works(tokens[0]), await works(tokens[1]), await works(tokens[2])], [false, false, true])
})

test('nobody signs in as a room, whatever credential it might have', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const secret = await store.credentials.hash(password)
  const app = await store.write(async (tx) => {
    const { id } = await store.accounts.create(tx, { name: 'library', kind: 'room' })
    await store.credentials.setPassword(tx, id, secret)
    return store.credentials.createAppPassword(tx, id, { label: '', scopes: ['all'] })
  })
  const attempt = { name: 'library', address: '192.0.2.1', protocol: 'http', scope: 'calendars' }
  for (const one of [password, app.password])
    await assert.rejects(store.signIn.password({ ...attempt, password: one }), { code: 'Unauthorized' })
  assert.equal(await store.read((view) => store.accounts.isEmpty(view)), true, 'a room is nobody to set the twin up')
  await assert.rejects(
    store.write(async (tx) => {
      const room = await store.accounts.byName(tx, 'library')
      if (room) await store.accounts.update(tx, room, { isAdmin: true })
    }),
    { code: 'Conflict' },
  )
})
