import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openTestStore } from '../../../tests/support/store.ts'
import { collectionRowsPerWrite } from '../../limits.ts'
import type { Store } from '../store.ts'
import { verifyStore } from '../verify/verify.ts'
import type { Collection, Item } from './collections.ts'

/** Ann's calendar, and what the tests do with it. */
class TestCalendar {
  readonly store: Store
  collection: Collection

  constructor(store: Store, collection: Collection) {
    this.store = store
    this.collection = collection
  }

  async put(name: string, { uid = name, text = name, into = this.collection } = {}): Promise<Item> {
    const staged = this.store.blobs.small(Buffer.from(text))
    const item = { name, uid, component: 'VEVENT', staged }
    return (await this.store.write((tx) => this.store.collections.put(tx, into, item))).item
  }

  async remove(name: string): Promise<void> {
    const { store, collection } = this
    await store.write(async (tx) => {
      const item = await store.collections.item(tx, collection, name)
      assert.ok(item)
      await store.collections.removeItem(tx, collection, item)
    })
  }

  async latest(): Promise<Collection> {
    const found = await this.store.read((view) => this.store.collections.get(view, this.collection.id))
    assert.ok(found)
    return found
  }

  async token(): Promise<string> {
    return this.store.collections.token(await this.latest())
  }

  async since(token: string | undefined, limit = 100) {
    const collection = await this.latest()
    const changes = await this.store.read((view) => this.store.collections.since(view, collection, token, { limit }))
    if (changes === 'tooOld') return changes
    return { ...changes, changed: changes.changed.map(({ name }) => name) }
  }

  names(): Promise<string[]> {
    const { store, collection } = this
    return store.read(async (view) =>
      (await store.collections.items(view, collection, { limit: 100 })).map((i) => i.name),
    )
  }

  used(): Promise<number> {
    const { store, collection } = this
    return store.read(async (view) => (await store.files.usage(view, collection.accountId)).used)
  }
}

async function openCalendar(options = {}): Promise<{ calendar: TestCalendar } & AsyncDisposable> {
  const opened = await openTestStore(options)
  const { store } = opened
  const collection = await store.write(async (tx) => {
    const { id: accountId } = await store.accounts.create(tx, { name: 'ann' })
    return store.collections.create(tx, { accountId, kind: 'calendar', name: 'work' }, { components: 'VEVENT' })
  })
  return { calendar: new TestCalendar(store, collection), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

const conflict =
  (existing: string) => (error: { code?: string; detail?: { precondition?: string; existing?: string } }) =>
    error.code === 'Conflict' && error.detail?.precondition === 'no-uid-conflict' && error.detail.existing === existing

describe('collections', () => {
  it('give every account a calendar, a list of tasks and an address book', async () => {
    await using opened = await openCalendar()
    const { store, collection } = opened.calendar
    const names = (kind: 'calendar' | 'addressbook') =>
      store.read(async (view) =>
        (await store.collections.list(view, { accountId: collection.accountId, kind }, { limit: 9 })).map(
          (c) => c.name,
        ),
      )
    assert.deepEqual(await names('calendar'), ['calendar', 'tasks', 'work'])
    assert.deepEqual(await names('addressbook'), ['contacts'])
  })

  it('keep an item byte for byte under its name, and charge it', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    const { store, collection } = calendar
    const text = 'BEGIN:VCALENDAR\n  odd \r\n\0'
    await calendar.put('a.ics', { text: 'before, and longer than what comes after it' })
    await calendar.put('a.ics', { text })
    const [item] = await store.read((view) => store.collections.itemsNamed(view, collection, ['a.ics', 'b.ics']))
    assert.ok(item)
    assert.equal((await store.collections.read(item)).toString(), text)
    assert.equal(await calendar.used(), Buffer.byteLength(text))
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('take no UID that another item has, and no other UID for an item (RFC 4791 §5.3.2.1)', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    await calendar.put('a.ics', { uid: 'one' })
    await assert.rejects(calendar.put('b.ics', { uid: 'one' }), conflict('a.ics'))
    await assert.rejects(calendar.put('a.ics', { uid: 'two' }), conflict('a.ics'))
    assert.deepEqual(await calendar.names(), ['a.ics'])
  })

  it('say what changed and what is gone since a token', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    await calendar.put('a')
    await calendar.put('b')
    const token = await calendar.token()
    assert.deepEqual(await calendar.since(token), { changed: [], gone: [], token, truncated: false })
    await calendar.put('c')
    await calendar.put('b', { text: 'b2' })
    await calendar.remove('a')
    const changes = await calendar.since(token)
    assert.deepEqual(changes, { changed: ['c', 'b'], gone: ['a'], token: await calendar.token(), truncated: false })
    await calendar.put('a')
    assert.deepEqual(await calendar.since(token), {
      ...changes,
      changed: ['c', 'b', 'a'],
      gone: [],
      token: await calendar.token(),
    })
  })

  it('are listed page by page without a token, and tell at the end what changed meanwhile', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    for (const name of ['a', 'b', 'c']) await calendar.put(name)
    const first = await calendar.since(undefined, 2)
    assert.ok(first !== 'tooOld')
    assert.deepEqual([first.changed, first.truncated], [['a', 'b'], true])
    await calendar.remove('a')
    const second = await calendar.since(first.token, 2)
    assert.ok(second !== 'tooOld')
    assert.deepEqual([second.changed, second.truncated], [['c'], false])
    const third = await calendar.since(second.token)
    assert.ok(third !== 'tooOld')
    assert.deepEqual([third.changed, third.gone], [[], ['a']])
  })

  it('tell each of many changes once, however small the pages', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    for (const name of ['a', 'b', 'c', 'd']) await calendar.put(name)
    let token = await calendar.token()
    for (const name of ['a', 'c']) await calendar.remove(name)
    for (const name of ['b', 'e']) await calendar.put(name, { text: `${name} anew` })
    const told: string[] = []
    for (let more = true; more; ) {
      const page = await calendar.since(token, 1)
      assert.ok(page !== 'tooOld')
      told.push(...page.changed, ...page.gone.map((name) => `-${name}`))
      token = page.token
      more = page.truncated
    }
    assert.deepEqual(told, ['-a', '-c', 'b', 'e'])
  })

  it('refuse a token of another collection, or from before what was forgotten', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using opened = await openCalendar({ now: () => now })
    const { calendar } = opened
    const { store, collection } = calendar
    await calendar.put('a')
    const old = await calendar.token()
    await calendar.remove('a')
    const latest = await calendar.token()
    now += 1000
    await store.write((tx) => store.journal.prune(tx, collection.accountId, now))
    assert.equal(await calendar.since(old), 'tooOld')
    assert.equal(await calendar.since(old.replace(/\d+$/, '1')), 'tooOld')
    assert.equal(await calendar.since('0123456789ab.1.4'), 'tooOld')
    assert.notEqual(await calendar.since(latest), 'tooOld')
  })

  it('are not too old where nothing changed, however much was forgotten elsewhere', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using opened = await openCalendar({ now: () => now })
    const { calendar } = opened
    const { store, collection } = calendar
    await calendar.put('a')
    const token = await calendar.token()
    const other = { accountId: collection.accountId, kind: 'calendar', name: 'other' } as const
    const into = await store.write((tx) => store.collections.create(tx, other))
    const item = await calendar.put('x', { into })
    await store.write((tx) => store.collections.removeItem(tx, into, item))
    now += 1000
    await store.write((tx) => store.journal.prune(tx, collection.accountId, now))
    assert.deepEqual(await calendar.since(token), { changed: [], gone: [], token, truncated: false })
  })

  it('tell a moved item gone where it was and new where it is', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    const { store, collection } = calendar
    const at = { accountId: collection.accountId, kind: 'calendar', name: 'home' } as const
    const home = await store.write((tx) => store.collections.create(tx, at))
    const item = await calendar.put('a', { uid: 'one' })
    await calendar.put('b', { into: home })
    const token = await calendar.token()
    await store.write((tx) => store.collections.moveItem(tx, item, { from: collection, to: home, name: 'b' }))
    const changes = await calendar.since(token)
    assert.ok(changes !== 'tooOld')
    assert.deepEqual(changes.gone, ['a'])
    const moved = await store.read((view) => store.collections.item(view, home, 'b'))
    assert.deepEqual([moved?.id, moved?.uid], [item.id, 'one'])
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('go out of sight in one write, and free their bytes after that', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    const { store, collection } = calendar
    for (let i = 0; i <= collectionRowsPerWrite; i++) await calendar.put(String(i))
    await store.write((tx) => store.collections.remove(tx, collection))
    assert.equal(await store.read((view) => store.collections.get(view, collection.id)), undefined)
    await store.write((tx) => store.collections.create(tx, collection))
    await store.collections.tidy()
    assert.equal(await calendar.used(), 0)
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('go with their account', async () => {
    await using opened = await openCalendar()
    const { calendar } = opened
    const { store, collection } = calendar
    await calendar.put('a')
    await store.write(async (tx) => {
      const account = await store.accounts.byId(tx, collection.accountId)
      assert.ok(account)
      await store.accounts.delete(tx, account)
    })
    await store.erasures.settled()
    const left = await store.read((view) => view.db.selectFrom('collection').select('id').execute())
    assert.deepEqual(left, [])
    assert.deepEqual((await verifyStore(store)).problems, [])
  })
})
