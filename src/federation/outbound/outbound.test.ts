// What the twin bears from the servers it calls.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { createTestServer } from '../../../tests/support/http.ts'
import { openNameServer } from '../../../tests/support/name-server.ts'
import { openWebServer } from '../../../tests/support/web-server.ts'
import type { ErrorCode } from '../../errors.ts'
import { outboundBounds } from '../../limits.ts'
import {
  createOutbound,
  type OutboundAnswer,
  type OutboundOptions,
  type OutboundRequest,
  wholeBody,
} from './outbound.ts'

const text = async ({ body }: OutboundAnswer): Promise<string> => (await wholeBody(body)).toString()

const ask = (url: string, request: Partial<OutboundRequest> = {}, options: OutboundOptions = {}) =>
  createOutbound({ loopback: true, ...options }).fetchUntrusted(url, { bytes: 100_000, ...request }, text)

const refusedAs = (code: ErrorCode) => (error: { code?: string }) => {
  assert.equal(error.code, code, String(error))
  return true
}

describe('an answer', () => {
  it('comes with its status, its headers and its address after redirects', async () => {
    await using server = await openWebServer((request, response) => {
      if (request.url === '/a') response.writeHead(308, { location: 'b?c' }).end('elsewhere')
      else response.writeHead(404, { etag: '"1"' }).end('nothing')
    })
    const seen = await createOutbound({ loopback: true }).fetchUntrusted(
      `${server.url}a`,
      { bytes: 10 },
      async (answer) => [answer.status, answer.headers.etag, answer.url.href, await text(answer)],
    )
    assert.deepEqual(seen, [404, '"1"', `${server.url}b?c`, 'nothing'])
  })

  it('is unpacked', async () => {
    for (const [coding, pack] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      await using server = await openWebServer((_, response) =>
        response.writeHead(200, { 'content-encoding': coding }).end(pack('a text')),
      )
      assert.equal(await ask(server.url), 'a text')
    }
  })

  it('ends where it is too long, however long it says it is', async () => {
    await using server = await openWebServer((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(10_000)));
      }
      response.on('drain', more)
      more()
    })
    await assert.rejects(ask(server.url), refusedAs('TooLarge'))
    await using announced = await openWebServer((_, response) =>
      response.writeHead(200, { 'content-length': '100001' }).flushHeaders(),
    )
    await assert.rejects(ask(announced.url), refusedAs('TooLarge'))
  })

  it('ends where it is too long unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    await using server = await openWebServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    await assert.rejects(ask(server.url), refusedAs('TooLarge'))
  })

  it('is not whole when fewer bytes come than were announced', async () => {
    await using server = await openWebServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('ten bytes.', () => response.destroy())
    })
    await assert.rejects(ask(server.url), refusedAs('Unavailable'))
  })

  it('is not whole when its packing is cut short, or none', async () => {
    for (const body of [gzipSync('a long text').subarray(0, 15), Buffer.from('not packed at all')]) {
      await using server = await openWebServer((_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
      )
      await assert.rejects(ask(server.url), refusedAs('Unavailable'))
    }
  })

  it('is refused in a coding that nobody asked for, or in two', async () => {
    for (const coding of ['zstd', 'gzip, gzip']) {
      await using server = await openWebServer((_, response) =>
        response.writeHead(200, { 'content-encoding': coding }).end('?'),
      )
      await assert.rejects(ask(server.url), refusedAs('Unsupported'))
    }
  })

  it('that never ends, or never begins, is not waited for', async () => {
    await using slow = await openWebServer((_, response) => {
      response.write('a')
    })
    await assert.rejects(ask(slow.url, { milliseconds: 200 }), refusedAs('Unavailable'))
    await using silent = await openWebServer(() => undefined)
    await assert.rejects(ask(silent.url, { milliseconds: 200 }), refusedAs('Unavailable'))
  })

  it('is not waited for by who was told to stop', async () => {
    const stop = new AbortController()
    await using silent = await openWebServer(() => stop.abort(new Error('stopped')))
    await assert.rejects(ask(silent.url, { signal: stop.signal }), /stopped/)
  })

  it('has bounded headers, and is HTTP', async () => {
    const endless = `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(outboundBounds.headerBytes)}`
    for (const raw of [endless, 'SSH-2.0-OpenSSH_9\r\n', '220 mail ESMTP\r\n']) {
      const server = createServer((socket) => void socket.on('error', () => undefined).end(raw)).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      await assert.rejects(ask(`http://127.0.0.1:${port}/`), refusedAs('Unavailable'))
      server.close()
    }
  })
})

describe('redirects', () => {
  it('end', async () => {
    await using server = await openWebServer((_, response) => response.writeHead(302, { location: '/' }).end())
    await assert.rejects(ask(server.url), refusedAs('Unavailable'))
    assert.equal(server.asked.length, outboundBounds.redirects + 1)
  })

  it('carry credentials to no other origin', async () => {
    await using other = await openWebServer((_, response) => response.end('other'))
    await using server = await openWebServer((request, response) =>
      response
        .writeHead(302, { location: request.url === '/' ? '/same' : `http://u:p@127.0.0.1:${other.port}/` })
        .end(),
    )
    await ask(server.url.replace('//', '//ann:s%20ecret@'), { headers: { Cookie: 'a=b', accept: 'text/calendar' } })
    const basic = `Basic ${Buffer.from('ann:s ecret').toString('base64')}`
    assert.deepEqual(
      server.asked.map(({ headers }) => headers.authorization),
      [basic, basic],
    )
    const [last] = other.asked
    assert.deepEqual([last?.headers.authorization, last?.headers.cookie], [undefined, undefined])
    assert.equal(last?.headers.accept, 'text/calendar')
  })

  it('are not followed by what may change something', async () => {
    await using server = await openWebServer((_, response) =>
      response.writeHead(307, { location: '/other' }).end('moved'),
    )
    assert.equal(await ask(server.url, { method: 'POST', body: 'a message' }), 'moved')
    assert.equal(server.asked.length, 1)
  })
})

describe('a connection', () => {
  it('over TLS proves the name that was asked for', async () => {
    await using server = await createTestServer([
      { prefix: '/', handle: async (_, response) => void response.end('secret') },
    ])
    await using names = await openNameServer(() => ['127.0.0.1'])
    const options = { resolver: names.resolver, ca: server.ca }
    assert.equal(await ask(`https://localhost:${server.port}/`, {}, options), 'secret')
    await assert.rejects(ask(`https://other.example:${server.port}/`, {}, options), refusedAs('Unavailable'))
    const unknown = { resolver: names.resolver }
    await assert.rejects(ask(`https://localhost:${server.port}/`, {}, unknown), refusedAs('Unavailable'))
  })

  it('over TLS is not left for one without', async () => {
    await using server = await createTestServer([
      {
        prefix: '/',
        handle: async (_, response) => void response.writeHead(302, { location: 'http://localhost/' }).end(),
      },
    ])
    await using names = await openNameServer(() => ['127.0.0.1'])
    const options = { resolver: names.resolver, ca: server.ca }
    await assert.rejects(ask(`https://localhost:${server.port}/`, {}, options), refusedAs('Forbidden'))
  })

  it('goes to the next address where one does not answer', async () => {
    await using server = await openWebServer((_, response) => response.end('here'))
    await using names = await openNameServer(() => ['::1', '127.0.0.1'])
    assert.equal(await ask(`http://feed.example:${server.port}/`, {}, { resolver: names.resolver }), 'here')
  })

  it('is not made to a name that nobody knows', async () => {
    await using names = await openNameServer(() => [])
    await assert.rejects(ask('http://nobody.example/', {}, { resolver: names.resolver }), refusedAs('Unavailable'))
  })
})
