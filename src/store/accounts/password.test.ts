import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { argon2, scramIterations } from '../../limits.ts'
import {
  checkPassword,
  deriveScram,
  hashPassword,
  impossibleSecret,
  needsRehash,
  parseSecret,
  verifyPassword,
} from './password.ts'

test('RFC 7677 §3: the keys of the example make its proof and its signature', async () => {
  const keys = await deriveScram('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096)
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const authMessage = Buffer.from(
    `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`,
  )
  const signature = createHmac('sha256', keys.serverKey).update(authMessage).digest('base64')
  assert.equal(signature, '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
  // RFC 5802 §3: StoredKey is H(ClientKey), and ClientKey is the proof XOR the client's signature.
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64')
  const clientSignature = createHmac('sha256', keys.storedKey).update(authMessage).digest()
  const clientKey = Buffer.from(proof.map((byte, i) => byte ^ (clientSignature[i] ?? 0)))
  assert.deepEqual(createHash('sha256').update(clientKey).digest(), keys.storedKey)
})

test('a secret verifies its password, in every spelling of it, and no other', async () => {
  const secret = await hashPassword(checkPassword('Grün\u00a0Häuschen'))
  assert.equal(await verifyPassword(secret, checkPassword('Gru\u0308n Ha\u0308uschen')), true)
  assert.equal(await verifyPassword(secret, checkPassword('Grun Hauschen')), false)
  assert.equal(await verifyPassword(secret, ''), false)
})

test('a secret is in the PHC format, with SCRAM keys of the same password', async () => {
  const secret = await hashPassword('correct horse')
  assert.match(
    secret,
    /^\$argon2id\$v=19\$m=32768,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43} SCRAM-SHA-256\$100000:/,
  )
  const { scram } = parseSecret(secret)
  assert.deepEqual(await deriveScram('correct horse', scram.salt, scram.iterations), scram)
  assert.notEqual(await hashPassword('correct horse'), secret, 'the salt is new each time')
  assert.throws(() => parseSecret(secret.slice(0, -5)), /damaged/)
})

test('nothing opens the secret of an account that does not exist', async () => {
  assert.equal(await verifyPassword(impossibleSecret(), ''), false)
  assert.equal(parseSecret(impossibleSecret()).argon2.memory, argon2.memory, 'and it costs as much')
})

test('a password that is too short, too long or cannot be typed is refused', () => {
  checkPassword('12345678')
  checkPassword('🦊'.repeat(8))
  for (const password of ['', '1234567', '🦊'.repeat(7), 'x'.repeat(257), 'with\u0000nul in it', 'x\u200b'.repeat(7)]) {
    assert.throws(() => checkPassword(password), { code: 'BadRequest', detail: { field: 'password' } })
  }
})

test('a password that was hashed with less work is hashed anew when it is used', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', 'correct horse')
  const secretOf = () =>
    store.read(async (view) => {
      const row = await view.db
        .selectFrom('credential')
        .select('secret')
        .where('accountId', '=', ann.id)
        .executeTakeFirstOrThrow()
      return row.secret ?? ''
    })
  // RFC 9106 allows these; they are what a twin of the past may have used.
  const weak =
    '$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$' +
    `${await weakHash('correct horse')} SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$${'A'.repeat(43)}=:${'A'.repeat(43)}=`
  assert.equal(needsRehash(weak), true)
  await store.write((tx) => store.credentials.setPassword(tx, ann.id, weak))
  const attempt = { name: 'ann', password: 'correct horse', address: '192.0.2.1', protocol: 'http', scope: 'files' }
  await store.signIn.password(attempt)
  await store.signIn.settled()
  const after = parseSecret(await secretOf())
  assert.deepEqual(
    [after.argon2.memory, after.argon2.passes, after.scram.iterations],
    [argon2.memory, argon2.passes, scramIterations],
  )
  assert.equal(needsRehash(await secretOf()), false)
  assert.equal(await verifyPassword(await secretOf(), 'correct horse'), true)
})

async function weakHash(password: string): Promise<string> {
  const { argon2Sync } = await import('node:crypto')
  const hash = argon2Sync('argon2id', {
    message: password,
    nonce: Buffer.alloc(16),
    memory: 8,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  })
  return hash.toString('base64').replaceAll('=', '')
}
