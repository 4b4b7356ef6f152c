import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { temporaryFolder } from '../../../tests/support/store.ts'
import { Vapid } from './vapid.ts'

test('RFC 8292 §2: the token is for the origin of the push resource, ends within a day, and is signed with the key that is told', async () => {
  await using folder = await temporaryFolder()
  let now = 1_800_000_000_000
  const vapid = await Vapid.open(folder.path, { contact: 'https://home.example.org/', now: () => now })
  const header = vapid.authorization('https://push.example.net:8443/abc/def')
  const [, token = '', key = ''] = /^vapid t=(\S+), k=(\S+)$/.exec(header) ?? []
  assert.equal(key, vapid.publicKey)

  const [head = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' } })
  const good = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  assert.equal(good, true)
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; exp: number; sub: string }
  assert.deepEqual([told.aud, told.sub], ['https://push.example.net:8443', 'https://home.example.org/'])
  assert.ok(told.exp > now / 1000 && told.exp <= now / 1000 + 24 * 60 * 60)

  assert.equal(vapid.authorization('https://push.example.net:8443/other'), header, 'a token serves more than once')
  now += 24 * 60 * 60_000
  assert.notEqual(vapid.authorization('https://push.example.net:8443/other'), header, 'and not for ever')
})

test('the key stays: subscriptions are bound to it', async () => {
  await using folder = await temporaryFolder()
  const options = { contact: 'https://home.example.org/', now: Date.now }
  const first = await Vapid.open(folder.path, options)
  const second = await Vapid.open(folder.path, options)
  assert.equal(second.publicKey, first.publicKey)
  assert.deepEqual(second.secret('topics'), first.secret('topics'))
  assert.notDeepEqual(first.secret('topics'), first.secret('others'))
})
