import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { createRedirectServer } from './redirect-server.ts'

const ask = (port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
  new Promise<{ status: number | undefined; location: string | undefined; body: string }>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode, location: response.headers.location, body }))
    })
      .on('error', reject)
      .end()
  })

const start = async (httpsPort: number) => {
  const server = createRedirectServer({
    httpsPort: () => httpsPort,
    domain: 'twin.example',
    challengeFile: (token) => (token === 'abc' ? 'abc.key' : undefined),
  })
  return { port: await server.listen(0, '127.0.0.1'), [Symbol.asyncDispose]: () => server.close() }
}

test('the plain port sends everybody to https, by the name they used, with the method kept', async () => {
  await using server = await start(8443)
  const found = await ask(server.port, '/dav/files/?a=b', { method: 'PROPFIND', headers: { host: 'nas.local:8080' } })
  assert.deepEqual([found.status, found.location], [308, 'https://nas.local:8443/dav/files/?a=b'])
  const strange = await ask(server.port, '/x', { headers: { host: 'evil.example/@x' } })
  assert.equal(strange.location, 'https://twin.example:8443/x')
  await using standard = await start(443)
  assert.equal((await ask(standard.port, '/', { headers: { host: '[::1]:80' } })).location, 'https://[::1]/')
})

test('RFC 8555 §8.3: it answers the authority while a challenge is under way, and only by GET', async () => {
  await using server = await start(443)
  const path = '/.well-known/acme-challenge/'
  assert.deepEqual(await ask(server.port, `${path}abc`), { status: 200, location: undefined, body: 'abc.key' })
  assert.equal((await ask(server.port, `${path}other`)).status, 308)
  assert.equal((await ask(server.port, `${path}abc`, { method: 'POST' })).status, 308)
})
