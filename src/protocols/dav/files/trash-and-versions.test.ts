import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openDav, textOf } from '../../../../tests/support/dav.ts'
import { createPerson } from '../../../../tests/support/people.ts'
import { TWIN_FILES } from '../wire/names.ts'

let dav: Awaited<ReturnType<typeof openDav>>
let base = ''
let count = 0
before(async () => {
  dav = await openDav()
  await createPerson(dav.store, 'bob', dav.password)
})
after(() => dav[Symbol.asyncDispose]())
beforeEach(async () => {
  base = `t${count++}/`
  await dav.ask('MKCOL', base)
  await dav.ask('MKCOL', `${base}folder`)
  await dav.ask('PUT', `${base}folder/in.txt`, { body: 'in' })
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'one' })
})

const absolute = true
const read = async (path: string) => (await dav.ask('GET', path, { absolute })).body.toString()
const idOf = async (path: string) => textOf((await dav.find(base + path, '<T:id/>'))[0], 'id', TWIN_FILES)
const versionsOf = async (path: string) =>
  (
    await dav.find(`/dav/versions/ann/${await idOf(path)}/`, '<D:getcontentlength/><T:superseded-at/>', {
      depth: '1',
      absolute,
    })
  ).slice(1)

test('DELETE moves to the trash and says where', async () => {
  const { status, headers } = await dav.ask('DELETE', `${base}a%20b.txt`)
  assert.equal(status, 204)
  const location = String(headers.location)
  assert.match(location, /^\/dav\/trash\/ann\//)
  assert.equal(await read(location), 'one')
  const [member] = await dav.find(location, '<T:origin/><T:deleted-at/><T:id/>', { absolute })
  assert.equal(textOf(member, 'origin', TWIN_FILES), `/dav/files/ann/${base}a%20b.txt`)
  assert.match(textOf(member, 'deleted-at', TWIN_FILES) ?? '', /^\d{4}-.*Z$/)
})

test('two deletions of the same name are two members', async () => {
  const first = String((await dav.ask('DELETE', `${base}a%20b.txt`)).headers.location)
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'two' })
  const second = String((await dav.ask('DELETE', `${base}a%20b.txt`)).headers.location)
  assert.notEqual(first, second)
  assert.deepEqual([await read(first), await read(second)], ['one', 'two'])
})

test('MOVE out of the trash restores a tree, and its parts one by one', async () => {
  const location = String((await dav.ask('DELETE', `${base}folder`)).headers.location)
  assert.ok(location.endsWith('/'))
  assert.equal(await read(`${location}in.txt`), 'in')
  const restore = (from: string, to: string) =>
    dav.status('MOVE', from, { absolute, headers: { destination: dav.url(base + to) } })
  assert.equal(await restore(`${location}in.txt`, 'part.txt'), 201)
  assert.equal(await restore(location, 'folder'), 201)
  assert.equal(await restore(location, 'folder2'), 404)
  assert.equal(await dav.status('GET', `${base}part.txt`), 200)
  assert.equal(await dav.status('PROPFIND', `${base}folder/`, { headers: { depth: '0' } }), 207)
})

test('MOVE out of the trash to a folder that is gone is 409', async () => {
  const location = String((await dav.ask('DELETE', `${base}folder/in.txt`)).headers.location)
  await dav.ask('DELETE', `${base}folder`)
  const headers = { destination: dav.url(`${base}folder/in.txt`) }
  assert.equal(await dav.status('MOVE', location, { absolute, headers }), 409)
})

test('DELETE in the trash is for ever, and of the trash itself empties it', async () => {
  const location = String((await dav.ask('DELETE', `${base}a%20b.txt`)).headers.location)
  assert.equal(await dav.status('DELETE', location, { absolute }), 204)
  assert.equal(await dav.status('GET', location, { absolute }), 404)
  await dav.ask('DELETE', `${base}folder`)
  assert.equal(await dav.status('DELETE', '/dav/trash/ann/', { absolute }), 204)
  assert.equal((await dav.find('/dav/trash/ann/', '<T:id/>', { absolute, depth: '1' })).length, 1)
})

test('nothing else is written in the trash', async () => {
  const location = String((await dav.ask('DELETE', `${base}a%20b.txt`)).headers.location)
  for (const [method, path] of [
    ['PUT', location],
    ['PUT', '/dav/trash/ann/new.txt'],
    ['MKCOL', '/dav/trash/ann/new'],
    ['PROPPATCH', location],
    ['LOCK', location],
  ] as const) {
    const body =
      method === 'PUT' ? 'x' : '<propertyupdate xmlns="DAV:"><remove><prop><x/></prop></remove></propertyupdate>'
    const status = await dav.status(method, path, {
      absolute,
      ...(method !== 'MKCOL' && method !== 'LOCK' && { body }),
    })
    assert.ok([400, 403, 405].includes(status), `${method} ${path}: ${status}`)
  }
  assert.equal(await dav.status('MOVE', `${base}folder`, { headers: { destination: '/dav/trash/ann/x' } }), 403)
})

test('what Finder, Word and LibreOffice leave beside files does not fill the trash', async () => {
  for (const name of ['._a.txt', '.DS_Store', '~$report.docx', '.~lock.a.odt%23']) {
    await dav.ask('PUT', base + name, { body: 'x' })
    const { status, headers } = await dav.ask('DELETE', base + name)
    assert.deepEqual([status, headers.location], [204, undefined], name)
  }
  await dav.ask('MKCOL', `${base}._folder`)
  assert.match(String((await dav.ask('DELETE', `${base}._folder`)).headers.location), /^\/dav\/trash\//)
})

test('an overwrite makes the former content a version, newest first', async () => {
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'second' })
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'the third' })
  const versions = await versionsOf('a%20b.txt')
  assert.deepEqual(await Promise.all(versions.map(({ href }) => read(href))), ['second', 'one'])
  for (const version of versions) assert.match(textOf(version, 'superseded-at', TWIN_FILES) ?? '', /^\d{4}-.*Z$/)
  assert.match(versions[0]?.href ?? '', /\/a%20b%20\(.*\)\.txt$/)
})

test('COPY of a version onto its file brings it back, and what was present becomes a version', async () => {
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'second' })
  const [version] = await versionsOf('a%20b.txt')
  const headers = { destination: dav.url(`${base}a%20b.txt`), overwrite: 'T' }
  assert.equal(await dav.status('COPY', version?.href ?? '', { absolute, headers }), 204)
  assert.equal((await dav.ask('GET', `${base}a%20b.txt`)).body.toString(), 'one')
  const [newest] = await versionsOf('a%20b.txt')
  assert.equal(await read(newest?.href ?? ''), 'second')
})

test('MOVE of a version onto its file takes it out of the versions; COPY elsewhere makes a file', async () => {
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'second' })
  const [version] = await versionsOf('a%20b.txt')
  const to = (path: string) => ({ absolute, headers: { destination: dav.url(base + path) } })
  assert.equal(await dav.status('COPY', version?.href ?? '', to('elsewhere.txt')), 201)
  assert.equal((await dav.ask('GET', `${base}elsewhere.txt`)).body.toString(), 'one')
  assert.equal(await dav.status('MOVE', version?.href ?? '', to('folder/in.txt')), 403)
  assert.equal(await dav.status('MOVE', version?.href ?? '', to('a%20b.txt')), 204)
  const left = await Promise.all((await versionsOf('a%20b.txt')).map(({ href }) => read(href)))
  assert.deepEqual(left, ['second'])
})

test('DELETE of a version is for ever; nothing is written among them', async () => {
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'second' })
  const [version] = await versionsOf('a%20b.txt')
  assert.equal(await dav.status('PUT', version?.href ?? '', { absolute, body: 'x' }), 405)
  assert.equal(await dav.status('DELETE', version?.href ?? '', { absolute }), 204)
  assert.deepEqual(await versionsOf('a%20b.txt'), [])
})

test('versions and trash of others are not there', async () => {
  await dav.ask('PUT', `${base}a%20b.txt`, { body: 'second' })
  const [version] = await versionsOf('a%20b.txt')
  const id = await idOf('a%20b.txt')
  for (const path of [version?.href ?? '', `/dav/versions/bob/${id}/`, '/dav/trash/ann/', `/dav/files/ann/${base}`])
    for (const method of ['GET', 'PROPFIND', 'DELETE'])
      assert.equal(await dav.status(method, path, { absolute, as: 'bob' }), 404, `${method} ${path}`)
})
