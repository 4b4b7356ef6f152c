import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent } from 'node:https'
import { test } from 'node:test'
import { createTestServer, readToEnd } from '../../../tests/support/http.ts'
import { DomainError } from '../../errors.ts'
import type { Handler, Mount } from './router.ts'

const answer =
  (text: string): Handler =>
  async (_request, response) => {
    response.end(text)
  }

const readBody: Handler = async (request, response) => {
  let size = 0
  for await (const chunk of request) size += (chunk as Buffer).length
  response.end(String(size))
}

const mount = (prefix: string, handle: Handler): Mount => ({ prefix, handle })

test('a request belongs to the mount with the longest prefix, and a mount may be for some methods only', async () => {
  await using server = await createTestServer([
    mount('/', answer('root')),
    mount('/dav/', answer('dav')),
    mount('/dav/files/', answer('files')),
    { prefix: '/', methods: ['PROPFIND'], handle: answer('propfind') },
    mount('/healthz', answer('health')),
  ])
  const bodyOf = async (path: string, method = 'GET') => (await server.request(path, { method })).body
  assert.equal(await bodyOf('/dav/files/ann/x?y'), 'files')
  assert.equal(await bodyOf('/dav'), 'dav')
  assert.equal(await bodyOf('/davx'), 'root')
  assert.equal(await bodyOf('/healthz'), 'health')
  assert.equal(await bodyOf('/healthz/'), 'root')
  assert.equal(await bodyOf('/', 'PROPFIND'), 'propfind')
})

test('RFC 9112 §3.2.2: the absolute form is the same request', async () => {
  await using server = await createTestServer([
    mount('/a/', async (_request, response, context) => void response.end(`${context.path} ${context.query}`)),
  ])
  assert.equal((await server.request('https://localhost/a/%2e%2e%2fb?c=d?e')).body, '/a/%2e%2e%2fb c=d?e')
})

test('what a handler throws is answered by the table of domain errors', async () => {
  await using server = await createTestServer([
    mount('/quota', async () => {
      throw new DomainError('QuotaExceeded', 'No room')
    }),
    mount('/slow-down', async (_request, response) => {
      response.setHeader('ETag', '"x"')
      throw new DomainError('TooManyRequests', 'Wait', { retryAfter: 3.2 })
    }),
    mount('/api/', async () => {
      throw new DomainError('BadRequest', 'Not a name', { field: 'name', secret: 1 })
    }),
  ])
  const quota = await server.request('/quota')
  assert.deepEqual([quota.status, quota.body], [507, 'No room\n'])
  const slow = await server.request('/slow-down')
  assert.deepEqual([slow.status, slow.headers['retry-after'], slow.headers.etag], [429, '4', undefined])
  const api = await server.request('/api/x')
  assert.deepEqual(JSON.parse(api.body), { error: 'BadRequest', message: 'Not a name', field: 'name' })
})

test('a defect is a 500 that says nothing but the id under which the log has it', async () => {
  await using server = await createTestServer([
    mount('/', async () => {
      throw new TypeError('the secret of the house')
    }),
  ])
  const { status, body } = await server.request('/')
  assert.equal(status, 500)
  assert.doesNotMatch(body, /secret/)
  const logged = server.lines.find((line) => line.level === 50)
  assert.ok(logged !== undefined && body.includes(String(logged.request)))
  assert.match(JSON.stringify(logged.err), /secret of the house/)
})

test('an answer that fails half way is cut off, never ended as if it were whole', async () => {
  await using server = await createTestServer([
    mount('/', async (_request, response) => {
      response.writeHead(200)
      response.write('half')
      throw new Error('disk')
    }),
  ])
  await assert.rejects(server.request('/'), { code: 'ECONNRESET' })
})

test('a handler that writes after its end is a line in the log, and the twin goes on', async () => {
  await using server = await createTestServer([
    mount('/', async (_request, response) => {
      response.end('whole')
      response.write('more')
    }),
  ])
  assert.equal((await server.request('/')).body, 'whole')
  assert.equal((await server.request('/')).body, 'whole')
  assert.ok(server.lines.some(({ level, err }) => level === 50 && JSON.stringify(err).includes('WRITE_AFTER_END')))
})

test('RFC 9110 §10.1.1: 100 (Continue) is sent when the handler asks for the body', async () => {
  await using server = await createTestServer([
    mount('/read', readBody),
    mount('/refuse', async () => {
      throw new DomainError('QuotaExceeded', 'No room')
    }),
  ])
  const ask = (path: string) =>
    `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`

  const socket = await server.connect()
  socket.write(ask('/read'))
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.equal(first.toString(), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write('abc')
  const [second] = (await once(socket, 'data')) as [Buffer]
  assert.match(second.toString(), /^HTTP\/1\.1 200 OK\r\n.*Connection: keep-alive.*\r\n\r\n3$/s)
  socket.destroy()

  const refused = await server.connect()
  refused.write(ask('/refuse'))
  const text = await readToEnd(refused)
  assert.match(text, /^HTTP\/1\.1 507 .*Connection: close/s)
  assert.doesNotMatch(text, /100 Continue/)
})

test('TRACE, a second Host, and too many or too large headers are refused', async () => {
  await using server = await createTestServer([mount('/', answer('ok'))], { headerCount: 20, headerBytes: 2000 })
  const statusOf = async (head: string) => {
    const socket = await server.connect()
    socket.write(`${head}Connection: close\r\n\r\n`)
    return (await readToEnd(socket)).slice(9, 12)
  }
  const host = 'Host: localhost\r\n'
  assert.equal(await statusOf(`GET / HTTP/1.1\r\n${host}`), '200')
  assert.equal(await statusOf(`TRACE / HTTP/1.1\r\n${host}`), '405')
  assert.equal(await statusOf('GET / HTTP/1.1\r\n'), '400')
  assert.equal(await statusOf(`GET / HTTP/1.1\r\n${host}${host}`), '400')
  assert.equal(await statusOf(`GET / HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(30)}`), '431')
  assert.equal(await statusOf(`GET / HTTP/1.1\r\n${host}X: ${'y'.repeat(3000)}\r\n`), '431')
  assert.equal(await statusOf('SSH-2.0-OpenSSH\r\n'), '400')
})

test('HEAD has the headers of GET and no body', async () => {
  await using server = await createTestServer([])
  const { status, headers, body } = await server.request('/missing', { method: 'HEAD' })
  assert.deepEqual([status, headers['content-length'], body], [404, '10', ''])
})

test('close ends idle connections at once, lets a request finish, and then cuts it off', async () => {
  const entered = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  await using server = await createTestServer([
    mount('/', answer('ok')),
    mount('/slow', async (_request, response) => {
      entered.resolve()
      await finish.promise
      response.end('done')
    }),
  ])
  const agent = new Agent({ keepAlive: true })
  await server.request('/', { agent })
  const idle = Object.values(agent.freeSockets)[0]?.[0]
  assert.ok(idle !== undefined)
  const slow = server.request('/slow', { agent: new Agent({ keepAlive: true }) })
  await entered.promise
  const idleClosed = once(idle, 'close')
  const closed = server.server.close()
  await idleClosed
  await assert.rejects(server.request('/'), { code: 'ECONNREFUSED' })
  finish.resolve()
  const { body, headers } = await slow
  assert.deepEqual([body, headers.connection], ['done', 'close'])
  await closed
})

test('a request that does not finish is cut off when the time to drain is over', async () => {
  const entered = Promise.withResolvers<void>()
  await using server = await createTestServer(
    [
      mount('/', async () => {
        entered.resolve()
        await new Promise(() => undefined)
      }),
    ],
    { drainMilliseconds: 50 },
  )
  const stuck = server.request('/')
  await entered.promise
  await Promise.all([assert.rejects(stuck, { code: 'ECONNRESET' }), server.server.close()])
})

test('every answer carries nosniff; HSTS is sent only where the certificate is real', async () => {
  await using server = await createTestServer([mount('/', answer('ok'))])
  const { headers } = await server.request('/')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['strict-transport-security'], undefined)
})

test('requests are counted by method and status, and a made-up method makes no series of its own', async () => {
  await using server = await createTestServer([mount('/', answer('ok'))])
  await server.request('/')
  await server.request('/', { method: 'M-SEARCH' })
  const text = server.metrics.text()
  assert.match(text, /^twin_http_requests_total\{method="GET",status="200"\} 1$/m)
  assert.match(text, /^twin_http_requests_total\{method="other",status="200"\} 1$/m)
  assert.match(text, /^twin_http_request_seconds_count 2$/m)
})
