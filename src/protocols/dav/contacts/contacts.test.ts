import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { openDav, type TestDav, told } from '../../../../tests/support/dav.ts'
import { createPerson } from '../../../../tests/support/people.ts'
import { escapeText } from '../../../formats/content-line.ts'
import { DAV, text } from '../../../formats/xml/element.ts'
import { cardBytes } from '../../../limits.ts'
import { CALENDARSERVER, CARDDAV, keyOf } from '../wire/names.ts'

let dav: Awaited<ReturnType<typeof openDav>>

before(async () => {
  dav = await openDav()
})
after(() => dav[Symbol.asyncDispose]())

const home = '/dav/contacts/ann/'
const book = `${home}contacts/`

const card = (uid: string, lines: readonly string[] = ['FN:Bob'], version = '3.0') =>
  `${['BEGIN:VCARD', `VERSION:${version}`, `UID:${uid}`, ...lines, 'END:VCARD'].join('\r\n')}\r\n`

const ask = (method: string, path: string, body?: string, headers: TestDavHeaders = {}) =>
  dav.ask(method, path, { absolute: true, ...(body !== undefined && { body }), headers })
type TestDavHeaders = NonNullable<Parameters<TestDav['ask']>[2]>['headers'] & object

const put = (path: string, body: string, headers: TestDavHeaders = {}) =>
  ask('PUT', path, body, { 'content-type': 'text/vcard', ...headers })

const makeBook = async (name: string): Promise<string> => {
  const body = `<D:mkcol xmlns:D="DAV:" xmlns:C="${CARDDAV}"><D:set><D:prop><D:resourcetype><D:collection/><C:addressbook/></D:resourcetype><D:displayname>Friends &amp; family</D:displayname><C:addressbook-description xml:lang="en">Who we like</C:addressbook-description></D:prop></D:set></D:mkcol>`
  const { status } = await ask('MKCOL', home + name, body, { 'content-type': 'application/xml' })
  assert.equal(status, 201)
  return `${home}${name}/`
}

const find = async (path: string, prop: string, depth = '0') => {
  const body = `<D:propfind xmlns:D="DAV:" xmlns:C="${CARDDAV}" xmlns:S="${CALENDARSERVER}"><D:prop>${prop}</D:prop></D:propfind>`
  return told(await ask('PROPFIND', path, body, { depth }))
}

const valueIn = (one: Awaited<ReturnType<typeof find>>[number] | undefined, namespace: string, name: string) => {
  const property = one?.properties.get(keyOf(namespace, name))
  return property?.status === 200 ? text(property.element) : undefined
}

test('an account has an address book from the start, and a book of everybody on the twin (RFC 6352 §7.1.1)', async () => {
  const [principal] = await find('/dav/principals/ann/', '<C:addressbook-home-set/><C:principal-address/>')
  assert.equal(valueIn(principal, CARDDAV, 'addressbook-home-set'), home)
  const own = valueIn(principal, CARDDAV, 'principal-address') ?? ''
  assert.match((await ask('GET', own)).body.toString(), /^FN:ann\r$/m)
  assert.match((await ask('GET', own)).body.toString(), /^EMAIL:ann@localhost\r$/m)
  const books = await find(home, '<D:resourcetype/><D:displayname/>', '1')
  const isBook = (one: (typeof books)[number]) =>
    one.properties
      .get(keyOf(DAV, 'resourcetype'))
      ?.element.children.some((child) => typeof child !== 'string' && child.name === 'addressbook')
  assert.deepEqual(
    books.filter(isBook).map((one) => [one.href, valueIn(one, DAV, 'displayname')]),
    [
      [book, 'Contacts'],
      [`${home}accounts/`, 'On this twin'],
    ],
  )
  assert.match(String((await ask('OPTIONS', home)).headers.dav), /\baddressbook\b/) // §6.1
})

test('MKCOL makes an address book with its properties, and nothing else (RFC 6352 §6.3.1)', async () => {
  const path = await makeBook('friends')
  const [made] = await find(
    path,
    '<D:displayname/><C:addressbook-description/><C:supported-address-data/><C:max-resource-size/><C:supported-collation-set/>',
  )
  assert.equal(valueIn(made, DAV, 'displayname'), 'Friends & family')
  assert.equal(valueIn(made, CARDDAV, 'addressbook-description'), 'Who we like')
  assert.equal(valueIn(made, CARDDAV, 'max-resource-size'), String(cardBytes))
  assert.equal(valueIn(made, CARDDAV, 'supported-collation-set'), 'i;ascii-casemapi;octeti;unicode-casemap')
  const types = made?.properties.get(keyOf(CARDDAV, 'supported-address-data'))?.element.children
  assert.equal(types?.length, 2)
  const plain = await ask('MKCOL', `${home}plain`)
  assert.equal(plain.status, 403)
  assert.match(plain.body.toString(), /<D:valid-resourcetype\/>/) // RFC 5689 §3
  assert.equal((await ask('DELETE', path)).status, 204)
  assert.equal((await ask('PROPFIND', path)).status, 404)
})

test('PROPPATCH changes the name and the description, and the ctag with them', async () => {
  const path = await makeBook('patched')
  const [before] = await find(path, '<S:getctag/><D:sync-token/>')
  const body = `<D:propertyupdate xmlns:D="DAV:" xmlns:C="${CARDDAV}"><D:set><D:prop><D:displayname>New</D:displayname></D:prop></D:set><D:remove><D:prop><C:addressbook-description/></D:prop></D:remove></D:propertyupdate>`
  assert.equal((await ask('PROPPATCH', path, body)).status, 207)
  const [after] = await find(path, '<S:getctag/><D:sync-token/><D:displayname/><C:addressbook-description/>')
  assert.equal(valueIn(after, DAV, 'displayname'), 'New')
  assert.equal(valueIn(after, CARDDAV, 'addressbook-description'), undefined)
  assert.notEqual(valueIn(after, CALENDARSERVER, 'getctag'), valueIn(before, CALENDARSERVER, 'getctag'))
})

test('a card comes back byte for byte, with its ETag (RFC 6352 §6.3.2.3)', async () => {
  const sent = card('bytes', ['fn:B\r\n ob', 'x-odd;Type=a:\\ \u00e9', 'N:;;;;']).replace('END:', 'end:')
  const { status, headers } = await put(`${book}bytes.vcf`, sent)
  assert.equal(status, 201)
  const got = await ask('GET', `${book}bytes.vcf`)
  assert.equal(got.body.toString(), sent)
  assert.equal(got.headers.etag, headers.etag)
  assert.equal(got.headers['content-type'], 'text/vcard; charset=utf-8')
  assert.equal((await put(`${book}bytes.vcf`, sent, { 'if-none-match': '*' })).status, 412)
  assert.equal((await put(`${book}bytes.vcf`, sent, { 'if-match': String(headers.etag) })).status, 204)
})

test('whatever a valid card is, it comes back byte for byte', async () => {
  const name = fc.stringMatching(/^X-[A-Z0-9-]{1,11}$/)
  const value = fc.string({ unit: 'grapheme' }).map((text) => escapeText(text.replace(/\p{Cc}/gu, ' ')))
  const line = fc.tuple(name, value).map(([property, text]) => `${property}:${text}`)
  const wild = fc.record({
    lines: fc.array(line),
    version: fc.constantFrom('3.0', '4.0'),
    end: fc.constantFrom('\n', '\r\n'),
  })
  await fc.assert(
    fc.asyncProperty(wild, async ({ lines, version, end }) => {
      const sent = card('wild', ['fn:Wild', ...lines], version).replaceAll('\r\n', end)
      const { status, headers } = await put(`${book}wild.vcf`, sent)
      assert.ok(status === 201 || status === 204, `${status} for ${JSON.stringify(sent)}`)
      const got = await ask('GET', `${book}wild.vcf`)
      assert.deepEqual([got.body.toString(), got.headers.etag], [sent, headers.etag])
    }),
    { numRuns: 50 },
  )
})

test('a card without a UID gets one, and then no ETag is told', async () => {
  const { status, headers } = await put(
    `${book}none.vcf`,
    'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:\r\nFN:Bob\r\nEND:VCARD\r\n',
  )
  assert.equal(status, 201)
  assert.equal(headers.etag, undefined)
  const stored = (await ask('GET', `${book}none.vcf`)).body.toString()
  assert.match(stored, /^BEGIN:VCARD\r\nVERSION:4\.0\r\nFN:Bob\r\nUID:urn:uuid:[0-9a-f-]{36}\r\nEND:VCARD\r\n$/)
})

const refused: readonly (readonly [what: string, body: string, condition: string])[] = [
  ['what is no card', 'hello', 'valid-address-data'],
  ['a card without a name', card('x', []), 'valid-address-data'],
  ['two cards', card('x') + card('y'), 'valid-address-data'],
  ['an empty body', '', 'valid-address-data'],
  ['another version', card('x', ['FN:x'], '2.1'), 'supported-address-data'],
  ['what is too large', card('x', ['FN:x', `NOTE:${'x'.repeat(cardBytes)}`]), 'max-resource-size'],
]
for (const [what, body, condition] of refused)
  test(`PUT refuses ${what}: ${condition} (RFC 6352 §6.3.2.1)`, async () => {
    const answer = await put(`${book}refused.vcf`, body)
    assert.equal(answer.status, 403)
    assert.match(answer.body.toString(), new RegExp(`<X:${condition} xmlns:X="${CARDDAV}"/>`))
    assert.equal((await ask('GET', `${book}refused.vcf`)).status, 404)
  })

test('PUT refuses another type of content: supported-address-data (RFC 6352 §6.3.2.1)', async () => {
  const answer = await put(`${book}refused.vcf`, card('json'), { 'content-type': 'application/vcard+json' })
  assert.equal(answer.status, 403)
  assert.match(answer.body.toString(), /<X:supported-address-data /)
})

test('PUT refuses a UID that another card has, and names that card (RFC 6352 §6.3.2.1)', async () => {
  await put(`${book}one.vcf`, card('same'))
  const answer = await put(`${book}two.vcf`, card('same'))
  assert.equal(answer.status, 409)
  assert.ok(
    answer.body.toString().includes(`<D:href>${book}one.vcf</D:href></X:no-uid-conflict>`),
    answer.body.toString(),
  )
  assert.equal((await put(`${book}one.vcf`, card('another'))).status, 409)
})

test('LOCK is not offered, and leaves nothing behind', async () => {
  const body =
    '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>'
  assert.equal((await ask('LOCK', `${book}locked.vcf`, body)).status, 405)
  assert.equal((await ask('GET', `${book}locked.vcf`)).status, 404)
})

test('Accept chooses the version, and the stored one stays as it is (RFC 6352 §5.1.1)', async () => {
  const sent = card('versions', ['FN:Bob', 'N:Bob;;;;', 'BDAY:1996-04-15'])
  await put(`${book}versions.vcf`, sent)
  const got = (accept: string) => ask('GET', `${book}versions.vcf`, undefined, { accept })
  for (const accept of [
    'text/vcard',
    '*/*',
    'text/vcard;version=3.0',
    'text/vcard;version=4.0;q=0.5, text/vcard;version=3.0',
  ])
    assert.equal((await got(accept)).body.toString(), sent, accept)
  const four = await got('text/vcard; version="4.0"')
  assert.match(four.body.toString(), /^BEGIN:VCARD\r\nVERSION:4\.0\r\n[\s\S]*^BDAY:19960415\r$/m)
  assert.equal(four.headers['content-length'], String(four.body.length))
  assert.match(String(four.headers.vary), /Accept/)
})

test('COPY and MOVE between books, and not to where its UID is', async () => {
  const other = await makeBook('other')
  await put(`${book}moving.vcf`, card('moving'))
  const transfer = async (method: string, from: string, to: string) =>
    (await ask(method, from, undefined, { destination: `https://${dav.host}${to}` })).status
  assert.equal(await transfer('COPY', `${book}moving.vcf`, `${other}copy.vcf`), 201)
  assert.equal(await transfer('COPY', `${book}moving.vcf`, `${book}copy.vcf`), 409)
  assert.equal(await transfer('MOVE', `${book}moving.vcf`, `${other}moved.vcf`), 409)
  assert.equal(await transfer('MOVE', `${book}moving.vcf`, `${other}copy.vcf`), 204)
  assert.equal((await ask('GET', `${book}moving.vcf`)).status, 404)
  assert.equal((await ask('GET', `${other}copy.vcf`)).body.toString(), card('moving'))
  assert.equal(await transfer('MOVE', `${other}copy.vcf`, `${home}accounts/copy.vcf`), 502)
  assert.equal(await transfer('MOVE', `${other}copy.vcf`, '/dav/files/ann/copy.vcf'), 502)
})

test('sync-collection tells what changed since a token (RFC 6578)', async () => {
  const path = await makeBook('synced')
  const sync = async (token: string) => {
    const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`
    const answer = await ask('REPORT', path, body)
    const next = /<D:sync-token>([^<]*)<\/D:sync-token>/.exec(answer.body.toString())?.[1] ?? ''
    return { next, names: told(answer).map(({ href, status }) => `${href.slice(path.length)} ${status ?? 200}`) }
  }
  await put(`${path}a.vcf`, card('a'))
  const first = await sync('')
  assert.deepEqual(first.names, ['a.vcf 200'])
  await put(`${path}b.vcf`, card('b'))
  await ask('DELETE', `${path}a.vcf`)
  assert.deepEqual((await sync(first.next)).names.toSorted(), ['a.vcf 404', 'b.vcf 200'])
})

test('the book of accounts is read only, and tells when somebody comes', async () => {
  const path = `${home}accounts/`
  assert.equal((await put(`${path}ann.vcf`, card('x'))).status, 405)
  assert.equal((await put(`${path}new.vcf`, card('x'))).status, 405)
  assert.equal((await ask('DELETE', `${path}ann.vcf`)).status, 405)
  assert.equal((await ask('DELETE', path)).status, 405)
  const [before] = await find(path, '<S:getctag/><D:sync-token/>')
  await createPerson(dav.store, 'bea', 'a password of hers')
  const [after, ...cards] = await find(path, '<S:getctag/><D:sync-token/><D:getetag/>', '1')
  assert.deepEqual(
    cards.map(({ href }) => href),
    [`${path}ann.vcf`, `${path}bea.vcf`],
  )
  for (const [namespace, name] of [
    [CALENDARSERVER, 'getctag'],
    [DAV, 'sync-token'],
  ] as const)
    assert.notEqual(valueIn(after, namespace, name), valueIn(before, namespace, name))
  const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${valueIn(before, DAV, 'sync-token')}</D:sync-token><D:sync-level>1</D:sync-level><D:prop/></D:sync-collection>`
  const answer = await ask('REPORT', path, body)
  assert.equal(answer.status, 403)
  assert.match(answer.body.toString(), /<D:valid-sync-token\/>/)
})

test('an app password for contacts is good for finding them, and for nothing else', async () => {
  const { password } = await dav.store.write((tx) =>
    dav.store.credentials.createAppPassword(tx, dav.accountId, { label: 'telephone', scopes: ['contacts'] }),
  )
  const authorization = `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`
  const status = async (path: string) => (await ask('PROPFIND', path, undefined, { authorization, depth: '0' })).status
  assert.deepEqual(
    [await status('/dav/'), await status('/dav/principals/ann/'), await status(book), await status('/dav/files/ann/')],
    [207, 207, 207, 403],
  )
})

test('nobody sees the books of another person', async () => {
  await createPerson(dav.store, 'eve', dav.password)
  assert.equal(await dav.status('PROPFIND', book, { absolute: true, as: 'eve' }), 404)
})
