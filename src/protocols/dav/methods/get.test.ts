import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav } from '../../../../tests/support/dav.ts'
import { inlineBlobBytes } from '../../../limits.ts'

let dav: Awaited<ReturnType<typeof openDav>>
const large = Buffer.alloc(inlineBlobBytes * 5 + 7, 'twin stores ')

before(async () => {
  dav = await openDav()
  await dav.ask('PUT', 'small.txt', { body: '0123456789', headers: { 'x-oc-mtime': '1700000000' } })
  await dav.ask('PUT', 'large.bin', { body: large })
  await dav.ask('PUT', 'evil.html', { body: '<script>alert(1)</script>', headers: { 'content-type': 'text/html' } })
})
after(() => dav[Symbol.asyncDispose]())

test('GET answers the content with its length, type, time and entity tag', async () => {
  const { status, headers, body } = await dav.ask('GET', 'small.txt')
  assert.equal(status, 200)
  assert.equal(body.toString(), '0123456789')
  assert.equal(headers['content-length'], '10')
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal(headers['last-modified'], 'Tue, 14 Nov 2023 22:13:20 GMT')
  assert.match(headers.etag ?? '', /^"[\w-]+"$/)
  assert.equal(headers['accept-ranges'], 'bytes')
})

test('HEAD answers the same headers and nothing else', async () => {
  const { status, headers, body } = await dav.ask('HEAD', 'large.bin')
  assert.equal(status, 200)
  assert.equal(headers['content-length'], String(large.length))
  assert.equal(body.length, 0)
})

test('a content larger than a database row streams whole', async () => {
  const { body } = await dav.ask('GET', 'large.bin')
  assert.ok(body.equals(large))
})

test('content of a person is never run with the power of the page', async () => {
  const { headers } = await dav.ask('GET', 'evil.html')
  assert.match(String(headers['content-security-policy']), /^sandbox/)
  assert.match(String(headers['content-disposition']), /^attachment/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
})

for (const path of ['small.txt', 'large.bin'])
  test(`RFC 9110 §14: one range of ${path} is 206 with Content-Range`, async () => {
    const whole = (await dav.ask('GET', path)).body
    for (const [range, start, end] of [
      ['bytes=2-5', 2, 6],
      ['bytes=7-', 7, whole.length],
      ['bytes=-3', whole.length - 3, whole.length],
    ] as const) {
      const { status, headers, body } = await dav.ask('GET', path, { headers: { range } })
      assert.equal(status, 206)
      assert.equal(headers['content-range'], `bytes ${start}-${end - 1}/${whole.length}`)
      assert.ok(body.equals(whole.subarray(start, end)))
    }
  })

test('RFC 9110 §14.6: several ranges are multipart/byteranges', async () => {
  const { status, headers, body } = await dav.ask('GET', 'large.bin', { headers: { range: 'bytes=0-3,100000-100009' } })
  assert.equal(status, 206)
  const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(headers['content-type'] ?? '')?.[1]
  assert.ok(boundary)
  assert.equal(headers['content-length'], String(body.length))
  const parts = body.toString('latin1').split(`--${boundary}`)
  assert.equal(parts.length, 4)
  assert.ok(parts[1]?.endsWith(`bytes 0-3/${large.length}\r\n\r\n${large.subarray(0, 4)}\r\n`))
  assert.ok(parts[2]?.endsWith(`\r\n\r\n${large.subarray(100_000, 100_010)}\r\n`))
  assert.equal(parts[3], '--\r\n')
})

test('RFC 9110 §15.5.17: a range beyond the content is 416 and says how long it is', async () => {
  const { status, headers, body } = await dav.ask('GET', 'small.txt', { headers: { range: 'bytes=10-' } })
  assert.equal(status, 416)
  assert.equal(headers['content-range'], 'bytes */10')
  assert.equal(body.length, 0)
})

test('RFC 9110 §13.1.5: If-Range answers the part of the same content, and the whole of another', async () => {
  const { headers } = await dav.ask('HEAD', 'small.txt')
  const range = (ifRange: string) =>
    dav.status('GET', 'small.txt', { headers: { range: 'bytes=0-0', 'if-range': ifRange } })
  assert.equal(await range(String(headers.etag)), 206)
  assert.equal(await range(String(headers['last-modified'])), 206)
  assert.equal(await range('"other"'), 200)
  assert.equal(await range(`W/${headers.etag}`), 200)
  assert.equal(await range('Tue, 14 Nov 2023 22:13:21 GMT'), 200)
})

test('RFC 9110 §13.2.2: conditions of a reader', async () => {
  const { headers } = await dav.ask('HEAD', 'small.txt')
  const get = (conditions: Record<string, string>) => dav.status('GET', 'small.txt', { headers: conditions })
  assert.equal(await get({ 'if-none-match': `"x", W/${headers.etag}` }), 304)
  assert.equal(await get({ 'if-none-match': '"x"' }), 200)
  assert.equal(await get({ 'if-modified-since': String(headers['last-modified']) }), 304)
  assert.equal(await get({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' }), 200)
  assert.equal(await get({ 'if-match': '"x"' }), 412)
  assert.equal(await get({ 'if-unmodified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' }), 412)
  // If-None-Match decides, and If-Modified-Since is not looked at.
  assert.equal(await get({ 'if-none-match': '"x"', 'if-modified-since': String(headers['last-modified']) }), 200)
})

test('a folder shows a browser to the page and anybody else its names', async () => {
  await dav.ask('MKCOL', 'a%20folder')
  await dav.ask('PUT', 'a%20folder/%3Cb%3E.txt', { body: '' })
  const browser = await dav.ask('GET', 'a%20folder/', { headers: { accept: 'text/html,*/*' } })
  assert.equal(browser.status, 303)
  assert.equal(browser.headers.location, '/files/a%20folder/')
  const { status, body, headers } = await dav.ask('GET', 'a%20folder/')
  assert.equal(status, 200)
  assert.match(String(headers['content-security-policy']), /^sandbox/)
  assert.match(body.toString(), /<a href="\/dav\/files\/ann\/a%20folder\/%3Cb%3E.txt">&lt;b&gt;.txt<\/a>/)
})

test('nothing there is 404; somebody else’s, too', async () => {
  assert.equal(await dav.status('GET', 'nothing'), 404)
  assert.equal(await dav.status('GET', '/dav/files/bob/small.txt', { absolute: true }), 404)
  assert.equal(await dav.status('GET', '/dav/elsewhere/', { absolute: true }), 404)
})
