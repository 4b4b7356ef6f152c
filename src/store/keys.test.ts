import assert from 'node:assert/strict'
import { chmod, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../tests/support/store.ts'
import { loadKey, loadSecret } from './keys.ts'

test('a secret is made once and read from then on, by the owner alone', async () => {
  await using folder = await temporaryFolder()
  const secret = await loadSecret(folder.path, 'tokens')
  assert.equal(secret.length, 32)
  assert.deepEqual(await loadSecret(folder.path, 'tokens'), secret)
  assert.notDeepEqual(await loadSecret(folder.path, 'others'), secret)
  assert.equal((await stat(join(folder.path, 'keys'))).mode & 0o777, 0o700)
  assert.equal((await stat(join(folder.path, 'keys', 'tokens'))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(join(folder.path, 'keys')), ['others', 'tokens'], 'nothing is left beside them')
})

test('those who race to make a key all get the same one', async () => {
  await using folder = await temporaryFolder()
  const secrets = await Promise.all(Array.from({ length: 20 }, () => loadSecret(folder.path, 'tokens')))
  for (const secret of secrets) assert.deepEqual(secret, secrets[0])
})

test('a mode that a copy has widened is narrowed again', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'keys', 'a.pem')
  await loadKey(folder.path, 'a.pem', () => Buffer.from('content'))
  await chmod(file, 0o644)
  assert.equal((await loadKey(folder.path, 'a.pem', assert.fail)).toString(), 'content')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
})

test('a secret that was cut short is told, not replaced', async () => {
  await using folder = await temporaryFolder()
  await loadSecret(folder.path, 'tokens')
  await writeFile(join(folder.path, 'keys', 'tokens'), 'short')
  await assert.rejects(loadSecret(folder.path, 'tokens'), /keys\/tokens is damaged/)
})
