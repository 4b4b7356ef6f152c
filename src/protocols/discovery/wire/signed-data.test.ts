import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../../../tests/support/store.ts'
import { signedData } from './signed-data.ts'

const run = promisify(execFile)

const keyOptions = { ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rsa: ['-newkey', 'rsa:2048'] }

for (const kind of ['ec', 'rsa'] as const)
  test(`RFC 5652 §5: OpenSSL believes what ${kind} signed, and no longer when a byte of it changed`, async () => {
    await using folder = await temporaryFolder()
    const at = (name: string) => join(folder.path, name)
    const subject = ['-subj', '/CN=home.example.org', '-days', '2', '-nodes']
    await run('openssl', [
      ...['req', '-x509', ...keyOptions[kind], '-keyout', at('key.pem'), '-out', at('cert.pem')],
      ...subject,
    ])
    const key = createPrivateKey(await readFile(at('key.pem')))
    const chain = [new X509Certificate(await readFile(at('cert.pem')))]
    const content = Buffer.from('<plist/>\n')
    const signed = signedData(content, { key, chain, now: Date.now() })
    assert.ok(signed)
    const verify = async (bytes: Buffer) => {
      await writeFile(at('signed.der'), bytes)
      const options = [
        '-inform',
        'DER',
        '-binary',
        '-in',
        at('signed.der'),
        '-CAfile',
        at('cert.pem'),
        '-purpose',
        'any',
      ]
      return run('openssl', ['cms', '-verify', ...options])
    }
    assert.equal((await verify(signed)).stdout, content.toString())
    const changed = Buffer.from(signed)
    changed[signed.indexOf('plist')] = 0x50
    await assert.rejects(verify(changed), /digest|verification failure/i)
  })

test('a key that profiles are not signed with leaves the content unsigned', () => {
  const { privateKey: key } = generateKeyPairSync('ed25519')
  assert.equal(signedData(Buffer.from('x'), { key, chain: [], now: 0 }), undefined)
})
