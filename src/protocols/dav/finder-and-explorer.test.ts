// What Finder and Explorer send when a person saves a file, step by step.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { lockinfo, openDav, textOf, told } from '../../../tests/support/dav.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav({ defaultQuota: 1_000_000 })
  await dav.ask('MKCOL', 'Documents')
})
after(() => dav[Symbol.asyncDispose]())

/** A chunked PUT as macOS sends it. */
const chunked = async (path: string, body: string, more: Record<string, string> = {}): Promise<number> =>
  dav.status('PUT', path, {
    body,
    headers: { 'transfer-encoding': 'chunked', 'x-expected-entity-length': String(body.length), ...more },
  })

test('Finder mounts: it looks for class 2, the folder, and how much room there is', async () => {
  const agent = { 'user-agent': 'WebDAVFS/3.0.0 (03008000) Darwin/24.0.0 (arm64)' }
  const { headers } = await dav.ask('OPTIONS', '', { headers: agent })
  assert.match(String(headers.dav), /\b2\b/)
  const body =
    '<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:">\n<D:prop>\n<D:quota-available-bytes/>\n<D:quota-used-bytes/>\n<D:quota/>\n<D:quotaused/>\n</D:prop>\n</D:propfind>\n'
  const [root] = told(
    await dav.ask('PROPFIND', '', { body, headers: { depth: '0', 'content-type': 'text/xml', ...agent } }),
  )
  assert.ok(Number(textOf(root, 'quota-available-bytes')) > 900_000)
  assert.equal(await dav.status('PROPFIND', '._.', { headers: { depth: '0' } }), 404)
  assert.equal(await dav.status('PROPFIND', '.DS_Store', { headers: { depth: '0' } }), 404)
})

test('Finder saves: an empty file, a lock, the content in chunks, its AppleDouble beside it', async () => {
  assert.equal(await dav.status('PUT', 'Documents/Brief.pages', { body: '' }), 201)
  const { token } = await dav.lock('Documents/Brief.pages', { headers: { timeout: 'Second-600' } })
  assert.equal(await chunked('Documents/Brief.pages', 'content', { if: `(<${token}>)` }), 204)
  assert.equal(await chunked('Documents/._Brief.pages', '\u0000\u0005\u0016\u0007'), 201)
  const refresh = { if: `(<${token}>)`, timeout: 'Second-600', 'content-length': '0' }
  assert.equal(await dav.status('LOCK', 'Documents/Brief.pages', { headers: refresh }), 200)
  assert.equal(await dav.status('UNLOCK', 'Documents/Brief.pages', { headers: { 'lock-token': `<${token}>` } }), 204)
  assert.equal((await dav.ask('GET', 'Documents/Brief.pages')).body.toString(), 'content')
})

test('Explorer maps a drive: it walks down from the root', async () => {
  const agent = { 'user-agent': 'Microsoft-WebDAV-MiniRedir/10.0.22631', translate: 'f' }
  const absolute = true
  assert.match(String((await dav.ask('OPTIONS', '/', { absolute, headers: agent })).headers['ms-author-via']), /DAV/)
  for (const path of ['/', '/dav', '/dav/files', '/dav/files/ann']) {
    const answer = await dav.ask('PROPFIND', path, {
      absolute,
      headers: { depth: '0', 'content-length': '0', ...agent },
    })
    assert.equal(textOf(told(answer)[0], 'resourcetype'), '', path)
    assert.equal(told(answer)[0]?.properties.get('{DAV:}resourcetype')?.element.children.length, 1, path)
  }
})

test('Explorer saves: an empty PUT, LOCK, PUT, its times, HEAD, UNLOCK', async () => {
  const path = 'Documents/R%C3%A9sum%C3%A9%20%26%20co.docx'
  assert.equal(await dav.status('PUT', path, { body: '' }), 201)
  const body = `<?xml version="1.0" encoding="utf-8" ?>${lockinfo().replace('mailto:ann@example.com', 'PC\\ann')}`
  const locked = await dav.ask('LOCK', path, {
    body,
    headers: { timeout: 'Second-3600', 'content-type': 'text/xml; charset="utf-8"' },
  })
  assert.equal(locked.status, 200)
  const condition = { if: `(${locked.headers['lock-token']})` }
  assert.equal(await dav.status('PUT', path, { body: 'docx', headers: condition }), 204)
  const time = 'Mon, 03 Jan 2022 10:00:00 GMT'
  const properties = ['Win32CreationTime', 'Win32LastAccessTime', 'Win32LastModifiedTime'].map(
    (name) => `<Z:${name}>${time}</Z:${name}>`,
  )
  const patch = `<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>${properties.join('')}<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>`
  const answer = told(await dav.ask('PROPPATCH', path, { body: patch, headers: condition }))[0]
  assert.deepEqual(new Set([...(answer?.properties.values() ?? [])].map(({ status }) => status)), new Set([200]))
  assert.equal((await dav.ask('HEAD', path)).headers['last-modified'], time)
  const unlock = { 'lock-token': String(locked.headers['lock-token']) }
  assert.equal(await dav.status('UNLOCK', path, { headers: unlock }), 204)
})

test('Explorer renames a folder without its closing slash, and deletes with one', async () => {
  await dav.ask('MKCOL', 'New%20folder')
  const headers = { destination: dav.url('Renamed'), overwrite: 'F' }
  assert.equal(await dav.status('MOVE', 'New%20folder', { headers }), 201)
  assert.equal(await dav.status('DELETE', 'Renamed/'), 204)
})

test('Word saves aside and renames: the file keeps its history', async () => {
  const id = async (path: string) => textOf((await dav.find(path, '<T:id/>'))[0], 'id', 'urn:twin:files')
  const move = (from: string, to: string, overwrite: string) =>
    dav.status('MOVE', `Documents/${from}`, { headers: { destination: dav.url(`Documents/${to}`), overwrite } })
  await dav.ask('PUT', 'Documents/a.docx', { body: 'first' })
  const before = await id('Documents/a.docx')
  await dav.ask('PUT', 'Documents/~WRD0001.tmp', { body: 'second' })
  assert.equal(await move('~WRD0001.tmp', 'a.docx', 'F'), 412)
  assert.equal(await move('~WRD0001.tmp', 'a.docx', 'T'), 204)
  assert.equal(await id('Documents/a.docx'), before)
})
