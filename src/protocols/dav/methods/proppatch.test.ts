import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav, textOf, told } from '../../../../tests/support/dav.ts'

let dav: Awaited<ReturnType<typeof openDav>>
before(async () => {
  dav = await openDav()
  await dav.ask('PUT', 'f.txt', { body: 'x' })
  await dav.ask('MKCOL', 'folder')
})
after(() => dav[Symbol.asyncDispose]())

const patch = (instructions: string, headers: Record<string, string> = {}, path = 'f.txt') =>
  dav.ask('PROPPATCH', path, {
    headers,
    body: `<D:propertyupdate xmlns:D="DAV:" xmlns:q="urn:q">${instructions}</D:propertyupdate>`,
  })
const set = (prop: string) => `<D:set><D:prop>${prop}</D:prop></D:set>`
const remove = (prop: string) => `<D:remove><D:prop>${prop}</D:prop></D:remove>`

test('RFC 4918 §4.3: a dead property comes back as it was stored: elements, attributes, text, xml:lang', async () => {
  const value = 'a &lt; b<q:in at="1&quot;2"><deep xmlns="">ü\n</deep></q:in><!-- gone --> end'
  assert.equal((await patch(set(`<q:p xml:lang="de">${value}</q:p>`))).status, 207)
  const [file] = await dav.find('f.txt', '<p xmlns="urn:q"/>')
  const { element } = file?.properties.get('{urn:q}p') ?? {}
  assert.equal(element?.attributes[0]?.value, 'de')
  assert.equal(textOf(file, 'p', 'urn:q'), 'a < bü\n end')
  const inside = element?.children[1]
  assert.ok(typeof inside === 'object')
  assert.deepEqual([inside.namespace, inside.name, inside.attributes[0]?.value], ['urn:q', 'in', '1"2'])
  assert.deepEqual(typeof inside.children[0] === 'object' && inside.children[0].namespace, '')
})

test('a property without a namespace, and one with a prefix in its value', async () => {
  await patch(set('<plain xmlns="">1</plain><q:typed>q:name</q:typed>'))
  const [file] = await dav.find('f.txt', '<plain xmlns=""/><typed xmlns="urn:q"/>')
  assert.equal(textOf(file, 'plain', ''), '1')
  assert.equal(textOf(file, 'typed', 'urn:q'), 'q:name')
})

test('RFC 4918 §9.2: instructions are carried out in order, all or none', async () => {
  await patch(set('<q:a>1</q:a>') + remove('<q:a/>') + set('<q:b>2</q:b>') + remove('<q:never/>'))
  let [file] = await dav.find('f.txt', '<a xmlns="urn:q"/><b xmlns="urn:q"/>')
  assert.equal(textOf(file, 'a', 'urn:q'), undefined)
  assert.equal(textOf(file, 'b', 'urn:q'), '2')

  const [answer] = told(await patch(set('<q:b>3</q:b><D:getetag>"x"</D:getetag>')))
  assert.equal(answer?.properties.get('{DAV:}getetag')?.status, 403)
  assert.equal(answer?.properties.get('{urn:q}b')?.status, 424)
  ;[file] = await dav.find('f.txt', '<b xmlns="urn:q"/>')
  assert.equal(textOf(file, 'b', 'urn:q'), '2')
})

test('RFC 8144 §2.3: return=minimal says no more than that it went well', async () => {
  const { status, body, headers } = await patch(set('<q:m>1</q:m>'), { prefer: 'return=minimal' })
  assert.deepEqual([status, body.length, headers['preference-applied']], [200, 0, 'return=minimal'])
})

test('Explorer’s times: the last change is set, all of them are kept', async () => {
  const win32 =
    '<Z:Win32CreationTime xmlns:Z="urn:schemas-microsoft-com:">Sat, 01 Jan 2022 00:00:00 GMT</Z:Win32CreationTime>' +
    '<Z:Win32LastModifiedTime xmlns:Z="urn:schemas-microsoft-com:">Sun, 02 Jan 2022 00:00:00 GMT</Z:Win32LastModifiedTime>' +
    '<Z:Win32FileAttributes xmlns:Z="urn:schemas-microsoft-com:">00000020</Z:Win32FileAttributes>'
  const [answer] = told(await patch(set(win32)))
  for (const { status } of answer?.properties.values() ?? []) assert.equal(status, 200)
  const [file] = await dav.find(
    'f.txt',
    '<D:getlastmodified/><Win32FileAttributes xmlns="urn:schemas-microsoft-com:"/>',
  )
  assert.equal(textOf(file, 'getlastmodified'), 'Sun, 02 Jan 2022 00:00:00 GMT')
  assert.equal(textOf(file, 'Win32FileAttributes', 'urn:schemas-microsoft-com:'), '00000020')
})

test('the time of the last change is set under its DAV names, too', async () => {
  await patch(set('<D:lastmodified>1700000000</D:lastmodified>'))
  let [file] = await dav.find('f.txt', '<D:getlastmodified/>')
  assert.equal(textOf(file, 'getlastmodified'), 'Tue, 14 Nov 2023 22:13:20 GMT')
  await patch(set('<D:getlastmodified>Sun, 02 Jan 2022 00:00:00 GMT</D:getlastmodified>'))
  ;[file] = await dav.find('f.txt', '<D:getlastmodified/>')
  assert.equal(textOf(file, 'getlastmodified'), 'Sun, 02 Jan 2022 00:00:00 GMT')
  const [refused] = told(await patch(set('<D:getlastmodified>yesterday</D:getlastmodified>')))
  assert.equal(refused?.properties.get('{DAV:}getlastmodified')?.status, 403)
})

test('properties are bounded by what one resource may have', async () => {
  const large = 'x'.repeat(15_000)
  const statuses = []
  for (let index = 0; index < 7; index++)
    statuses.push((await patch(set(`<q:l${index}>${large}</q:l${index}>`), {}, 'folder')).status)
  assert.equal(statuses[0], 207)
  assert.equal(statuses.at(-1), 507)
})

test('RFC 5689: a folder is made with its properties or not at all', async () => {
  const mkcol = (path: string, prop: string, type = 'application/xml') =>
    dav.ask('MKCOL', path, {
      headers: { 'content-type': type },
      body: `<D:mkcol xmlns:D="DAV:"><D:set><D:prop>${prop}</D:prop></D:set></D:mkcol>`,
    })
  const collection = '<D:resourcetype><D:collection/></D:resourcetype>'
  assert.equal((await mkcol('made', `${collection}<c xmlns="urn:c">blue</c>`)).status, 201)
  assert.equal(textOf((await dav.find('made/', '<c xmlns="urn:c"/>'))[0], 'c', 'urn:c'), 'blue')
  const calendar = await mkcol('odd', '<D:resourcetype><x xmlns="urn:x"/></D:resourcetype>')
  assert.equal(calendar.status, 403)
  assert.match(calendar.body.toString(), /valid-resourcetype/)
  assert.equal((await mkcol('protected', `${collection}<D:getetag>x</D:getetag>`)).status, 403)
  assert.equal((await mkcol('text', collection, 'text/plain')).status, 415)
  for (const path of ['odd', 'protected', 'text']) assert.equal(await dav.status('GET', path), 404)
})

test('RFC 4918 §9.3.1: MKCOL over something is 405, into nothing 409', async () => {
  assert.equal(await dav.status('MKCOL', 'folder'), 405)
  assert.equal(await dav.status('MKCOL', 'f.txt'), 405)
  assert.equal(await dav.status('MKCOL', 'no/such'), 409)
})
