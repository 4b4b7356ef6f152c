import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openTestStore } from '../../../tests/support/store.ts'
import type { Store } from '../store.ts'
import { verifyStore } from '../verify/verify.ts'

const person = (store: Store) => store.write((tx) => store.accounts.create(tx, { name: 'ann' }))

const message = (store: Store, text: string) => ({ staged: store.blobs.small(Buffer.from(text)), component: 'VEVENT' })

describe('inboxes (RFC 6638 §2.2)', () => {
  it('every account has one, which is no calendar', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { id: accountId } = await person(store)
    const inbox = await store.read((view) => store.collections.inbox(view, accountId))
    assert.equal(inbox.kind, 'inbox')
    const calendars = await store.read((view) =>
      store.collections.list(view, { accountId, kind: 'calendar' }, { limit: 9 }),
    )
    assert.ok(calendars.every(({ id }) => id !== inbox.id))
  })

  it('take several messages about one object, and tell of them as of any item', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { id: accountId } = await person(store)
    const before = store.collections.token(await store.read((view) => store.collections.inbox(view, accountId)))
    for (const text of ['invited', 'moved', 'cancelled'])
      await store.write((tx) => store.collections.deliver(tx, accountId, message(store, text)))
    const inbox = await store.read((view) => store.collections.inbox(view, accountId))
    const changes = await store.read((view) => store.collections.since(view, inbox, before, { limit: 9 }))
    assert.ok(changes !== 'tooOld')
    assert.equal(changes.changed.length, 3)
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('lose the oldest message where there are too many', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { id: accountId } = await person(store)
    const first = await store.write(async (tx) => {
      const item = await store.collections.deliver(tx, accountId, message(store, '0'))
      for (let n = 1; n <= 1000; n++) await store.collections.deliver(tx, accountId, message(store, String(n)))
      return item
    })
    const inbox = await store.read((view) => store.collections.inbox(view, accountId))
    const items = await store.read((view) => store.collections.items(view, inbox, { limit: 2000 }))
    assert.equal(items.length, 1000)
    assert.ok(items.every(({ id }) => id !== first.id))
  })

  it('are made for an account from before there were any, when the store opens', async () => {
    await using opened = await openTestStore()
    const { id: accountId } = await person(opened.store)
    await opened.store.write((tx) => tx.db.deleteFrom('collection').where('kind', '=', 'inbox').execute())
    const store = await opened.reopen()
    assert.equal((await store.read((view) => store.collections.inbox(view, accountId))).name, 'inbox')
  })
})

describe('schedule tags (RFC 6638 §3.2.10)', () => {
  it('are given to scheduling objects, kept or changed as the writer says, and taken away', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { id: accountId } = await person(store)
    const put = (text: string, scheduleTag?: 'new' | 'kept' | 'none') =>
      store.write(async (tx) => {
        const calendar = await store.collections.find(tx, { accountId, kind: 'calendar', name: 'calendar' })
        assert.ok(calendar)
        const staged = store.blobs.small(Buffer.from(text))
        const item = { name: 'a.ics', uid: 'a', component: 'VEVENT', staged, scheduleTag }
        return (await store.collections.put(tx, calendar, item)).item.scheduleTag
      })
    assert.equal(await put('1'), null)
    const first = await put('2', 'kept')
    assert.ok(first)
    assert.equal(await put('3', 'kept'), first)
    assert.notEqual(await put('4', 'new'), first)
    assert.equal(await put('5', 'none'), null)
  })
})
