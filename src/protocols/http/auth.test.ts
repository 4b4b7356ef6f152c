import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { DomainError } from '../../errors.ts'
import type { Principal } from '../../store/accounts/principal.ts'
import { authenticate, parseBasic, type SignIn } from './auth.ts'
import type { Context } from './router.ts'

const principal = (kind: Principal['kind'], ...scopes: string[]): Principal => ({
  accountId: 1,
  name: 'ann',
  displayName: 'Ann',
  isAdmin: false,
  scopes: new Set(scopes),
  credentialId: 1,
  kind,
})

const signIn: SignIn = {
  async password({ name, password }) {
    if (name === 'ann' && password === 'grün:1') return principal('password', 'all')
    throw new DomainError('Unauthorized', 'Wrong name or password')
  },
  async session(token) {
    return token === 'good' ? principal('session', 'all') : token === 'small' ? principal('session', 'mail') : undefined
  },
}

const attempt = (headers: Record<string, string>, method = 'GET') =>
  authenticate({ headers, method } as unknown as IncomingMessage, { remoteAddress: '192.0.2.1' } as Context, {
    store: { signIn },
    scope: 'files',
    realm: 'twin "a"',
    protocol: 'WebDAV',
  })

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
const topLevel = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const page = { cookie: 'a=b; __Host-session=good' }

test('RFC 7617 §2: name and password are UTF-8, parted at the first colon', () => {
  assert.deepEqual(parseBasic(basic('ann:grün:1')), { name: 'ann', password: 'grün:1' })
  assert.deepEqual(parseBasic(basic('ann:').replace('Basic', 'bASIC  ')), { name: 'ann', password: '' })
  assert.equal(parseBasic(basic('ann')), undefined)
  assert.equal(parseBasic(basic('a\0:b')), undefined)
  assert.equal(parseBasic(`Basic ${Buffer.from([0x61, 0x3a, 0xfc]).toString('base64')}`), undefined)
  assert.equal(parseBasic('Bearer YTpi'), undefined)
})

test('RFC 9110 §15.5.2: every 401 carries a challenge, and its realm is quoted', async () => {
  const challenge = 'Basic realm="twin \\"a\\"", charset="UTF-8"'
  for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: basic('ann:wrong') }] as const) {
    await assert.rejects(attempt(headers as Record<string, string>), { code: 'Unauthorized', detail: { challenge } })
  }
})

test("a script's request is not answered with a challenge that opens the browser's password dialog", async () => {
  await assert.rejects(attempt(own), ({ detail }: DomainError) => String(detail.challenge).startsWith('Session '))
  await assert.rejects(attempt({ 'sec-fetch-site': 'none', ...topLevel }), ({ detail }: DomainError) =>
    String(detail.challenge).startsWith('Basic '),
  )
  await assert.rejects(
    attempt({ ...own, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }),
    ({ detail }: DomainError) => String(detail.challenge).startsWith('Session '),
  )
})

test('Thunderbird, which sends what a browser sends, is asked for its password', async () => {
  const thunderbird = { ...own, 'sec-fetch-mode': 'no-cors' }
  await assert.rejects(attempt(thunderbird, 'PROPFIND'), ({ detail }: DomainError) =>
    String(detail.challenge).startsWith('Basic '),
  )
  assert.equal((await attempt({ ...thunderbird, authorization: basic('ann:grün:1') }, 'PUT')).kind, 'password')
})

test('the cookie counts only when the browser says that the page itself sent it, or for a top-level load', async () => {
  assert.equal((await attempt({ ...page, ...own })).kind, 'session')
  assert.equal((await attempt({ ...page, ...own }, 'DELETE')).kind, 'session')
  assert.equal((await attempt({ ...page, 'sec-fetch-site': 'same-site', ...topLevel })).kind, 'session')
  const refused: ReadonlyArray<readonly [Record<string, string>, string]> = [
    [page, 'GET'],
    [{ ...page, ...own, 'sec-fetch-site': 'same-site' }, 'GET'],
    [{ ...page, ...own, 'sec-fetch-site': 'cross-site' }, 'GET'],
    [{ ...page, 'sec-fetch-site': 'same-site', ...topLevel }, 'POST'],
    [{ ...page, 'sec-fetch-site': 'cross-site', ...topLevel, 'sec-fetch-dest': 'iframe' }, 'GET'],
    [{ ...own, cookie: '__Host-session=bad' }, 'GET'],
    [{ ...own, cookie: 'x__Host-session=good' }, 'GET'],
  ]
  for (const [headers, method] of refused) {
    await assert.rejects(attempt(headers, method), { code: 'Unauthorized' }, JSON.stringify(headers))
  }
})

test('a password that the browser remembers does not count when another site causes the request', async () => {
  const authorization = basic('ann:grün:1')
  assert.equal((await attempt({ authorization }, 'PUT')).kind, 'password')
  assert.equal((await attempt({ authorization, ...own }, 'PUT')).kind, 'password')
  await assert.rejects(attempt({ authorization, 'sec-fetch-site': 'cross-site', ...topLevel }, 'POST'), {
    code: 'Unauthorized',
  })
  await assert.rejects(attempt({ authorization, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }), {
    code: 'Unauthorized',
  })
})

test('a credential for something else is forbidden, not unknown', async () => {
  await assert.rejects(attempt({ ...own, cookie: '__Host-session=small' }), { code: 'Forbidden' })
})
