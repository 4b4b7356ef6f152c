import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { accountAt, calendarUserAddresses } from './addresses.ts'

describe('calendar user addresses (RFC 6638 §2.4.1)', () => {
  it('lead back to the account that has them, however they are written', async () => {
    await using opened = await openTestStore({ domain: 'Example.org' })
    const { store } = opened
    const ann = await createPerson(store, 'ann', 'correct horse battery')
    const find = (address: string) => store.read((view) => accountAt(store, view, address))
    const own = calendarUserAddresses(ann, 'example.org')
    assert.equal(own[0], 'mailto:ann@example.org')
    const others = [
      'MAILTO:Ann@EXAMPLE.org',
      'mailto:%61nn@example.org',
      'https://example.org:8443/dav/principals/ann/',
    ]
    for (const address of [...own, ...others]) assert.equal((await find(address))?.id, ann.id, address)
    for (const address of [
      'mailto:ann@example.com',
      'mailto:bob@example.org',
      'ann@example.org',
      'tel:1',
      'mailto:%@example.org',
    ])
      assert.equal(await find(address), undefined, address)
    assert.equal(await find('https://example.com/dav/principals/ann/'), undefined)
  })
})
