import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { openDav } from '../../../../tests/support/dav.ts'
import { cardBytes } from '../../../limits.ts'
import { cardsIn } from './import-cards.ts'

let dav: Awaited<ReturnType<typeof openDav>>
const book = '/dav/contacts/ann/contacts/'

before(async () => {
  dav = await openDav()
})
after(() => dav[Symbol.asyncDispose]())

const card = (uid: string, name = uid) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nEND:VCARD\r\n`

const post = (body: string | Buffer, type = 'text/vcard') =>
  dav.ask('POST', book, { absolute: true, body, headers: { 'content-type': type } })

test('a POST of one card makes a member with a name of the server’s (RFC 5995)', async () => {
  const answer = await post(card('alone'))
  assert.equal(answer.status, 201)
  const { location } = answer.headers
  assert.match(String(location), /^\/dav\/contacts\/ann\/contacts\/[0-9a-f-]{36}\.vcf$/)
  const got = await dav.ask('GET', String(location), { absolute: true })
  assert.equal(got.body.toString(), card('alone'))
  assert.equal(got.headers.etag, answer.headers.etag)
  assert.equal((await post(card('alone'))).status, 409)
})

test('an import takes what it can, and says what was refused and why', async () => {
  await dav.ask('PUT', `${book}there.vcf`, { absolute: true, body: card('there') })
  const file = [
    card('first'),
    card('there', 'Thérèse'),
    'BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Old\r\nEND:VCARD\r\n',
    'nothing\r\n',
    'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Open\r\n',
    card('last'),
  ].join('')
  const answer = await post(file)
  assert.equal(answer.status, 200)
  const report = JSON.parse(answer.body.toString())
  assert.equal(report.imported, 2)
  assert.equal(report.refused, 3)
  assert.deepEqual(
    report.refusals.map(({ message, ...rest }: { message: string }) => rest),
    [
      { number: 2, uid: 'there', name: 'Thérèse', condition: 'no-uid-conflict', existing: `${book}there.vcf` },
      { number: 3, name: 'Old', condition: 'supported-address-data' },
      { number: 4, name: 'Open', condition: 'valid-address-data' },
    ],
  )
})

test('what is exported is what was imported', async () => {
  const own = '/dav/contacts/ann/exported/'
  const mkcol = `<D:mkcol xmlns:D="DAV:"><D:set><D:prop><D:resourcetype><D:collection/><C:addressbook xmlns:C="urn:ietf:params:xml:ns:carddav"/></D:resourcetype><D:displayname>Öffice</D:displayname></D:prop></D:set></D:mkcol>`
  await dav.ask('MKCOL', own, { absolute: true, body: mkcol, headers: { 'content-type': 'application/xml' } })
  const cards = Array.from({ length: 120 }, (_, index) => card(`exported-${index}`, `Nr. ${index} é`))
  const answer = await dav.ask('POST', own, { absolute: true, body: cards.join('') })
  assert.equal(JSON.parse(answer.body.toString()).imported, 120)
  const exported = await dav.ask('GET', own, { absolute: true })
  assert.equal(exported.headers['content-type'], 'text/vcard; charset=utf-8')
  assert.match(String(exported.headers['content-disposition']), /^attachment; .*%C3%96ffice\.vcf/)
  const found = exported.body.toString().split(/(?<=END:VCARD\r\n)/)
  assert.deepEqual(found.toSorted(), cards.toSorted())
  const four = await dav.ask('GET', own, { absolute: true, headers: { accept: 'text/vcard;version=4.0' } })
  assert.equal(four.body.toString().match(/^VERSION:4\.0\r$/gm)?.length, 120)
})

test('a card that is not in UTF-8 is refused alone', async () => {
  const file = Buffer.concat([Buffer.from(card('latin', 'Strauß'), 'latin1'), Buffer.from(card('unicode', 'Strauß'))])
  const report = JSON.parse((await post(file)).body.toString())
  assert.deepEqual([report.imported, report.refusals[0].condition], [1, 'valid-address-data'])
})

test('a body without a card, and one that is no text/vcard, are refused', async () => {
  assert.equal((await post('hello')).status, 403)
  assert.equal((await post(card('json'), 'application/json')).status, 403)
})

test('however the file arrives, its cards are the same', async () => {
  const cards = [card('a'), 'between\r\n', card('b', 'é'), card('c').replaceAll('\r\n', '\n'), card('d')]
  const file = Buffer.concat([Buffer.from(card('e', 'ß'), 'latin1'), Buffer.from(cards.join(''))])
  const all = await Array.fromAsync(cardsIn(chunks(file, [])))
  assert.equal(all.length, 5)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
      assert.deepEqual(await Array.fromAsync(cardsIn(chunks(file, sizes))), all)
    }),
  )
})

async function* chunks(file: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of sizes) {
    yield file.subarray(at, at + size)
    at += size
  }
  yield file.subarray(at)
}

test('a card that is too large is refused alone, and is never in memory as a whole', async () => {
  const large = `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:large\r\nFN:Large\r\nNOTE:${'x'.repeat(3 * cardBytes)}\r\nEND:VCARD\r\n`
  const file = Buffer.from(card('before-large') + large + card('after-large'))
  for (const text of await Array.fromAsync(cardsIn(chunks(file, Array(1000).fill(65536)))))
    assert.ok(text.length <= cardBytes + 65536)
  const report = JSON.parse((await post(file)).body.toString())
  assert.equal(report.imported, 2)
  assert.deepEqual(
    report.refusals.map(({ number, name, condition }: Record<string, unknown>) => [number, name, condition]),
    [[2, 'Large', 'max-resource-size']],
  )
})

test('an import skips or updates what is there when it is asked to, and what is the same it leaves', async () => {
  const send = async (existing: string, ...cards: string[]) => {
    const answer = await dav.ask('POST', `${book}?existing=${existing}`, { absolute: true, body: cards.join('') })
    const { imported, updated, skipped, refused } = JSON.parse(answer.body.toString())
    return [imported, updated, skipped, refused]
  }
  assert.deepEqual(await send('refuse', card('one'), card('two')), [2, 0, 0, 0])
  assert.deepEqual(await send('refuse', card('one'), card('two', 'Other')), [0, 0, 1, 1])
  assert.deepEqual(await send('skip', card('one', 'New'), card('three')), [1, 0, 1, 0])
  assert.deepEqual(await send('update', card('one', 'New'), card('three')), [0, 1, 1, 0])
  assert.equal((await dav.ask('POST', `${book}?existing=perhaps`, { absolute: true, body: card('x') })).status, 400)
})
