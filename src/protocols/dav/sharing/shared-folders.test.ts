// Folders that others share, verb by verb and access by access.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lockinfo } from '../../../../tests/support/dav.ts'
import { missing, openHouse, privileges, type TestHouse } from '../../../../tests/support/sharing.ts'
import { verifyStore } from '../../../store/verify/verify.ts'

async function withPlans(access: 'read' | 'write') {
  const opened = await openHouse()
  const { house } = opened
  await house.ask('ann', 'MKCOL', 'files/ann/Plans')
  await house.ask('ann', 'MKCOL', 'files/ann/Plans/Deep')
  await house.put('ann', 'files/ann/Plans/a.txt', 'one')
  await house.put('bob', 'files/bob/own.txt', 'mine')
  await house.share('node', 'Plans', access)
  return opened
}

const setProperty =
  '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set></D:propertyupdate>'

/** Every verb that changes something, and what a reader of the folder lacks for it. */
const writing: readonly (readonly [
  name: string,
  lacks: string,
  ask: (house: TestHouse) => Promise<{ status: number; body: Buffer }>,
])[] = [
  [
    'PUT of a file that is there',
    'write-content /dav/files/bob/Plans/a.txt',
    (h) => h.put('bob', 'files/bob/Plans/a.txt', 'two'),
  ],
  ['PUT of a new file', 'bind /dav/files/bob/Plans/', (h) => h.put('bob', 'files/bob/Plans/b.txt', 'two')],
  [
    'a partial PUT',
    'write-content /dav/files/bob/Plans/a.txt',
    (h) => h.ask('bob', 'PUT', 'files/bob/Plans/a.txt', { body: 'x', headers: { 'content-range': 'bytes 0-0/*' } }),
  ],
  ['POST', 'bind /dav/files/bob/Plans/', (h) => h.ask('bob', 'POST', 'files/bob/Plans/', { body: 'two' })],
  ['DELETE of a file', 'unbind /dav/files/bob/Plans/', (h) => h.ask('bob', 'DELETE', 'files/bob/Plans/a.txt')],
  ['DELETE of a folder', 'unbind /dav/files/bob/Plans/', (h) => h.ask('bob', 'DELETE', 'files/bob/Plans/Deep/')],
  ['MKCOL', 'bind /dav/files/bob/Plans/', (h) => h.ask('bob', 'MKCOL', 'files/bob/Plans/New')],
  [
    'PROPPATCH',
    'write-properties /dav/files/bob/Plans/a.txt',
    (h) => h.ask('bob', 'PROPPATCH', 'files/bob/Plans/a.txt', { body: setProperty }),
  ],
  [
    'PROPPATCH of the folder',
    'write-properties /dav/files/bob/Plans/',
    (h) => h.ask('bob', 'PROPPATCH', 'files/bob/Plans/', { body: setProperty }),
  ],
  [
    'LOCK',
    'write-content /dav/files/bob/Plans/a.txt',
    (h) => h.ask('bob', 'LOCK', 'files/bob/Plans/a.txt', { body: lockinfo() }),
  ],
  [
    'LOCK where nothing is',
    'bind /dav/files/bob/Plans/',
    (h) => h.ask('bob', 'LOCK', 'files/bob/Plans/c.txt', { body: lockinfo() }),
  ],
  [
    'COPY into it',
    'bind /dav/files/bob/Plans/',
    (h) => h.transfer('bob', 'COPY', 'files/bob/own.txt', 'files/bob/Plans/own.txt'),
  ],
  [
    'MOVE into it',
    'bind /dav/files/bob/Plans/',
    (h) => h.transfer('bob', 'MOVE', 'files/bob/own.txt', 'files/bob/Plans/own.txt'),
  ],
  [
    'MOVE out of it',
    'unbind /dav/files/bob/Plans/',
    (h) => h.transfer('bob', 'MOVE', 'files/bob/Plans/a.txt', 'files/bob/a.txt'),
  ],
  [
    'MOVE of a folder out of it',
    'unbind /dav/files/bob/Plans/',
    (h) => h.transfer('bob', 'MOVE', 'files/bob/Plans/Deep/', 'files/bob/Deep/'),
  ],
]

describe('a folder shared for reading', () => {
  it('is in the home of whom it is shared with, and is read there', async () => {
    await using opened = await withPlans('read')
    const { house } = opened
    assert.deepEqual(await house.listed('bob', 'files/bob/'), ['files/bob/', 'files/bob/Plans/', 'files/bob/own.txt'])
    assert.deepEqual(await house.listed('bob', 'files/bob/Plans/'), [
      'files/bob/Plans/',
      'files/bob/Plans/Deep/',
      'files/bob/Plans/a.txt',
    ])
    assert.equal((await house.ask('bob', 'GET', 'files/bob/Plans/a.txt')).body.toString(), 'one')
    assert.deepEqual(await house.listed('cem', 'files/cem/'), ['files/cem/'])
  })

  it('tells who owns it, and that one reads it', async () => {
    await using opened = await withPlans('read')
    const found = await opened.house.find('bob', 'files/bob/Plans/a.txt', '<D:current-user-privilege-set/><D:owner/>')
    assert.deepEqual(privileges(found), ['read', 'read-acl', 'read-current-user-privilege-set'])
    assert.match(JSON.stringify(found[0]?.properties.get('{DAV:}owner')?.element), /\/dav\/principals\/ann\//)
  })

  for (const [name, lacks, ask] of writing)
    it(`refuses ${name}, and names the privilege that is missing (RFC 3744 §7.1.1)`, async () => {
      await using opened = await withPlans('read')
      const answer = await ask(opened.house)
      assert.deepEqual([answer.status, missing(answer as never)], [403, [lacks]])
      assert.equal((await opened.house.ask('ann', 'GET', 'files/ann/Plans/a.txt')).body.toString(), 'one')
    })

  it('is copied out of', async () => {
    await using opened = await withPlans('read')
    const { house } = opened
    assert.equal((await house.transfer('bob', 'COPY', 'files/bob/Plans/', 'files/bob/Mine/')).status, 201)
    assert.equal(await house.status('bob', 'DELETE', 'files/bob/Mine/a.txt'), 204)
    assert.deepEqual([await house.used('ann'), await house.used('bob')], [3, 7])
    assert.deepEqual((await verifyStore(house.store)).problems, [])
  })
})

describe('a folder shared for writing', () => {
  for (const [name, , ask] of writing)
    it(`allows ${name}`, async () => {
      await using opened = await withPlans('write')
      const { status } = await ask(opened.house)
      assert.ok(status >= 200 && status < 300, `${status}`)
      assert.deepEqual((await verifyStore(opened.house.store)).problems, [])
    })

  it('charges the owner, and keeps what is deleted and overwritten for the owner', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    await house.put('bob', 'files/bob/Plans/a.txt', 'four')
    const removed = await house.ask('bob', 'DELETE', 'files/bob/Plans/a.txt')
    assert.deepEqual([removed.status, removed.headers.location], [204, undefined])
    assert.deepEqual([await house.used('ann'), await house.used('bob')], [7, 4])
    assert.deepEqual(await house.listed('ann', 'trash/ann/'), ['trash/ann/', 'trash/ann/a.txt'])
    assert.deepEqual(await house.listed('bob', 'trash/bob/'), ['trash/bob/'])
  })

  it('refuses what exceeds the quota of the owner, however much the other may own', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    await house.store.write(async (tx) => {
      const ann = await house.store.accounts.byName(tx, 'ann')
      if (ann) await house.store.accounts.update(tx, ann, { quota: 5 })
    })
    assert.equal((await house.put('bob', 'files/bob/Plans/b.txt', '123')).status, 507)
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/own.txt', 'files/bob/Plans/own.txt')).status, 507)
    assert.equal(await house.status('bob', 'GET', 'files/bob/own.txt'), 200)
    assert.equal((await house.put('bob', 'files/bob/b.txt', '123')).status, 201)
  })

  it('moves a tree into it and out of it, as a copy that is charged where it is, and leaves the rest in the trash', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    await house.ask('bob', 'MKCOL', 'files/bob/Tree')
    await house.put('bob', 'files/bob/Tree/t.txt', 'tree')
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/Tree/', 'files/bob/Plans/Tree/')).status, 201)
    assert.equal((await house.ask('ann', 'GET', 'files/ann/Plans/Tree/t.txt')).body.toString(), 'tree')
    assert.equal(await house.status('bob', 'GET', 'files/bob/Tree/'), 404)
    assert.deepEqual(await house.listed('bob', 'trash/bob/'), ['trash/bob/', 'trash/bob/Tree/'])
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/Plans/Tree/', 'files/bob/Back/')).status, 201)
    assert.equal(await house.status('ann', 'GET', 'files/ann/Plans/Tree/'), 404)
    assert.deepEqual(await house.listed('ann', 'trash/ann/'), ['trash/ann/', 'trash/ann/Tree/'])
    assert.deepEqual([await house.used('ann'), await house.used('bob')], [7, 12])
    assert.deepEqual((await verifyStore(house.store)).problems, [])
  })

  it('has one set of locks, whoever takes them and from wherever they cover it', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    const mine = await house.ask('bob', 'LOCK', 'files/bob/Plans/a.txt', { body: lockinfo(), headers: { depth: '0' } })
    assert.equal(mine.status, 200)
    assert.match(mine.body.toString(), /<D:lockroot><D:href>\/dav\/files\/bob\/Plans\/a.txt</)
    const refused = await house.put('ann', 'files/ann/Plans/a.txt', 'two')
    assert.deepEqual([refused.status, /files\/ann\/Plans\/a.txt/.test(refused.body.toString())], [423, true])
    const token = String(mine.headers['lock-token'])
    assert.equal(
      await house.status('bob', 'UNLOCK', 'files/bob/Plans/a.txt', { headers: { 'lock-token': token } }),
      204,
    )
    const above = await house.ask('ann', 'LOCK', 'files/ann/', { body: lockinfo(), headers: { depth: 'infinity' } })
    assert.equal(above.status, 200)
    const answer = await house.put('bob', 'files/bob/Plans/a.txt', 'two')
    assert.equal(answer.status, 423)
    assert.doesNotMatch(answer.body.toString(), /files\/ann/)
  })
})

describe('a shared folder in a home', () => {
  it('is left by DELETE, which deletes nothing, whoever has locked it', async () => {
    await using opened = await withPlans('read')
    const { house } = opened
    await house.ask('ann', 'LOCK', 'files/ann/Plans/', { body: lockinfo() })
    assert.equal(await house.status('bob', 'DELETE', 'files/bob/Plans/'), 204)
    assert.deepEqual(await house.listed('bob', 'files/bob/'), ['files/bob/', 'files/bob/own.txt'])
    assert.equal((await house.ask('ann', 'GET', 'files/ann/Plans/a.txt')).body.toString(), 'one')
    assert.deepEqual(await house.listed('ann', 'trash/ann/'), ['trash/ann/'])
  })

  it('is renamed by MOVE for whom it is shared with alone, and goes nowhere else', async () => {
    await using opened = await withPlans('read')
    const { house } = opened
    await house.ask('bob', 'MKCOL', 'files/bob/Own')
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/Plans/', 'files/bob/Own/Plans/')).status, 403)
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/Plans/', 'files/bob/Own/')).status, 409)
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/Plans/', 'files/bob/Ann%20plans/')).status, 201)
    assert.equal(await house.status('bob', 'GET', 'files/bob/Ann%20plans/a.txt'), 200)
    assert.equal(await house.status('bob', 'GET', 'files/bob/Plans/a.txt'), 404)
    assert.equal(await house.status('ann', 'GET', 'files/ann/Plans/a.txt'), 200)
  })

  it('is not overwritten, and its name is taken', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    assert.equal((await house.transfer('bob', 'COPY', 'files/bob/own.txt', 'files/bob/Plans')).status, 403)
    assert.equal((await house.transfer('bob', 'MOVE', 'files/bob/own.txt', 'files/bob/Plans')).status, 403)
    assert.equal(await house.status('bob', 'MKCOL', 'files/bob/Plans'), 405)
    assert.equal((await house.put('bob', 'files/bob/Plans', 'x')).status, 405)
    assert.equal(await house.status('ann', 'GET', 'files/ann/Plans/a.txt'), 200)
  })

  it('cannot be shared on, nor reached at the address of its owner', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    const item = await house.item('node', 'Plans')
    const onward = { ...item, ownerId: house.ids.bob }
    await assert.rejects(
      house.store.write((tx) => house.store.shares.invite(tx, onward, { accountId: house.ids.cem, access: 'read' })),
      { code: 'NotFound' },
    )
    for (const path of ['files/ann/Plans/a.txt', 'files/ann/', 'files/ann/nothing'])
      assert.equal(await house.status('bob', 'GET', path), 404, path)
  })

  it('makes no circle when two share with each other', async () => {
    await using opened = await withPlans('write')
    const { house } = opened
    await house.ask('bob', 'MKCOL', 'files/bob/Ours')
    await house.share('node', 'Ours', 'write', 'ann', 'bob')
    assert.equal((await house.transfer('ann', 'MOVE', 'files/ann/Ours/', 'files/ann/Plans/Ours/')).status, 403)
    const all = await house.find('bob', 'files/bob/', '<D:resourcetype/>', 'infinity')
    assert.deepEqual(
      all.map(({ href }) => href).sort(),
      ['', 'Ours/', 'Plans/', 'Plans/Deep/', 'Plans/a.txt', 'own.txt'].map((path) => `/dav/files/bob/${path}`),
    )
  })
})

describe('synchronising where folders are shared (RFC 6578)', () => {
  it('tells that one came, changed its name and left', async () => {
    await using opened = await withPlans('read')
    const { house } = opened
    const first = await house.sync('bob', 'files/bob/')
    assert.deepEqual(first.told.toSorted(), ['/dav/files/bob/Plans/', '/dav/files/bob/own.txt'])
    await house.transfer('bob', 'MOVE', 'files/bob/Plans/', 'files/bob/Theirs/')
    const second = await house.sync('bob', 'files/bob/', first.token)
    assert.deepEqual(second.told, ['/dav/files/bob/Plans 404', '/dav/files/bob/Theirs/'])
    const item = await house.item('node', 'Plans')
    await house.store.write((tx) => house.store.shares.remove(tx, item, house.ids.bob))
    const third = await house.sync('bob', 'files/bob/', second.token)
    assert.deepEqual(third.told, ['/dav/files/bob/Theirs 404'])
    assert.deepEqual((await house.sync('bob', 'files/bob/', third.token)).told, [])
  })

  it('goes on inside of one with its own tokens, and says so where all levels are asked for (§3.3)', async () => {
    await using opened = await withPlans('read')
    const { house } = opened
    const all = await house.sync('bob', 'files/bob/', '', 'infinite')
    assert.deepEqual(all.told.toSorted(), ['/dav/files/bob/Plans/ 403', '/dav/files/bob/own.txt'])
    const { token } = await house.sync('bob', 'files/bob/Plans/')
    await house.put('ann', 'files/ann/Plans/b.txt', 'two')
    await house.ask('ann', 'DELETE', 'files/ann/Plans/a.txt')
    const { told } = await house.sync('bob', 'files/bob/Plans/', token)
    assert.deepEqual(told.toSorted(), ['/dav/files/bob/Plans/a.txt 404', '/dav/files/bob/Plans/b.txt'])
    assert.deepEqual((await house.sync('bob', 'files/bob/', all.token, 'infinite')).told, [])
  })
})
