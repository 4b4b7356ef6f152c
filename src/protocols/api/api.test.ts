import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PageClient } from '../../../tests/support/page-client.ts'
import { createTestTwin, type TestTwin } from '../../../tests/support/twin.ts'
import { freeFailures } from '../../limits.ts'

const password = 'correct horse'

const tokenOf = (link: string): string => new URL(link).hash.slice(1)

async function signedIn(twin: TestTwin, name: string): Promise<PageClient> {
  const page = new PageClient(twin)
  assert.equal((await page.signIn(name, password)).status, 200)
  return page
}

test('the set-up link makes the owner, signs in and works once', async () => {
  await using twin = await createTestTwin()
  assert.ok(twin.setupLink)
  const token = tokenOf(twin.setupLink)
  const page = new PageClient(twin)
  assert.deepEqual((await page.call('POST', '/api/link', { token })).json, { kind: 'setup' })

  const made = await page.call('POST', '/api/setup', { token, name: 'ann', password, displayName: 'Ann B.' })
  assert.equal(made.status, 201)
  const me = made.json as { name: string; displayName: string; isAdmin: boolean }
  assert.deepEqual([me.name, me.displayName, me.isAdmin], ['ann', 'Ann B.', true])
  assert.match(
    String(made.headers['set-cookie']),
    /^__Host-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
  )
  const later = (await page.call('GET', '/api/me')).json as object
  assert.deepEqual({ ...later, session: 0 }, { ...me, session: 0 })

  const again = await new PageClient(twin).call('POST', '/api/setup', { token, name: 'eve', password })
  assert.equal(again.status, 404)
  assert.equal((await page.call('POST', '/api/link', { token })).status, 404)
})

test('of two who use one link at the same time, one gets an account', async () => {
  await using twin = await createTestTwin()
  const token = tokenOf(twin.setupLink ?? '')
  const answers = await Promise.all(
    ['ann', 'eve'].map((name) => new PageClient(twin).call('POST', '/api/setup', { token, name, password })),
  )
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 404])
  assert.equal((await twin.store.read((view) => twin.store.accounts.list(view))).length, 1)
})

test('a name that cannot be had leaves the link unused', async () => {
  await using twin = await createTestTwin()
  const token = tokenOf(twin.setupLink ?? '')
  const page = new PageClient(twin)
  for (const name of ['', 'Ann', 'ann.', 'a--b', '../a', 'admin', 'a'.repeat(33), '1ann']) {
    const answer = await page.call('POST', '/api/setup', { token, name, password })
    assert.equal(answer.status, 400, name)
    assert.equal((answer.json as { field: string }).field, 'name')
  }
  assert.equal((await page.call('POST', '/api/setup', { token, name: 'ann', password: 'short' })).status, 400)
  assert.equal((await page.call('POST', '/api/setup', { token, name: 'ann', password })).status, 201)
})

test('signing in and out', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = new PageClient(twin)
  assert.equal((await page.call('GET', '/api/me')).status, 401)
  assert.equal((await page.signIn('ann', 'wrong horse')).status, 401)
  assert.equal((await page.signIn('Ann', password)).status, 200)
  const cookie = page.cookie
  const me = await page.call('GET', '/api/me')
  assert.equal(me.status, 200)
  assert.match(
    String(me.headers['set-cookie']),
    /Max-Age=25\d{5}$/,
    'each load of the page gives the cookie its 30 days anew',
  )
  assert.equal(page.cookie, cookie)
  assert.equal((await page.call('POST', '/api/sign-out')).status, 204)
  assert.equal(page.cookie, undefined)
  page.cookie = cookie
  assert.equal((await page.call('GET', '/api/me')).status, 401, 'the old cookie opens nothing')
})

test('the cookie counts only for the page itself', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = await signedIn(twin, 'ann')
  for (const site of ['cross-site', 'same-site', 'none']) {
    assert.equal((await page.call('GET', '/api/me', undefined, { 'sec-fetch-site': site })).status, 401, site)
    const change = await page.call(
      'POST',
      '/api/me/password',
      { current: password, password: 'another horse' },
      { 'sec-fetch-site': site },
    )
    assert.equal(change.status, 403, site)
    const forced = await page.call('POST', '/api/sign-in', { name: 'ann', password }, { 'sec-fetch-site': site })
    assert.equal(forced.status, 403, `${site} signs nobody in`)
  }
})

test('neither a password nor an app password opens the API', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = await signedIn(twin, 'ann')
  const made = await page.call('POST', '/api/app-passwords', { label: 'Phone' })
  const secret = (made.json as { password: string }).password
  for (const text of [password, secret]) {
    const authorization = `Basic ${Buffer.from(`ann:${text}`).toString('base64')}`
    assert.equal((await new PageClient(twin).call('GET', '/api/me', undefined, { authorization })).status, 401)
  }
  assert.equal((await new PageClient(twin).signIn('ann', secret)).status, 403, 'no session from a device password')
})

test('an app password is listed, used, and opens nothing once it is revoked', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = await signedIn(twin, 'ann')
  const made = await page.call('POST', '/api/app-passwords', { label: ' Phone ', scopes: ['files'] })
  assert.equal(made.status, 201)
  const {
    id,
    password: secret,
    ...rest
  } = made.json as { id: number; password: string; label: string; scopes: string[]; createdAt: number }
  assert.match(secret, /^[0-9a-z]{6}(-[0-9a-z]{5}){4}$/)
  assert.deepEqual([rest.label, rest.scopes], ['Phone', ['files']])
  const attempt = { name: 'ann', password: secret, address: '192.0.2.1', protocol: 'http', scope: 'files' }
  await twin.store.signIn.password(attempt)
  await twin.store.signIn.settled()
  const listed = (await page.call('GET', '/api/app-passwords')).json as { appPasswords: { lastUsedBy: string }[] }
  assert.deepEqual(
    listed.appPasswords.map(({ lastUsedBy }) => lastUsedBy),
    ['192.0.2.1 http'],
  )
  assert.equal((await page.call('DELETE', `/api/app-passwords/${id}`)).status, 204)
  await assert.rejects(twin.store.signIn.password(attempt), { code: 'Unauthorized' })
  assert.equal((await page.call('DELETE', `/api/app-passwords/${id}`)).status, 404)
})

test('a new password ends the other sessions and keeps this one', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const [here, there] = [await signedIn(twin, 'ann'), await signedIn(twin, 'ann')]
  const wrong = await here.call('POST', '/api/me/password', { current: 'wrong horse', password: 'another horse' })
  assert.deepEqual([wrong.status, (wrong.json as { field: string }).field], [401, 'current'])
  assert.equal(
    (await here.call('POST', '/api/me/password', { current: password, password: 'another horse' })).status,
    204,
  )
  assert.equal((await here.call('GET', '/api/me')).status, 200)
  assert.equal((await there.call('GET', '/api/me')).status, 401)
  assert.equal((await there.signIn('ann', password)).status, 401)
  assert.equal((await there.signIn('ann', 'another horse')).status, 200)
})

test('sessions are listed and ended', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const [here, there] = [await signedIn(twin, 'ann'), await signedIn(twin, 'ann')]
  type Sessions = { sessions: { id: number; current: boolean }[] }
  const list = async () => ((await here.call('GET', '/api/sessions')).json as Sessions).sessions
  const other = (await list()).find(({ current }) => !current)
  assert.equal((await list()).length, 2)
  assert.equal((await here.call('DELETE', `/api/sessions/${other?.id}`)).status, 204)
  assert.equal((await there.call('GET', '/api/me')).status, 401)
  await there.signIn('ann', password)
  assert.equal((await here.call('DELETE', '/api/sessions')).status, 204)
  assert.deepEqual(
    (await list()).map(({ current }) => current),
    [true],
  )
})

test('the owner invites, a member joins', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password, { isAdmin: true })
  const owner = await signedIn(twin, 'ann')
  const invited = (await owner.call('POST', '/api/members/invitations')).json as { id: number; url: string }
  assert.ok(invited.url.startsWith(`https://localhost:${twin.port}/join#`))
  const bob = new PageClient(twin)
  const joined = await bob.call('POST', '/api/join', { token: tokenOf(invited.url), name: 'bob', password })
  assert.equal(joined.status, 201)
  assert.equal((joined.json as { isAdmin: boolean }).isAdmin, false)
  const { members, invitations } = (await owner.call('GET', '/api/members')).json as {
    members: { name: string }[]
    invitations: unknown[]
  }
  assert.deepEqual([members.map(({ name }) => name), invitations], [['ann', 'bob'], []])

  for (const [method, path] of [
    ['GET', '/api/members'],
    ['POST', '/api/members/invitations'],
    ['DELETE', '/api/members/ann'],
  ] as const) {
    assert.equal((await bob.call(method, path)).status, 403, path)
  }
})

test('an invitation that was taken back is void', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password, { isAdmin: true })
  const owner = await signedIn(twin, 'ann')
  const { id, url } = (await owner.call('POST', '/api/members/invitations')).json as { id: number; url: string }
  assert.equal((await owner.call('DELETE', `/api/members/invitations/${id}`)).status, 204)
  const joined = await new PageClient(twin).call('POST', '/api/join', { token: tokenOf(url), name: 'bob', password })
  assert.equal(joined.status, 404)
})

test('a recovery link gives a new password and ends every session; the one before it is void', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password, { isAdmin: true })
  await twin.account('bob', password)
  const [owner, bob] = [await signedIn(twin, 'ann'), await signedIn(twin, 'bob')]
  const link = async () => ((await owner.call('POST', '/api/members/bob/recovery-link')).json as { url: string }).url
  const [former, latest] = [tokenOf(await link()), tokenOf(await link())]
  const fresh = new PageClient(twin)
  assert.equal((await fresh.call('POST', '/api/recover', { token: former, password: 'another horse' })).status, 404)
  const looked = (await fresh.call('POST', '/api/link', { token: latest })).json as { kind: string; name: string }
  assert.deepEqual([looked.kind, looked.name], ['recovery', 'bob'])
  assert.equal((await fresh.call('POST', '/api/recover', { token: latest, password: 'another horse' })).status, 200)
  assert.equal((await bob.call('GET', '/api/me')).status, 401)
  assert.equal((await fresh.call('GET', '/api/me')).status, 200)
})

test('a recovery link does not let a disabled account in, and is still good when it is enabled again', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password, { isAdmin: true })
  await twin.account('bob', password)
  const owner = await signedIn(twin, 'ann')
  const { url } = (await owner.call('POST', '/api/members/bob/recovery-link')).json as { url: string }
  await owner.call('PATCH', '/api/members/bob', { disabled: true })
  const recover = () =>
    new PageClient(twin).call('POST', '/api/recover', { token: tokenOf(url), password: 'another horse' })
  assert.equal((await recover()).status, 403)
  await owner.call('PATCH', '/api/members/bob', { disabled: false })
  assert.equal((await recover()).status, 200)
})

test('members are changed, disabled and deleted, but never the last owner; a name is never given out again', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password, { isAdmin: true })
  await twin.account('bob', password)
  const [owner, bob] = [await signedIn(twin, 'ann'), await signedIn(twin, 'bob')]
  const changed = await owner.call('PATCH', '/api/members/bob', { quota: 1000, displayName: 'Bob' })
  const { quota, displayName } = changed.json as { quota: number; displayName: string }
  assert.deepEqual([quota, displayName], [1000, 'Bob'])
  for (const change of [{ isAdmin: false }, { disabled: true }]) {
    assert.equal((await owner.call('PATCH', '/api/members/ann', change)).status, 409)
  }
  assert.equal((await owner.call('DELETE', '/api/members/ann')).status, 409)

  assert.equal((await owner.call('PATCH', '/api/members/bob', { disabled: true })).status, 200)
  assert.equal((await bob.call('GET', '/api/me')).status, 401)
  assert.equal((await bob.signIn('bob', password)).status, 401)
  assert.equal((await owner.call('PATCH', '/api/members/bob', { disabled: false })).status, 200)
  assert.equal((await bob.signIn('bob', password)).status, 200)

  assert.equal((await owner.call('DELETE', '/api/members/bob')).status, 204)
  assert.equal((await bob.call('GET', '/api/me')).status, 401)
  assert.equal((await owner.call('DELETE', '/api/members/bob')).status, 404)
  const { url } = (await owner.call('POST', '/api/members/invitations')).json as { url: string }
  const joined = await bob.call('POST', '/api/join', { token: tokenOf(url), name: 'bob', password })
  assert.deepEqual([joined.status, (joined.json as { error: string }).error], [409, 'AlreadyExists'])
})

test('the values for a device are those of the address in use', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = await signedIn(twin, 'ann')
  const values = (await page.call('GET', '/api/devices', undefined, { host: 'Twin.example:8443' })).json as Record<
    string,
    unknown
  >
  assert.deepEqual(
    [values.webdav, values.explorer, values.gnome],
    [
      'https://twin.example:8443/dav/files/ann/',
      '\\\\twin.example@SSL@8443\\dav\\files\\ann',
      'davs://ann@twin.example:8443/dav/files/ann/',
    ],
  )
  assert.equal((await page.call('GET', '/api/devices', undefined, { host: 'a/b"><script>' })).status, 400)
})

test('a device’s password opens WebDAV until it is revoked, and not a request later', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = await signedIn(twin, 'ann')
  const made = await page.call('POST', '/api/app-passwords', { label: 'Phone', scopes: ['files'] })
  const { id, password: secret } = made.json as { id: number; password: string }
  const authorization = `Basic ${Buffer.from(`ann:${secret}`).toString('base64')}`
  const device = new PageClient(twin)
  const list = () => device.call('PROPFIND', '/dav/files/ann/', undefined, { authorization, depth: '0' })
  assert.equal((await list()).status, 207)
  assert.equal((await list()).status, 207)
  assert.equal((await page.call('DELETE', `/api/app-passwords/${id}`)).status, 204)
  assert.equal((await list()).status, 401)
})

test('failures over WebDAV and the page are one count, and the answer says how long to wait', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const guesser = new PageClient(twin)
  for (let i = 0; i < freeFailures; i++) {
    if (i % 2) assert.equal((await guesser.signIn('ann', `guess ${i}`)).status, 401)
    else {
      const authorization = `Basic ${Buffer.from(`ann:guess ${i}`).toString('base64')}`
      assert.equal((await guesser.call('PROPFIND', '/dav/files/ann/', undefined, { authorization })).status, 401)
    }
  }
  const refused = await guesser.signIn('ann', 'one more')
  const { error, retryAfter } = refused.json as { error: string; retryAfter: number }
  assert.deepEqual(
    [refused.status, error, refused.headers['retry-after']],
    [429, 'TooManyRequests', String(retryAfter)],
  )
})
