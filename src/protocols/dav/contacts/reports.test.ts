import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDav, told } from '../../../../tests/support/dav.ts'
import { text } from '../../../formats/xml/element.ts'
import { cardsPage } from '../../../limits.ts'
import { CARDDAV, keyOf } from '../wire/names.ts'

let dav: Awaited<ReturnType<typeof openDav>>
const book = '/dav/contacts/ann/contacts/'

const lines = ['BEGIN:VCARD', 'VERSION:3.0']
const cards: Readonly<Record<string, string>> = {
  'ann.vcf': [
    ...lines,
    'UID:ann',
    'FN:Änn Other',
    'N:Other;Änn;;;',
    'EMAIL;TYPE=HOME:ann@example.com',
    'BDAY:1996-04-15',
    'END:VCARD',
    '',
  ].join('\r\n'),
  'bob.vcf': [...lines, 'UID:bob', 'FN:Bob', 'EMAIL;TYPE=WORK:bob@example.com', 'TEL:1', 'END:VCARD', ''].join('\n'),
  'cy ë.vcf': [...lines, 'UID:cy', 'FN:Cy', 'NICKNAME:me', 'END:VCARD', ''].join('\r\n'),
}

before(async () => {
  dav = await openDav()
  for (const [name, body] of Object.entries(cards))
    assert.equal(await dav.status('PUT', book + encodeURIComponent(name), { absolute: true, body }), 201)
})
after(() => dav[Symbol.asyncDispose]())

const report = async (name: string, body: string, path = book) => {
  const document = `<C:${name} xmlns:D="DAV:" xmlns:C="${CARDDAV}">${body}</C:${name}>`
  return dav.ask('REPORT', path, { absolute: true, body: document, headers: { depth: '1' } })
}

const query = async (filter: string, prop = '<D:prop><D:getetag/><C:address-data/></D:prop>', rest = '') => {
  const answer = await report('addressbook-query', `${prop}${filter}${rest}`)
  assert.equal(answer.status, 207, answer.body.toString())
  return told(answer)
}

const namesOf = (answers: Awaited<ReturnType<typeof query>>) =>
  answers.map(({ href }) => decodeURIComponent(href.slice(book.length)))

const dataOf = (answer: Awaited<ReturnType<typeof query>>[number] | undefined) => {
  const property = answer?.properties.get(keyOf(CARDDAV, 'address-data'))
  return property && text(property.element)
}

const filters: readonly (readonly [what: string, filter: string, names: readonly string[]])[] = [
  ['no condition', '<C:filter/>', ['ann.vcf', 'bob.vcf', 'cy ë.vcf']],
  ['a property', '<C:filter><C:prop-filter name="email"/></C:filter>', ['ann.vcf', 'bob.vcf']],
  ['its absence', '<C:filter><C:prop-filter name="EMAIL"><C:is-not-defined/></C:prop-filter></C:filter>', ['cy ë.vcf']],
  [
    'a text, by i;unicode-casemap unless it says otherwise',
    '<C:filter><C:prop-filter name="FN"><C:text-match>äNN</C:text-match></C:prop-filter></C:filter>',
    ['ann.vcf'],
  ],
  [
    'a text by another collation',
    '<C:filter><C:prop-filter name="FN"><C:text-match collation="i;octet">BOB</C:text-match></C:prop-filter></C:filter>',
    [],
  ],
  [
    'a negated text',
    '<C:filter><C:prop-filter name="FN"><C:text-match negate-condition="yes" match-type="starts-with">b</C:text-match></C:prop-filter></C:filter>',
    ['ann.vcf', 'cy ë.vcf'],
  ],
  [
    'a parameter',
    '<C:filter><C:prop-filter name="EMAIL"><C:param-filter name="TYPE"><C:text-match match-type="equals">work</C:text-match></C:param-filter></C:prop-filter></C:filter>',
    ['bob.vcf'],
  ],
  [
    'one of two (RFC 6352 §8.6.4)',
    '<C:filter test="anyof"><C:prop-filter name="FN"><C:text-match>bob</C:text-match></C:prop-filter><C:prop-filter name="NICKNAME"/></C:filter>',
    ['bob.vcf', 'cy ë.vcf'],
  ],
  [
    'both of two',
    '<C:filter test="allof"><C:prop-filter name="FN"><C:text-match>bob</C:text-match></C:prop-filter><C:prop-filter name="NICKNAME"/></C:filter>',
    [],
  ],
]
for (const [what, filter, names] of filters)
  test(`addressbook-query by ${what}`, async () => {
    const found = await query(filter)
    assert.deepEqual(namesOf(found), names)
    for (const [index, name] of names.entries())
      assert.equal(dataOf(found[index])?.replaceAll('\r\n', '\n'), cards[name]?.replaceAll('\r\n', '\n'))
  })

test('address-data is the stored text, byte for byte (RFC 6352 §10.4)', async () => {
  const found = await query('<C:filter/>')
  assert.deepEqual(found.map(dataOf), Object.values(cards))
})

test('address-data in another version', async () => {
  const found = await query('<C:filter/>', '<D:prop><C:address-data content-type="text/vcard" version="4.0"/></D:prop>')
  assert.match(dataOf(found[0]) ?? '', /^VERSION:4\.0\r\n[\s\S]*^BDAY:19960415\r$/m)
})

test('address-data of some properties, and of one its name alone (RFC 6352 §10.4.2)', async () => {
  const data =
    '<C:address-data><C:prop name="VERSION"/><C:prop name="fn"/><C:prop name="EMAIL" novalue="yes"/></C:address-data>'
  const found = await query('<C:filter/>', `<D:prop>${data}</D:prop>`)
  assert.equal(dataOf(found[0]), 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Änn Other\r\nEMAIL;TYPE=HOME:\r\nEND:VCARD\r\n')
})

test('limit cuts the answer short, and says so with 507 (RFC 6352 §8.6.1)', async () => {
  const found = await query(
    '<C:filter/>',
    '<D:prop><D:getetag/></D:prop>',
    '<C:limit><C:nresults>2</C:nresults></C:limit>',
  )
  assert.deepEqual(
    found.map(({ href, status }) => [href, status]),
    [
      [`${book}ann.vcf`, undefined],
      [`${book}bob.vcf`, undefined],
      [book, 507],
    ],
  )
  const enough = await query(
    '<C:filter/>',
    '<D:prop><D:getetag/></D:prop>',
    '<C:limit><C:nresults>3</C:nresults></C:limit>',
  )
  assert.equal(enough.length, 3)
})

test('addressbook-multiget answers in the order in which it is asked, and 404 for what is not there', async () => {
  const asked = ['cy%20%C3%AB.vcf', 'nobody.vcf', 'ann.vcf', 'bob.vcf/below', '../calendars/x'].map(
    (name) => book + name,
  )
  asked.push(`https://${dav.host}${book}bob.vcf`)
  const answer = await report(
    'addressbook-multiget',
    `<D:prop><D:getetag/><C:address-data/></D:prop>${asked.map((href) => `<D:href>${href}</D:href>`).join('')}`,
  )
  const found = told(answer)
  assert.deepEqual(
    found.map(({ status }) => status),
    [undefined, 404, undefined, 404, 404, undefined],
  )
  assert.deepEqual(
    [0, 2, 5].map((index) => dataOf(found[index])),
    [cards['cy ë.vcf'], cards['ann.vcf'], cards['bob.vcf']],
  )
  const got = await dav.ask('GET', `${book}bob.vcf`, { absolute: true })
  const etag = found[5]?.properties.get(keyOf('DAV:', 'getetag'))?.element
  assert.equal(etag && text(etag), got.headers.etag)
})

test('a query and a multiget of the accounts', async () => {
  const path = '/dav/contacts/ann/accounts/'
  const all = told(await report('addressbook-query', '<D:prop><C:address-data/></D:prop><C:filter/>', path))
  assert.match(dataOf(all[0]) ?? '', /^FN:ann\r$/m)
  const one = await report(
    'addressbook-multiget',
    `<D:prop><C:address-data version="4.0"/></D:prop><D:href>${path}ann.vcf</D:href>`,
    path,
  )
  assert.match(dataOf(told(one)[0]) ?? '', /^VERSION:4\.0\r$/m)
})

const refusals: readonly (readonly [what: string, name: string, body: string, condition: string])[] = [
  [
    'a collation that is not known',
    'addressbook-query',
    '<C:filter><C:prop-filter name="FN"><C:text-match collation="i;basic">x</C:text-match></C:prop-filter></C:filter>',
    'supported-collation',
  ],
  ['a query without a filter', 'addressbook-query', '<D:prop/>', 'supported-filter'],
  ['a test that is none', 'addressbook-query', '<C:filter test="some"/>', 'supported-filter'],
  [
    'thousands of conditions',
    'addressbook-query',
    `<C:filter>${'<C:prop-filter name="FN"/>'.repeat(3000)}</C:filter>`,
    'supported-filter',
  ],
  [
    'a version that is not known',
    'addressbook-query',
    '<D:prop><C:address-data version="2.1"/></D:prop><C:filter/>',
    'supported-address-data',
  ],
]
for (const [what, name, body, condition] of refusals)
  test(`${what} is refused: ${condition}`, async () => {
    const answer = await report(name, body)
    assert.equal(answer.status, 403)
    assert.match(answer.body.toString(), new RegExp(`<X:${condition} `))
  })

test('reports about cards are for address books', async () => {
  const answer = await report('addressbook-query', '<C:filter/>', '/dav/contacts/ann/')
  assert.equal(answer.status, 403)
  assert.match(answer.body.toString(), /<D:supported-report\/>/)
})

test('a query goes through more cards than are read at once', async () => {
  const path = '/dav/contacts/ann/contacts/'
  const many = 2 * cardsPage + 1
  for (let index = 0; index < many; index++) {
    const body = `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:many-${index}\r\nFN:Many ${index}\r\nX-MANY:yes\r\nEND:VCARD\r\n`
    assert.equal(await dav.status('PUT', `${path}many-${index}.vcf`, { absolute: true, body }), 201)
  }
  const found = await query('<C:filter><C:prop-filter name="X-MANY"/></C:filter>', '<D:prop><D:getetag/></D:prop>')
  assert.equal(new Set(found.map(({ href }) => href)).size, many)
})
