import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openDav, textOf } from '../../../../tests/support/dav.ts'
import { TWIN_FILES } from '../wire/names.ts'

let dav: Awaited<ReturnType<typeof openDav>>
let base = ''
let count = 0
before(async () => {
  dav = await openDav()
})
after(() => dav[Symbol.asyncDispose]())

/** `tree/a.txt`, `tree/sub/b.txt` and `file.txt` in a folder of each test's own. */
beforeEach(async () => {
  base = `t${count++}/`
  for (const folder of ['', 'tree/', 'tree/sub/']) await dav.ask('MKCOL', base + folder)
  await dav.ask('PUT', `${base}tree/a.txt`, { body: 'a' })
  await dav.ask('PUT', `${base}tree/sub/b.txt`, { body: 'b' })
  await dav.ask('PUT', `${base}file.txt`, { body: 'file' })
})

const transfer = (method: string, from: string, to: string, headers: Record<string, string> = {}) =>
  dav.ask(method, base + from, { headers: { destination: dav.url(base + to), ...headers } })
const read = async (path: string) => {
  const { status, body } = await dav.ask('GET', base + path)
  return status === 200 ? body.toString() : undefined
}
const id = async (path: string) => textOf((await dav.find(base + path, '<T:id/>'))[0], 'id', TWIN_FILES)

test('RFC 4918 §9.8.3: COPY of a folder takes all of it, and Depth: 0 the folder alone', async () => {
  assert.equal((await transfer('COPY', 'tree/', 'deep/')).status, 201)
  assert.equal(await read('deep/sub/b.txt'), 'b')
  assert.equal((await transfer('COPY', 'tree/', 'shallow/', { depth: '0' })).status, 201)
  assert.equal((await dav.find(`${base}shallow/`, '<D:resourcetype/>', { depth: '1' })).length, 1)
  assert.equal((await transfer('COPY', 'tree/', 'never/', { depth: '1' })).status, 400)
})

test('RFC 4918 §9.9: MOVE takes the tree away and keeps what it is', async () => {
  const before = await id('tree/sub/b.txt')
  assert.equal((await transfer('MOVE', 'tree', 'moved')).status, 201)
  assert.equal(await read('moved/sub/b.txt'), 'b')
  assert.equal(await read('tree/a.txt'), undefined)
  assert.equal(await id('moved/sub/b.txt'), before)
  assert.equal((await transfer('MOVE', 'moved', 'again', { depth: '0' })).status, 400)
})

test('RFC 4918 §9.8.4: a folder that is overwritten is replaced, not merged; Overwrite: F keeps it', async () => {
  await dav.ask('MKCOL', `${base}target`)
  await dav.ask('PUT', `${base}target/other.txt`, { body: 'other' })
  for (const method of ['COPY', 'MOVE']) {
    assert.equal((await transfer(method, 'tree/', 'target/', { overwrite: 'F' })).status, 412)
    assert.equal(await read('target/other.txt'), 'other')
  }
  assert.equal((await transfer('COPY', 'tree/', 'target/')).status, 204)
  assert.equal(await read('target/other.txt'), undefined)
  assert.equal(await read('target/a.txt'), 'a')
  const trash = await dav.find('/dav/trash/ann/', '<T:origin/>', { depth: '1', absolute: true })
  assert.ok(trash.some((one) => textOf(one, 'origin', TWIN_FILES) === `/dav/files/ann/${base}target/`))
})

for (const method of ['COPY', 'MOVE'])
  test(`${method} of a file over a file: the former content is a version of the same file`, async () => {
    await dav.ask('PUT', `${base}over.txt`, { body: 'old' })
    const before = await id('over.txt')
    assert.equal((await transfer(method, 'file.txt', 'over.txt')).status, 204)
    assert.equal(await read('over.txt'), 'file')
    assert.equal(await read('file.txt'), method === 'COPY' ? 'file' : undefined)
    assert.equal(await id('over.txt'), before)
    const versions = await dav.find(`/dav/versions/ann/${before}/`, '<D:getetag/>', { depth: '1', absolute: true })
    const [, version] = versions
    assert.equal((await dav.ask('GET', version?.href ?? '', { absolute: true })).body.toString(), 'old')
  })

test('MOVE of a file over a file: the past of both is kept', async () => {
  for (const body of ['old 1', 'old 2']) await dav.ask('PUT', `${base}over.txt`, { body })
  for (const body of ['new 1', 'new 2']) await dav.ask('PUT', `${base}file.txt`, { body })
  assert.equal((await transfer('MOVE', 'file.txt', 'over.txt')).status, 204)
  const folder = `/dav/versions/ann/${await id('over.txt')}/`
  const versions = (await dav.find(folder, '<D:getetag/>', { depth: '1', absolute: true })).slice(1)
  const contents = await Promise.all(versions.map(({ href }) => dav.ask('GET', href, { absolute: true })))
  assert.deepEqual(contents.map(({ body }) => body.toString()).toSorted(), ['file', 'new 1', 'old 1', 'old 2'])
})

test('a file over a folder and a folder over a file', async () => {
  assert.equal((await transfer('COPY', 'file.txt', 'tree')).status, 204)
  assert.equal(await read('tree'), 'file')
  await dav.ask('MKCOL', `${base}folder`)
  assert.equal((await transfer('MOVE', 'folder/', 'file.txt')).status, 204)
  const [now] = await dav.find(`${base}file.txt`, '<D:resourcetype/>')
  assert.equal(now?.href.endsWith('file.txt/'), true)
})

test('RFC 4918 §9.8.5: onto itself, into itself and over what it is in are 403', async () => {
  for (const method of ['COPY', 'MOVE']) {
    assert.equal((await transfer(method, 'tree', 'tree/')).status, 403)
    assert.equal((await transfer(method, 'file.txt', 'file.txt')).status, 403)
    assert.equal((await transfer(method, 'tree', 'tree/sub/in')).status, 403)
    assert.equal((await transfer(method, 'tree/sub', 'tree')).status, 403)
  }
  assert.equal((await transfer('COPY', 'tree', 'tree/sub/in', { depth: '0' })).status, 201)
  assert.equal(await read('tree/sub/b.txt'), 'b')
})

test('RFC 4918 §9.8.5: a missing folder at the destination is 409, another server 502, no destination 400', async () => {
  assert.equal((await transfer('COPY', 'file.txt', 'no/such/file.txt')).status, 409)
  assert.equal((await transfer('MOVE', 'file.txt', 'tree/a.txt/in')).status, 409)
  const elsewhere = { destination: 'https://elsewhere.example/dav/files/ann/x' }
  assert.equal(await dav.status('COPY', `${base}file.txt`, { headers: elsewhere }), 502)
  assert.equal(await dav.status('COPY', `${base}file.txt`), 400)
  assert.equal((await transfer('COPY', 'nothing', 'x')).status, 404)
})

test('the destination is among one’s own files and nowhere else', async () => {
  for (const path of ['/dav/files/bob/x', '/dav/trash/ann/x', '/dav/principals/ann/x', '/', '/elsewhere']) {
    const status = await dav.status('COPY', `${base}file.txt`, { headers: { destination: path } })
    assert.ok([403, 404, 409].includes(status), `${path}: ${status}`)
  }
})

test('the account’s own collection is not moved or deleted', async () => {
  const headers = { destination: dav.url(`${base}in`) }
  assert.equal(await dav.status('MOVE', '', { headers }), 405)
  assert.equal(await dav.status('DELETE', ''), 405)
})

test('RFC 4918 §9.8.2: dead properties are copied and move along', async () => {
  const set =
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><c xmlns="urn:c">blue</c></D:prop></D:set></D:propertyupdate>'
  await dav.ask('PROPPATCH', `${base}tree/a.txt`, { body: set })
  await transfer('COPY', 'tree/', 'copied/')
  await transfer('COPY', 'tree/a.txt', 'a.txt')
  await transfer('MOVE', 'a.txt', 'b.txt')
  for (const path of ['copied/a.txt', 'b.txt', 'tree/a.txt'])
    assert.equal(textOf((await dav.find(base + path, '<c xmlns="urn:c"/>'))[0], 'c', 'urn:c'), 'blue')
})
