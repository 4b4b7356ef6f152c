import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { createTestServer } from '../../../tests/support/http.ts'
import { Metrics } from '../../metrics.ts'
import { wellKnown } from '../discovery/well-known.ts'
import { createMetricsPage } from './metrics-page.ts'
import { createPage } from './page.ts'

const buildPage = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'twin-page-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Twin</title>')
  await writeFile(join(directory, 'assets', 'index-abc.js'), 'console.log(1)\n'.repeat(100))
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}

const html = { accept: 'text/html,*/*' }

test('each route of the app is index.html with its policy, and what is not there is 404', async () => {
  await using built = await buildPage()
  await using server = await createTestServer([...wellKnown, await createPage(built.directory)])
  for (const path of ['/', '/settings', '/files/a.b/c']) {
    const { status, headers, body } = await server.request(path, { headers: html })
    assert.equal(status, 200, path)
    assert.match(body, /<title>Twin/)
    assert.equal(headers['cache-control'], 'no-cache')
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /require-trusted-types-for 'script'/)
    assert.doesNotMatch(policy, /unsafe/)
  }
  assert.equal((await server.request('/assets/gone.js', { headers: html })).status, 404)
  assert.equal((await server.request('/favicon.ico')).status, 404)
  assert.equal((await server.request('/.well-known/host-meta', { headers: html })).status, 404)
  assert.equal((await server.request('/assets/../../etc/passwd')).status, 404)
  assert.equal((await server.request('/.well-known/change-password')).headers.location, '/settings')
})

test('an asset is immutable, compressed as the client takes it, and each form has a tag of its own', async () => {
  await using built = await buildPage()
  await using server = await createTestServer([await createPage(built.directory)])
  const path = '/assets/index-abc.js'
  const plain = await server.request(path)
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(plain.headers['content-encoding'], undefined)
  const packed = await server.request(path, { method: 'HEAD', headers: { 'accept-encoding': 'gzip, deflate, br' } })
  assert.equal(packed.headers['content-encoding'], 'br')
  assert.equal(packed.headers.vary, 'Accept-Encoding')
  assert.ok(Number(packed.headers['content-length']) < Number(plain.headers['content-length']) / 10)
  assert.notEqual(packed.headers.etag, plain.headers.etag)
  const refused = await server.request(path, { headers: { 'accept-encoding': 'br;q=0, gzip;q=0.0' } })
  assert.equal(refused.headers['content-encoding'], undefined)
  const again = await server.request(path, { headers: { 'if-none-match': `"x", W/${plain.headers.etag}` } })
  assert.deepEqual([again.status, again.body], [304, ''])
})

test('a page that was not built says how to build it', async () => {
  await using server = await createTestServer([await createPage('/nonexistent')])
  const { status, body } = await server.request('/')
  assert.equal(status, 503)
  assert.match(body, /npm run build:page/)
})

test('/metrics answers this machine, but no browser on it', async () => {
  const metrics = new Metrics()
  metrics.counter('twin_test_total', 'A "test"').add(2)
  await using server = await createTestServer([createMetricsPage(metrics, 'secret')])
  assert.match((await server.request('/metrics')).body, /^# TYPE twin_test_total counter\ntwin_test_total 2$/m)
  const site = { 'sec-fetch-site': 'cross-site' }
  assert.equal((await server.request('/metrics', { headers: site })).status, 401)
  const authorized = { ...site, authorization: 'Bearer secret' }
  assert.equal((await server.request('/metrics', { headers: authorized })).status, 200)
  const wrong = await server.request('/metrics', { headers: { ...site, authorization: 'Bearer wrong!' } })
  assert.deepEqual([wrong.status, wrong.headers['www-authenticate']], [401, 'Bearer'])
})

test('a brotli body is what the file holds', async () => {
  await using built = await buildPage()
  const page = await createPage(built.directory)
  const sent: Buffer[] = []
  const response = { setHeader() {}, end: (body: Buffer) => void sent.push(body) }
  const request = { method: 'GET', headers: { 'accept-encoding': 'br' } }
  await page.handle(request as never, response as never, { path: '/assets/index-abc.js' } as never)
  assert.equal(brotliDecompressSync(sent[0] ?? Buffer.alloc(0)).toString(), 'console.log(1)\n'.repeat(100))
})
