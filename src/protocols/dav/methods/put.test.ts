import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav } from '../../../../tests/support/dav.ts'
import { inlineBlobBytes } from '../../../limits.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav({ defaultQuota: 4 * 1024 * 1024 })
})
after(() => dav[Symbol.asyncDispose]())

const read = async (path: string): Promise<string> => (await dav.ask('GET', path)).body.toString()
const put = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  dav.ask('PUT', path, { body, headers })

test('RFC 4918 §9.7: a PUT is 201 when it makes and 204 when it replaces, with the new entity tag', async () => {
  const first = await put('a.txt', 'one')
  assert.equal(first.status, 201)
  const second = await put('a.txt', 'two')
  assert.equal(second.status, 204)
  assert.notEqual(first.headers.etag, second.headers.etag)
  assert.equal((await dav.ask('GET', 'a.txt')).headers.etag, second.headers.etag)
})

test('RFC 4918 §9.7.1: no folder is made on the way', async () => {
  assert.equal((await put('no/such/folder/a.txt', 'x')).status, 409)
  assert.equal((await put('a.txt/b.txt', 'x')).status, 409)
})

test('RFC 4918 §9.7.2: a PUT over a folder is 405 with Allow', async () => {
  await dav.ask('MKCOL', 'folder')
  const { status, headers } = await put('folder', 'x')
  assert.equal(status, 405)
  assert.match(String(headers.allow), /PROPFIND/)
  assert.doesNotMatch(String(headers.allow), /PUT/)
})

test('conditions: what is there must be what the writer knows', async () => {
  const { headers } = await put('c.txt', 'one')
  assert.equal((await put('c.txt', 'x', { 'if-none-match': '*' })).status, 412)
  assert.equal((await put('c.txt', 'x', { 'if-match': '"other"' })).status, 412)
  assert.equal((await put('new.txt', 'x', { 'if-match': '*' })).status, 412)
  assert.equal((await put('c.txt', 'x', { 'if-unmodified-since': 'Tue, 14 Nov 2000 22:13:19 GMT' })).status, 412)
  assert.equal(await read('c.txt'), 'one')
  assert.equal((await put('c.txt', 'two', { 'if-match': String(headers.etag) })).status, 204)
  assert.equal((await put('fresh.txt', 'x', { 'if-none-match': '*' })).status, 201)
})

test('the time and the type that a client sends are kept', async () => {
  const { headers } = await put('dated', 'x', { 'x-oc-mtime': '1234567890', 'content-type': 'image/png' })
  assert.equal(headers['x-oc-mtime'], 'accepted')
  const answer = await dav.ask('HEAD', 'dated')
  assert.equal(answer.headers['last-modified'], 'Fri, 13 Feb 2009 23:31:30 GMT')
  assert.equal(answer.headers['content-type'], 'image/png')
})

test('RFC 9110 §14.5: Content-Range writes a part, at the end and within, and leaves no hole', async () => {
  await put('part.txt', '0123456789')
  assert.equal((await put('part.txt', 'abc', { 'content-range': 'bytes 2-4/10' })).status, 204)
  assert.equal(await read('part.txt'), '01abc56789')
  assert.equal((await put('part.txt', 'END', { 'content-range': 'bytes 10-12/*' })).status, 204)
  assert.equal(await read('part.txt'), '01abc56789END')
  assert.equal((await put('part.txt', 'x', { 'content-range': 'bytes 50-50/51' })).status, 416)
  assert.equal((await put('part.txt', 'xy', { 'content-range': 'bytes 0-0/13' })).status, 400)
  assert.equal((await put('part.txt', 'x', { 'content-range': 'nonsense' })).status, 400)
  assert.equal(await read('part.txt'), '01abc56789END')
  assert.equal((await put('part-new.txt', 'abc', { 'content-range': 'bytes 0-2/3' })).status, 201)
})

test('a part of a large content is written without holding it in memory', async () => {
  const content = Buffer.alloc(inlineBlobBytes * 4, 'a')
  await put('large.bin', content)
  const part = Buffer.alloc(inlineBlobBytes, 'b')
  const start = inlineBlobBytes + 5
  const { status } = await put('large.bin', part, {
    'content-range': `bytes ${start}-${start + part.length - 1}/${content.length}`,
  })
  assert.equal(status, 204)
  part.copy(content, start)
  assert.ok((await dav.ask('GET', 'large.bin')).body.equals(content))
})

test('PATCH with X-Update-Range replaces, counts from the end and appends', async () => {
  await put('patch.txt', '0123456789')
  const patch = (body: string, range: string) =>
    dav.status('PATCH', 'patch.txt', {
      body,
      headers: { 'content-type': 'application/x-sabredav-partialupdate', 'x-update-range': range },
    })
  assert.equal(await patch('ab', 'bytes=0-1'), 204)
  assert.equal(await patch('z', 'bytes=-1'), 204)
  assert.equal(await patch('!', 'append'), 204)
  assert.equal(await read('patch.txt'), 'ab2345678z!')
  assert.equal(await dav.status('PATCH', 'patch.txt', { body: 'x' }), 415)
})

test('RFC 4331 §6: what does not fit the quota is 507 with quota-not-exceeded, and changes nothing', async () => {
  await put('kept.txt', 'kept')
  const { status, body } = await put('kept.txt', Buffer.alloc(5 * 1024 * 1024))
  assert.equal(status, 507)
  assert.match(body.toString(), /<D:quota-not-exceeded\/>/)
  assert.equal(await read('kept.txt'), 'kept')
})

test('a body that says no length stops at what the account may own', async () => {
  const headers = { 'transfer-encoding': 'chunked' }
  assert.equal(await dav.status('PUT', 'endless.bin', { body: Buffer.alloc(6 * 1024 * 1024), headers }), 413)
  assert.equal(await dav.status('GET', 'endless.bin'), 404)
})

test('RFC 5995: POST to a folder makes a member with a name of the server’s own', async () => {
  await dav.ask('MKCOL', 'posted')
  const { status, headers } = await dav.ask('POST', 'posted/', { body: 'x', headers: { 'content-type': 'text/plain' } })
  assert.equal(status, 201)
  const location = String(headers.location)
  assert.match(location, /^\/dav\/files\/ann\/posted\/[\w-]+\.\w+$/)
  assert.equal((await dav.ask('GET', location, { absolute: true })).body.toString(), 'x')
  const [folder] = await dav.find('posted/', '<D:add-member/>')
  assert.ok(folder?.properties.get('{DAV:}add-member')?.status === 200)
  assert.equal(await dav.status('POST', 'kept.txt', { body: 'x' }), 405)
})
