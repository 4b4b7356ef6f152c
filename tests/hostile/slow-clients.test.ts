// HOSTILE 23 on WebDAV: clients that send or take nothing cost what their sockets' buffers hold, and nobody else waits.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { davClient } from '../support/dav-client.ts'
import { lacksProc, residentNow, residentPeak } from '../support/memory.ts'
import { type Program, prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }
const authorization = `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`
const clients = 150
const megabyte = 2 ** 20
/** Of growth: TLS, a read-ahead and the socket's own buffer for each client, far below what the bodies hold. */
const megabytesMost = 200

async function open({ port }: Program, head: string): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write(`${head}\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n`)
  return socket
}

async function withTwin(body: (twin: Program) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder()
  await prepareData(folder.path, login)
  await using twin = await startProgram(folder.path)
  await body(twin)
}

describe('slow clients', { skip: lacksProc() }, () => {
  it('that take nothing of a large file hold no memory for it, and others are served', () =>
    withTwin(async (twin) => {
      const client = davClient(twin, login)
      await client.expect(201, 'PUT', 'large', Buffer.alloc(30 * megabyte))
      const before = residentNow(twin.pid)
      const sockets: TLSSocket[] = []
      for (let index = 0; index < clients; index++) {
        const socket = await open(twin, 'GET /dav/files/ann/large HTTP/1.1')
        socket.write('\r\n')
        await once(socket, 'readable') // the answer has begun; the rest stays where it is
        sockets.push(socket)
      }
      for (let index = 0; index < 20; index++) await client.expect(201, 'PUT', `other-${index}`, 'served')
      assert.ok(residentPeak(twin.pid) - before < megabytesMost, `${residentPeak(twin.pid)} MB after ${before}`)
      for (const socket of sockets) socket.destroy()
      assert.equal((await client.expect(200, 'GET', 'large')).body.length, 30 * megabyte)
      client.close()
    }))

  it('that send a byte now and then hold no memory for what they announced, and leave nothing behind', () =>
    withTwin(async (twin) => {
      const client = davClient(twin, login)
      await client.expect(201, 'PUT', 'first', 'first')
      const before = residentNow(twin.pid)
      const sockets: TLSSocket[] = []
      for (let index = 0; index < clients; index++) {
        const socket = await open(twin, `PUT /dav/files/ann/slow-${index} HTTP/1.1`)
        socket.write(`Content-Length: ${100 * megabyte}\r\n\r\n`)
        socket.write(Buffer.alloc(100_000))
        sockets.push(socket)
      }
      for (const socket of sockets) socket.write('.')
      for (let index = 0; index < 20; index++) await client.expect(201, 'PUT', `other-${index}`, 'served')
      assert.ok(residentPeak(twin.pid) - before < megabytesMost, `${residentPeak(twin.pid)} MB after ${before}`)
      for (const socket of sockets) socket.destroy()
      await client.expect(404, 'GET', 'slow-0')
      await client.expect(200, 'GET', 'first')
      client.close()
    }))
})
