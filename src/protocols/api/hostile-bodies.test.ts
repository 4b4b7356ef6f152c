import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PageClient } from '../../../tests/support/page-client.ts'
import { createTestTwin } from '../../../tests/support/twin.ts'

const bad: [unknown, number, string | undefined][] = [
  ['{', 400, undefined],
  ['null', 400, undefined],
  ['[]', 400, undefined],
  ['"ann"', 400, undefined],
  [Buffer.from([0x22, 0xff, 0x22]), 400, undefined],
  [{}, 400, 'name'],
  [{ name: 'ann' }, 400, 'password'],
  [{ name: 1, password: 'x' }, 400, 'name'],
  [{ name: 'ann', password: { $ne: '' } }, 400, 'password'],
  ['{"name":"\\ud800","password":"x"}', 400, 'name'],
  [{ name: 'ann', password: 'x', admin: true }, 400, 'admin'],
  ['{"__proto__":{"isAdmin":true},"name":"ann","password":"x"}', 400, '__proto__'],
  [{ name: 'ann', password: 'x'.repeat(100_000) }, 413, undefined],
  [`${'['.repeat(30_000)}`, 400, undefined],
]

test('a body that is not what was asked for is refused by name, and the twin goes on', async () => {
  await using twin = await createTestTwin()
  const page = new PageClient(twin)
  for (const [body, status, field] of bad) {
    const answer = await page.call('POST', '/api/sign-in', body)
    assert.equal(answer.status, status, JSON.stringify(body).slice(0, 80))
    assert.equal((answer.json as { field?: string }).field, field, JSON.stringify(body).slice(0, 80))
    assert.equal(typeof (answer.json as { message: string }).message, 'string')
  }
  const form = await page.call('POST', '/api/sign-in', 'name=ann', {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(form.status, 415)
})

test('an endless body without a length is cut off at its limit', async () => {
  await using twin = await createTestTwin()
  const answer = await new PageClient(twin).call('POST', '/api/sign-in', Buffer.alloc(4 * 1024 * 1024, 0x20), {
    'transfer-encoding': 'chunked',
  })
  assert.equal(answer.status, 413)
})

test('unknown addresses and methods are told so', async () => {
  await using twin = await createTestTwin()
  const page = new PageClient(twin)
  for (const path of ['/api/nothing', '/api/', '/api/members/a/b/c', '/api/constructor', '/api/%2e%2e/dav']) {
    assert.equal((await page.call('GET', path)).status, 404, path)
  }
  const wrong = await page.call('DELETE', '/api/me')
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, PATCH'])
})
