// The library with which the twin's page will speak CardDAV. Its fetch is Node's own, which trusts what it is told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAVClient, DAVNamespaceShort } from 'tsdav'
import { trustingFetch } from '../support/fetch.ts'
import { createTestTwin } from '../support/twin.ts'

const card = (uid: string, name: string, more = '') =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:${name};;;;\r\n${more}END:VCARD\r\n`

test('tsdav finds the address book by the host alone, and creates, reads, changes, queries, syncs and deletes', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using trusting = trustingFetch(twin.ca)
  const client = new DAVClient({
    serverUrl: `https://localhost:${twin.port}`,
    credentials: { username: 'ann', password: 'secret-words' },
    authMethod: 'Basic',
    defaultAccountType: 'carddav',
    fetch: trusting.fetch,
  })
  await client.login() // .well-known/carddav, current-user-principal, addressbook-home-set
  const books = await client.fetchAddressBooks()
  assert.deepEqual(
    books.map(({ displayName }) => displayName),
    ['Contacts', 'On this twin'],
  )
  const [addressBook] = books
  assert.ok(addressBook)
  assert.ok(addressBook.reports?.includes('addressbookQuery') || addressBook.reports?.includes('syncCollection'))

  for (const [name, uid] of [
    ['Bob', 'bob'],
    ['Cy', 'cy'],
    ['Dörte', 'doerte'],
  ] as const) {
    const made = await client.createVCard({ addressBook, filename: `${uid}.vcf`, vCardString: card(uid, name) })
    assert.equal(made.status, 201)
  }
  const again = await client.createVCard({ addressBook, filename: 'bob.vcf', vCardString: card('bob', 'Bob') })
  assert.equal(again.status, 412)

  const fetched = await client.fetchVCards({ addressBook })
  // tsdav trims what it hands out.
  assert.deepEqual(
    fetched.map(({ data }) => data).toSorted(),
    [card('bob', 'Bob'), card('cy', 'Cy'), card('doerte', 'Dörte')].map((text) => text.trimEnd()),
  )

  const bob = fetched.find(({ url }) => url.endsWith('/bob.vcf'))
  assert.ok(bob)
  const changed = await client.updateVCard({ vCard: { ...bob, data: card('bob', 'Robert', 'TEL:1\r\n') } })
  assert.equal(changed.status, 204)
  const stale = await client.updateVCard({ vCard: { ...bob, data: card('bob', 'Bobby') } })
  assert.equal(stale.status, 412)

  const found = await client.addressBookQuery({
    url: addressBook.url,
    depth: '1',
    props: { [`${DAVNamespaceShort.DAV}:getetag`]: {}, [`${DAVNamespaceShort.CARDDAV}:address-data`]: {} },
    filters: {
      'prop-filter': {
        _attributes: { name: 'FN' },
        'text-match': { _attributes: { 'match-type': 'starts-with' }, _text: 'dÖ' },
      },
    },
  })
  assert.deepEqual(
    found.map(({ props }) => props?.addressData?._cdata ?? props?.addressData),
    [card('doerte', 'Dörte').trimEnd()],
  )

  const sync = (syncToken: string) =>
    client.syncCollection({
      url: addressBook.url,
      syncLevel: 1,
      syncToken,
      props: { [`${DAVNamespaceShort.DAV}:getetag`]: {} },
    })
  const first = await sync('')
  assert.equal(first.filter(({ href }) => href?.endsWith('.vcf')).length, 3)
  const token = first[0]?.raw?.multistatus?.syncToken
  const [changedBob] = await client.fetchVCards({ addressBook, objectUrls: [bob.url] })
  assert.ok(changedBob)
  assert.equal((await client.deleteVCard({ vCard: changedBob })).status, 204)
  const after = await sync(token)
  assert.deepEqual(
    after.filter(({ href }) => href?.endsWith('.vcf')).map(({ href, status }) => [href?.split('/').at(-1), status]),
    [['bob.vcf', 404]],
  )
  assert.equal((await client.isCollectionDirty({ collection: addressBook })).isDirty, true)
})
