import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav, textOf, told } from '../../../../tests/support/dav.ts'
import { davInfiniteMembers, davPageMembers } from '../../../limits.ts'

let dav: Awaited<ReturnType<typeof openDav>>
const many = davInfiniteMembers + davPageMembers * 2 + 3

before(async () => {
  dav = await openDav({ defaultQuota: 10_000_000 })
  await dav.ask('MKCOL', 'few')
  await dav.ask('MKCOL', 'few/folder')
  await dav.ask('PUT', 'few/file.txt', { body: 'twelve bytes', headers: { 'x-oc-mtime': '1700000000' } })
  const { store, accountId } = dav
  await store.write(async (tx) => {
    const root = await store.files.root(tx, accountId)
    const folder = await store.files.mkdir(tx, { accountId, parentId: root.id, name: 'many' })
    const staged = store.blobs.small(Buffer.from('x'))
    for (let index = 0; index < many; index++)
      await store.files.put(tx, { accountId, parentId: folder.id, name: `${index}.txt`, staged })
  })
})
after(() => dav[Symbol.asyncDispose]())

const propfind = (path: string, body: string, headers: Record<string, string> = {}) =>
  dav.ask('PROPFIND', path, { body, headers: { depth: '0', ...headers } })

test('RFC 4918 §15: the live properties of a file', async () => {
  const [file] = await dav.find(
    'few/file.txt',
    '<D:resourcetype/><D:displayname/><D:getcontentlength/><D:getcontenttype/><D:getlastmodified/><D:getetag/><D:creationdate/>',
  )
  const { headers } = await dav.ask('HEAD', 'few/file.txt')
  assert.equal(file?.href, '/dav/files/ann/few/file.txt')
  assert.equal(textOf(file, 'resourcetype'), '')
  assert.equal(textOf(file, 'displayname'), 'file.txt')
  assert.equal(textOf(file, 'getcontentlength'), '12')
  assert.equal(textOf(file, 'getcontenttype'), headers['content-type'])
  assert.equal(textOf(file, 'getlastmodified'), headers['last-modified'])
  assert.equal(textOf(file, 'getetag'), headers.etag)
  assert.match(textOf(file, 'creationdate') ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('Depth: 1 tells of the folder and its members, whose addresses end in a slash when they are folders', async () => {
  const members = await dav.find('few/', '<D:resourcetype/>', { depth: '1' })
  assert.deepEqual(
    members.map(({ href }) => href),
    ['/dav/files/ann/few/', '/dav/files/ann/few/file.txt', '/dav/files/ann/few/folder/'],
  )
})

test('a property that is not there is 404, and with Prefer: return=minimal it is left out', async () => {
  const body = '<propfind xmlns="DAV:"><prop><getetag/><nothing xmlns="urn:x"/></prop></propfind>'
  const [file] = told(await propfind('few/file.txt', body))
  assert.equal(file?.properties.get('{urn:x}nothing')?.status, 404)
  const minimal = await propfind('few/file.txt', body, { prefer: 'return=minimal' })
  assert.equal(minimal.headers['preference-applied'], 'return=minimal')
  assert.deepEqual([...(told(minimal)[0]?.properties.keys() ?? [])], ['{DAV:}getetag'])
})

test('RFC 4918 §9.1: allprop leaves out what is not of that RFC, and includes what is asked for beside it', async () => {
  const [all] = told(await propfind('few/', ''))
  assert.ok(all?.properties.has('{DAV:}lockdiscovery'))
  assert.ok(!all?.properties.has('{DAV:}acl'))
  const include = '<propfind xmlns="DAV:"><allprop/><include><quota-used-bytes/></include></propfind>'
  assert.ok(told(await propfind('few/', include))[0]?.properties.has('{DAV:}quota-used-bytes'))
  const [named] = told(await propfind('few/', '<propfind xmlns="DAV:"><propname/></propfind>'))
  assert.ok(named?.properties.has('{DAV:}acl'))
})

test('a folder of more members than a page has each of them once, in pieces', async () => {
  const answer = await propfind('many/', '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>', { depth: '1' })
  const hrefs = new Set(told(answer).map(({ href }) => href))
  assert.equal(hrefs.size, many + 1)
})

test('RFC 4918 §9.1: Depth: infinity is answered for a small tree and refused for a large one', async () => {
  const small = await propfind('few/', '', { depth: 'infinity' })
  assert.equal(told(small).length, 3)
  const { status, body } = await propfind('', '', { depth: 'infinity' })
  assert.equal(status, 403)
  assert.match(body.toString(), /<D:propfind-finite-depth\/>/)
})

test('RFC 8144 §2.2: depth-noroot leaves out the folder itself', async () => {
  const answer = await propfind('few/', '', { depth: '1', prefer: 'depth-noroot' })
  assert.deepEqual(
    told(answer).map(({ href }) => href),
    ['/dav/files/ann/few/file.txt', '/dav/files/ann/few/folder/'],
  )
})

test('RFC 4331: quota of the account, on folders', async () => {
  const [folder, file] = await dav.find('few/', '<D:quota-used-bytes/><D:quota-available-bytes/>', { depth: '1' })
  const used = Number(textOf(folder, 'quota-used-bytes'))
  assert.equal(used, many + 12)
  assert.equal(Number(textOf(folder, 'quota-available-bytes')), 10_000_000 - used)
  assert.equal(textOf(file, 'quota-used-bytes'), undefined)
})

test('RFC 3744, RFC 5397: who I am, whose it is and what I may do', async () => {
  const [file] = await dav.find(
    'few/file.txt',
    '<D:current-user-principal/><D:owner/><D:current-user-privilege-set/><D:acl/><D:principal-collection-set/><D:supported-privilege-set/>',
  )
  assert.equal(textOf(file, 'current-user-principal'), '/dav/principals/ann/')
  assert.equal(textOf(file, 'owner'), '/dav/principals/ann/')
  assert.equal(textOf(file, 'principal-collection-set'), '/dav/principals/')
  const privileges = file?.properties.get('{DAV:}current-user-privilege-set')?.element.children
  const names = privileges
    ?.flatMap((one) => (typeof one === 'string' ? [] : one.children))
    .map((one) => typeof one !== 'string' && one.name)
  assert.ok(names?.includes('read') && names.includes('write'))
  const [trash] = await dav.find('/dav/trash/ann/', '<D:current-user-privilege-set/>', { absolute: true })
  assert.ok(!JSON.stringify(trash?.properties.get('{DAV:}current-user-privilege-set')?.element).includes('"write"'))
})

test('what is above the files can be walked down, as Explorer does', async () => {
  const hrefs = async (path: string) =>
    (await dav.find(path, '<D:resourcetype/>', { depth: '1', absolute: true })).map(({ href }) => href)
  assert.deepEqual(await hrefs('/'), ['/', '/dav/'])
  assert.deepEqual(await hrefs('/dav/'), [
    '/dav/',
    '/dav/files/',
    '/dav/trash/',
    '/dav/versions/',
    '/dav/calendars/',
    '/dav/attachments/',
    '/dav/contacts/',
    '/dav/notifications/',
    '/dav/principals/',
  ])
  assert.deepEqual(await hrefs('/dav/files'), ['/dav/files/', '/dav/files/ann/'])
  assert.deepEqual(await hrefs('/dav/trash/'), ['/dav/trash/', '/dav/trash/ann/'])
})

test('nothing is written above the files', async () => {
  for (const path of ['/', '/dav/', '/dav/files/', '/dav/principals/ann/', '/dav/versions/ann/'])
    for (const method of ['PUT', 'DELETE', 'PROPPATCH', 'LOCK', 'MKCOL']) {
      const body =
        method === 'LOCK'
          ? '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
          : '<propertyupdate xmlns="DAV:"><remove><prop><x/></prop></remove></propertyupdate>'
      const status = await dav.status(method, path, { absolute: true, ...(method !== 'MKCOL' && { body }) })
      assert.ok([404, 405].includes(status), `${method} ${path}: ${status}`)
    }
})

for (const [what, body, status] of [
  ['no XML', 'hello', 400],
  ['a propfind of nothing', '<propfind xmlns="DAV:"/>', 400],
  ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><propfind xmlns="DAV:"><prop><getetag/></prop></propfind>', 400],
  ['10,000 levels', '<a>'.repeat(10_000), 413],
  ['more than a megabyte', `<propfind xmlns="DAV:">${' '.repeat(1024 * 1024)}</propfind>`, 413],
] as const)
  test(`a body with ${what} is ${status}`, async () => {
    assert.equal((await propfind('few/', body)).status, status)
  })

test('a chunked body without end is refused when it is too large, and the refusal arrives', async () => {
  const socket = await dav.server.connect()
  const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
  socket.on('error', () => undefined)
  const basic = Buffer.from(`ann:${dav.password}`).toString('base64')
  socket.write(
    `PROPFIND /dav/files/ann/ HTTP/1.1\r\nHost: ${dav.host}\r\nAuthorization: Basic ${basic}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  )
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
  for (let sent = 0; sent < 20; sent++) socket.write(chunk)
  assert.match(await answered, /^HTTP\/1.1 413/)
  socket.destroy()
})
