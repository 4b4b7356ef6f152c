import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { createTestServer, readToEnd } from '../../../tests/support/http.ts'
import { httpBounds } from '../../limits.ts'
import type { Mount } from './router.ts'

const ok: Mount = { prefix: '/', handle: async (_request, response) => void response.end('ok') }

test('a connection that never shakes hands is closed', async () => {
  await using server = await createTestServer([ok], { handshakeMilliseconds: 50 })
  const socket = connectPlain(server.port, '127.0.0.1')
  await once(socket.resume(), 'close')
})

test('a request whose headers drip in is answered 408 and closed', async () => {
  await using server = await createTestServer([ok], { headersMilliseconds: 100 })
  const socket = await server.connect()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n')
  const drip = setInterval(() => socket.write('X: y\r\n'), 20)
  assert.match(await readToEnd(socket), /^HTTP\/1\.1 408 /)
  clearInterval(drip)
})

test('a connection without a request is closed after its idle time', async () => {
  await using server = await createTestServer([ok], { idleMilliseconds: 50 })
  const socket = await server.connect()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  assert.match(await readToEnd(socket), /ok$/)
})

test('a body that stops is cut off, and the handler sees that it is not whole', async () => {
  const failed = Promise.withResolvers<unknown>()
  const put: Mount = {
    prefix: '/',
    handle: async (request) => {
      try {
        for await (const _ of request);
      } catch (error) {
        failed.resolve(error)
        throw error
      }
    },
  }
  await using server = await createTestServer([put], {
    stallMilliseconds: 100,
    paceWindowMilliseconds: 50,
    paceBytes: 0,
  })
  const socket = await server.connect()
  socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc')
  assert.equal(await readToEnd(socket), '')
  assert.equal(((await failed.promise) as NodeJS.ErrnoException).code, 'ECONNRESET')
})

test('a body that drips below the pace is cut off although it never stops', async () => {
  const put: Mount = {
    prefix: '/',
    handle: async (request, response) => {
      for await (const _ of request);
      response.end()
    },
  }
  await using server = await createTestServer([put], { paceWindowMilliseconds: 100, paceBytes: 1000 })
  const socket = await server.connect()
  socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n')
  const drip = setInterval(() => socket.write('.'), 10)
  assert.equal(await readToEnd(socket), '')
  clearInterval(drip)
})

test('a reader that stops is cut off, and the answer never piled up in memory', async () => {
  let produced = 0
  const ended = Promise.withResolvers<void>()
  const get: Mount = {
    prefix: '/',
    handle: async (_request, response) => {
      const endless = new Readable({
        read() {
          produced += 65_536
          this.push(Buffer.alloc(65_536))
        },
      })
      await pipeline(endless, response).catch(() => undefined)
      ended.resolve()
    },
  }
  await using server = await createTestServer([get], { stallMilliseconds: 200, paceWindowMilliseconds: 50 })
  const socket = await server.connect()
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await ended.promise
  // What the kernel's two buffers hold, and a few chunks.
  assert.ok(produced < 32 * 1024 * 1024, `${produced} bytes`)
  socket.destroy()
})

test('a client that waits for us is never cut off, however long it takes', async () => {
  const entered = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const slow: Mount = {
    prefix: '/',
    handle: async (_request, response) => {
      entered.resolve()
      await finish.promise
      response.end('done')
    },
  }
  const bounds = { stallMilliseconds: 20, paceWindowMilliseconds: 20, idleMilliseconds: 20, headersMilliseconds: 20 }
  await using server = await createTestServer([slow], bounds)
  const answer = server.request('/', { method: 'PUT', body: 'x' })
  await entered.promise
  // The server saw its own timeout on this connection, several times over, when another one met the same.
  const other = await server.connect()
  other.write('GET / HTTP/1.1\r\n')
  await readToEnd(other)
  finish.resolve()
  assert.equal((await answer).body, 'done')
})

test('a body that goes on after its answer is dropped for a while and then cut off', async () => {
  await using server = await createTestServer([ok], { lingerMilliseconds: 50 })
  const socket = await server.connect()
  socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nabc')
  const drip = setInterval(() => socket.write(Buffer.alloc(1000)), 10)
  assert.match(await readToEnd(socket), /^HTTP\/1\.1 200 .*ok$/s)
  clearInterval(drip)
})

test('requests sent far ahead of their answers end the connection', async () => {
  let begun = 0
  const never: Mount = {
    prefix: '/',
    handle: async () => {
      begun++
      await new Promise(() => undefined)
    },
  }
  await using server = await createTestServer([never], { pipelined: 8, drainMilliseconds: 10 })
  const socket = await server.connect()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000))
  await readToEnd(socket)
  assert.equal(begun, 8)
})

test('one address cannot take the connections of the others', async () => {
  await using server = await createTestServer([ok], { connectionsPerAddress: 3 })
  const open = await Promise.all([server.connect(), server.connect(), server.connect()])
  await assert.rejects(server.connect())
  const other = await server.request('/', { localAddress: '127.0.0.9' })
  assert.equal(other.body, 'ok')
  open[0]?.destroy()
  assert.match(server.metrics.text(), /refused\{why="address"\} 1$/m)
})

test('when the house is full the longest idle connection makes room, and who is served is left alone', async () => {
  const entered = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const slow: Mount = {
    prefix: '/slow',
    handle: async (_request, response) => {
      entered.resolve()
      await finish.promise
      response.end('done')
    },
  }
  await using server = await createTestServer([ok, slow], { connections: 3 })
  const answer = server.request('/slow')
  await entered.promise
  const first = await server.connect()
  const second = await server.connect()
  const firstClosed = once(first.resume(), 'close')
  assert.equal((await server.request('/')).body, 'ok')
  await firstClosed
  assert.equal(second.destroyed, false)
  finish.resolve()
  assert.equal((await answer).body, 'done')
  second.destroy()
})

const total = 10_000
const report = process.report.getReport() as unknown as { userLimits?: { open_files?: { soft: number | 'unlimited' } } }
const files = report.userLimits?.open_files?.soft ?? 0
const skip =
  process.platform !== 'linux'
    ? 'needs loopback addresses beyond 127.0.0.1'
    : files !== 'unlimited' && files < total + 1000 && `needs ${total + 1000} open files (ulimit -n), has ${files}`

test('10,000 idle and half-open connections: memory is bounded, and others are served', { skip }, async () => {
  // Nothing times out meanwhile: it is the bounds alone that hold.
  const long = 600_000
  const bounds = { idleMilliseconds: long, headersMilliseconds: long, handshakeMilliseconds: long }
  await using server = await createTestServer([ok], bounds)
  await server.request('/')
  const before = process.memoryUsage().rss
  const program = join(import.meta.dirname, '../../../tests/support/idle-clients.ts')
  const counts = [httpBounds.connections, total - httpBounds.connections, 200]
  const clients = spawn(process.execPath, [program, String(server.port), ...counts.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(clients.stdout, 'data')) as [Buffer]
  assert.equal(line.toString(), `opened ${total}\n`)
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024
  assert.ok(grown < 400, `${grown} MiB`)
  const open = Number(/^twin_http_connections (\d+)$/m.exec(server.metrics.text())?.[1])
  assert.ok(open > httpBounds.connections * 0.9 && open <= httpBounds.connections * 1.1, `${open} open`)
  assert.equal((await server.request('/', { localAddress: '127.1.0.1' })).body, 'ok')
  clients.stdin.end()
  await once(clients, 'exit')
})
