import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { connect } from 'node:tls'
import fc from 'fast-check'
import { parseClientHello } from './client-hello.ts'

/** What a real client sends first. */
const helloOf = async (options: { servername?: string; ALPNProtocols?: string[]; maxVersion?: 'TLSv1.2' }) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const client = connect({ host: '127.0.0.1', port, ...options }).on('error', () => undefined)
  const [socket] = (await once(server, 'connection')) as [import('node:net').Socket]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  server.close()
  return bytes
}

test('RFC 6066 §3 and RFC 7301 §3.1: the server name and the protocols that a client offers', async () => {
  const hello = await helloOf({ servername: 'Twin.Example', ALPNProtocols: ['acme-tls/1', 'h2'] })
  assert.deepEqual(parseClientHello(hello), { serverName: 'twin.example', protocols: ['acme-tls/1', 'h2'] })
  const plain = await helloOf({ maxVersion: 'TLSv1.2' })
  assert.deepEqual(parseClientHello(plain), { serverName: undefined, protocols: [] })
})

test('RFC 8446 §5.1: a message may be spread over records, and arrives in any pieces', async () => {
  const hello = await helloOf({ servername: 'twin.example', ALPNProtocols: ['acme-tls/1'] })
  for (let i = 0; i < hello.length; i += 7) assert.equal(parseClientHello(hello.subarray(0, i)), 'more')
  const message = hello.subarray(5)
  const record = (part: Buffer) => Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part])
  const split = Buffer.concat([record(message.subarray(0, 50)), record(message.subarray(50))])
  assert.deepEqual(parseClientHello(split), parseClientHello(hello))
})

test('what is no ClientHello is told at once, and nothing makes the parser throw', async () => {
  assert.equal(parseClientHello(Buffer.from('GET / HTTP/1.1\r\n')), undefined)
  const hello = await helloOf({ servername: 'twin.example', ALPNProtocols: ['acme-tls/1'] })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
      const bytes = Buffer.from(hello)
      for (const [at, value] of changes) bytes[at] = value
      parseClientHello(bytes)
    }),
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseClientHello(Buffer.from(bytes))))
})
