// HOSTILE row 12: old or new, never half.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav } from '../../../../tests/support/dav.ts'
import { inlineBlobBytes } from '../../../limits.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav()
})
after(() => dav[Symbol.asyncDispose]())

const basic = () => `Basic ${Buffer.from(`ann:${dav.password}`).toString('base64')}`

test('of many PUTs that race with If-None-Match: * one makes the file and the others hear 412', async () => {
  const bodies = Array.from({ length: 20 }, (_, index) => `writer ${index}`)
  const statuses = await Promise.all(
    bodies.map((body) => dav.status('PUT', 'race.txt', { body, headers: { 'if-none-match': '*' } })),
  )
  assert.deepEqual(statuses.toSorted(), [201, ...Array.from({ length: 19 }, () => 412)])
  const winner = bodies[statuses.indexOf(201)]
  assert.equal((await dav.ask('GET', 'race.txt')).body.toString(), winner)
})

test('of many PUTs that race with the same If-Match one wins, also where the bodies are large', async () => {
  const { headers } = await dav.ask('PUT', 'race.bin', { body: 'start' })
  const bodies = Array.from({ length: 6 }, (_, index) => Buffer.alloc(inlineBlobBytes * 2, String(index)))
  const statuses = await Promise.all(
    bodies.map((body) => dav.status('PUT', 'race.bin', { body, headers: { 'if-match': String(headers.etag) } })),
  )
  assert.equal(statuses.filter((status) => status === 204).length, 1)
  assert.equal(statuses.filter((status) => status === 412).length, 5)
  const { body } = await dav.ask('GET', 'race.bin')
  assert.ok(body.equals(bodies[statuses.indexOf(204)] ?? Buffer.alloc(0)))
})

test('of many parts that race no reader sees half of one, and each that was taken is there', async () => {
  await dav.ask('PUT', 'parts.txt', { body: '-'.repeat(20) })
  const statuses = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      dav.status('PUT', 'parts.txt', { body: 'x', headers: { 'content-range': `bytes ${index}-${index}/20` } }),
    ),
  )
  const content = (await dav.ask('GET', 'parts.txt')).body.toString()
  assert.equal(content.length, 20)
  for (const [index, status] of statuses.entries()) {
    assert.ok(status === 204 || status === 409)
    assert.equal(content[index], status === 204 ? 'x' : '-')
  }
})

test('a PUT that is cut off changes nothing, whether it had said its length or not', async () => {
  await dav.ask('PUT', 'cut.txt', { body: 'whole' })
  for (const framing of ['Content-Length: 1000000', 'Transfer-Encoding: chunked'])
    for (const path of ['cut.txt', 'never.txt']) {
      const socket = await dav.server.connect()
      const body = framing.startsWith('Content') ? 'half of it' : `${(200_000).toString(16)}\r\n${'h'.repeat(100_000)}`
      const head = `PUT /dav/files/ann/${path} HTTP/1.1\r\nHost: ${dav.host}\r\nAuthorization: ${basic()}\r\n${framing}\r\n\r\n`
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.write(head + body, () => socket.destroy())
      await closed
    }
  // The server hears of the closing after the client does: a later request on the same store does not pass it.
  assert.equal(await dav.status('PUT', 'after.txt', { body: 'x' }), 201)
  assert.equal((await dav.ask('GET', 'cut.txt')).body.toString(), 'whole')
  assert.equal(await dav.status('GET', 'never.txt'), 404)
})

test('a chunked PUT without a length is taken whole', async () => {
  const socket = await dav.server.connect()
  const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
  const chunk = 'c'.repeat(70_000)
  const chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(3)
  socket.write(
    `PUT /dav/files/ann/chunked.txt HTTP/1.1\r\nHost: ${dav.host}\r\nAuthorization: ${basic()}\r\n` +
      `X-Expected-Entity-Length: ${3 * chunk.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  )
  assert.match(await answered, /^HTTP\/1.1 201/)
  socket.destroy()
  assert.equal((await dav.ask('GET', 'chunked.txt')).body.length, 3 * chunk.length)
})

test('macOS announces the length of a chunked body: another length is refused', async () => {
  const socket = await dav.server.connect()
  const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
  socket.write(
    `PUT /dav/files/ann/short.txt HTTP/1.1\r\nHost: ${dav.host}\r\nAuthorization: ${basic()}\r\n` +
      'X-Expected-Entity-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n',
  )
  assert.match(await answered, /^HTTP\/1.1 400/)
  socket.destroy()
  assert.equal(await dav.status('GET', 'short.txt'), 404)
})
