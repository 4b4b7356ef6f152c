import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openTestStore } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import type { Store } from '../store.ts'
import { verifyStore } from '../verify/verify.ts'
import type { Access, Share, Shareable } from './shares.ts'

/** Ann, who owns a calendar and a folder, and Bob and Cem, with whom she shares. */
type House = {
  store: Store
  ann: number
  bob: number
  cem: number
  calendar: Shareable
  folder: Shareable
} & AsyncDisposable

async function openHouse(): Promise<House> {
  const opened = await openTestStore()
  const { store } = opened
  const made = await store.write(async (tx) => {
    const [ann, bob, cem] = [
      await store.accounts.create(tx, { name: 'ann', isAdmin: true }),
      await store.accounts.create(tx, { name: 'bob' }),
      await store.accounts.create(tx, { name: 'cem' }),
    ].map(({ id }) => id) as [number, number, number]
    const work = await store.collections.create(tx, { accountId: ann, kind: 'calendar', name: 'work' })
    const { id: parentId } = await store.files.root(tx, ann)
    const plans = await store.files.mkdir(tx, { accountId: ann, parentId, name: 'Plans' })
    const calendar: Shareable = { ownerId: ann, kind: 'calendar', itemId: work.id }
    const folder: Shareable = { ownerId: ann, kind: 'node', itemId: plans.id }
    return { ann, bob, cem, calendar, folder }
  })
  return { ...made, store, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

const offer = ({ store }: House, item: Shareable, accountId: number, access: Access = 'read'): Promise<Share> =>
  store.write((tx) => store.shares.invite(tx, item, { accountId, access }))

const give = async (house: House, item: Shareable, accountId: number, access: Access = 'read'): Promise<Share> => {
  const { id } = await offer(house, item, accountId, access)
  return house.store.write((tx) => house.store.shares.accept(tx, accountId, id))
}

const inHome = ({ store }: House, accountId: number, kind: Shareable['kind']): Promise<string[]> =>
  store.read(async (view) =>
    (await store.shares.list(view, { accountId, kind }, { limit: 9 })).map(({ name, access }) => `${name} ${access}`),
  )

const statuses = ({ store }: House, item: Shareable): Promise<string[]> =>
  store.read(async (view) =>
    (await store.shares.sharees(view, item)).map(({ accountName, status }) => `${accountName} ${status}`),
  )

const notFound = (error: unknown) => isDomainError(error, 'NotFound')

describe('a share', () => {
  it('is nowhere in the home of whom it is offered to until they accept it', async () => {
    await using house = await openHouse()
    const { id } = await offer(house, house.calendar, house.bob, 'write')
    assert.deepEqual(
      [await inHome(house, house.bob, 'calendar'), await statuses(house, house.calendar)],
      [[], ['bob invited']],
    )
    await house.store.write((tx) => house.store.shares.accept(tx, house.bob, id))
    assert.deepEqual(await inHome(house, house.bob, 'calendar'), ['work write'])
    assert.deepEqual(await statuses(house, house.calendar), ['bob accepted'])
  })

  it('is there once, however often it is offered, with the access that was said last', async () => {
    await using house = await openHouse()
    await give(house, house.calendar, house.bob, 'read')
    await offer(house, house.calendar, house.bob, 'read')
    await offer(house, house.calendar, house.bob, 'write')
    assert.deepEqual(await inHome(house, house.bob, 'calendar'), ['work write'])
  })

  it('takes a name that is free where it comes to', async () => {
    await using house = await openHouse()
    const { store, bob, cem } = house
    await store.write((tx) => store.collections.create(tx, { accountId: bob, kind: 'calendar', name: 'work' }))
    await give(house, house.calendar, bob)
    const other = await store.write(async (tx) => {
      const { id: parentId } = await store.files.root(tx, cem)
      return store.files.mkdir(tx, { accountId: cem, parentId, name: 'Plans' })
    })
    await give(house, house.folder, bob)
    await give(house, { ownerId: cem, kind: 'node', itemId: other.id }, bob)
    assert.deepEqual(await inHome(house, bob, 'calendar'), ['work-ann read'])
    assert.deepEqual(await inHome(house, bob, 'node'), ['Plans read', 'Plans (cem) read'])
  })

  it('leaves the home when it is declined or taken back, and can be offered anew', async () => {
    await using house = await openHouse()
    const { store, bob, calendar } = house
    const { id } = await give(house, calendar, bob)
    await store.write((tx) => store.shares.decline(tx, bob, id))
    assert.deepEqual([await inHome(house, bob, 'calendar'), await statuses(house, calendar)], [[], ['bob declined']])
    await offer(house, calendar, bob)
    assert.deepEqual(await statuses(house, calendar), ['bob invited'])
    await store.write((tx) => store.shares.remove(tx, calendar, bob))
    await assert.rejects(
      store.write((tx) => store.shares.accept(tx, bob, id)),
      notFound,
    )
    assert.deepEqual(await statuses(house, calendar), [])
  })

  it('is accepted by whom it is offered to and by nobody else', async () => {
    await using house = await openHouse()
    const { id } = await offer(house, house.calendar, house.bob)
    await assert.rejects(
      house.store.write((tx) => house.store.shares.accept(tx, house.cem, id)),
      notFound,
    )
    await assert.rejects(
      house.store.write((tx) => house.store.shares.decline(tx, house.ann, id)),
      notFound,
    )
  })

  it('is not made of what one does not own, of a file, of the top folder, or with oneself', async () => {
    await using house = await openHouse()
    const { store, ann, bob, cem, calendar } = house
    const top = await store.read((view) => store.files.root(view, ann))
    await assert.rejects(offer(house, { ...calendar, ownerId: bob }, cem), notFound)
    await assert.rejects(offer(house, { ...calendar, kind: 'addressbook' }, bob), notFound)
    await assert.rejects(offer(house, { ownerId: ann, kind: 'node', itemId: top.id }, bob), /Folders are shared/)
    await assert.rejects(offer(house, calendar, ann), /theirs already/)
  })

  it('ends with the calendar, the folder or a folder above it, and tells the home', async () => {
    await using house = await openHouse()
    const { store, ann, bob } = house
    const inner = await store.write((tx) =>
      store.files.mkdir(tx, { accountId: ann, parentId: house.folder.itemId, name: 'Inner' }),
    )
    await give(house, house.calendar, bob)
    await give(house, { ownerId: ann, kind: 'node', itemId: inner.id }, bob)
    const home = await store.read((view) => store.files.root(view, bob))
    const token = await store.read((view) => store.files.syncToken(view, home))
    await store.write(async (tx) => {
      const calendar = await store.collections.get(tx, house.calendar.itemId)
      assert.ok(calendar)
      await store.collections.remove(tx, calendar)
      await store.files.remove(tx, { id: house.folder.itemId })
    })
    assert.deepEqual([await inHome(house, bob, 'calendar'), await inHome(house, bob, 'node')], [[], []])
    const since = await store.read((view) => store.files.since(view, home.id, token, { limit: 9 }))
    assert.ok(since !== 'tooOld')
    assert.deepEqual(since.gone, [['Inner']])
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('ends with its owner and with whom it is for', async () => {
    await using house = await openHouse()
    const { store, ann, bob, cem } = house
    await give(house, house.calendar, bob)
    await give(house, house.calendar, cem)
    await store.write((tx) => store.shares.proxies.set(tx, bob, 'write', [ann]))
    const remove = async (id: number) =>
      store.write(async (tx) => {
        const account = await store.accounts.byId(tx, id)
        assert.ok(account)
        await store.accounts.delete(tx, account)
      })
    await remove(bob)
    assert.deepEqual(await statuses(house, house.calendar), ['cem accepted'])
    assert.equal(await store.read((view) => store.shares.proxies.find(view, 'bob', ann)), undefined)
    await store.write((tx) => store.accounts.create(tx, { name: 'dora', isAdmin: true }))
    await remove(ann)
    assert.deepEqual(await inHome(house, cem, 'calendar'), [])
    await store.erasures.settled()
    assert.deepEqual((await verifyStore(store)).problems, [])
  })

  it('ends the locks of whom it is taken from', async () => {
    await using house = await openHouse()
    const { store, bob, folder } = house
    await give(house, folder, bob, 'write')
    const take = () =>
      store.write((tx) =>
        store.locks.create(tx, {
          kind: 'node',
          itemId: folder.itemId,
          accountId: bob,
          exclusive: true,
          deep: true,
          owner: '',
          seconds: 60,
          ancestors: [],
        }),
      )
    const held = () => store.read((view) => store.locks.any(view, 'node'))
    await take()
    await offer(house, folder, bob, 'read')
    assert.equal(await held(), false, 'who may only read locks nothing')
    await take()
    await store.write((tx) => store.shares.remove(tx, folder, bob))
    assert.equal(await held(), false)
  })

  it('is either accepted or taken back when both come at once', async () => {
    await using house = await openHouse()
    const { store, bob, calendar } = house
    const { id } = await offer(house, calendar, bob)
    const [accepted, removed] = await Promise.allSettled([
      store.write((tx) => store.shares.accept(tx, bob, id)),
      store.write((tx) => store.shares.remove(tx, calendar, bob)),
    ])
    assert.equal(removed.status, 'fulfilled')
    assert.ok(accepted.status === 'fulfilled' || notFound(accepted.reason))
    assert.deepEqual([await inHome(house, bob, 'calendar'), await statuses(house, calendar)], [[], []])
  })

  it('is called and shown as whom it is for likes, and nobody else sees that', async () => {
    await using house = await openHouse()
    const { store, bob, cem, calendar } = house
    const share = await give(house, calendar, bob)
    await give(house, calendar, cem)
    await store.write((tx) => store.shares.update(tx, share, { displayName: 'Ann at work', colour: '#ff0000' }))
    const [mine] = await store.read((view) =>
      store.shares.list(view, { accountId: bob, kind: 'calendar' }, { limit: 9 }),
    )
    const [theirs] = await store.read((view) =>
      store.shares.list(view, { accountId: cem, kind: 'calendar' }, { limit: 9 }),
    )
    assert.deepEqual([mine?.displayName, mine?.colour, mine?.sortOrder], ['Ann at work', '#ff0000', null])
    assert.deepEqual([theirs?.displayName, theirs?.colour], [null, null])
  })
})

describe('calendar proxies', () => {
  it('act with one access, the one that was set last', async () => {
    await using house = await openHouse()
    const { store, ann, bob, cem } = house
    const { proxies } = store.shares
    await store.write((tx) => proxies.set(tx, ann, 'read', [bob, cem]))
    await store.write((tx) => proxies.set(tx, ann, 'write', [bob]))
    const found = await store.read(async (view) => [await proxies.of(view, ann), await proxies.for(view, bob)])
    assert.deepEqual(
      found.map((list) => list.map(({ name, access }) => `${name} ${access}`)),
      [['bob write', 'cem read'], ['ann write']],
    )
    await store.write((tx) => proxies.set(tx, ann, 'write', []))
    assert.equal(await store.read((view) => proxies.find(view, 'ann', bob)), undefined)
  })
})
