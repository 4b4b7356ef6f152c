import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestFiles, type TestFiles } from '../../../tests/support/files.ts'
import { treeRowsPerWrite } from '../../limits.ts'

const day = 24 * 60 * 60_000
const members = (files: TestFiles) =>
  files.store.read((view) => files.store.files.trash.list(view, files.accountId, { limit: 100 }))
const restore = (files: TestFiles, id: number, to?: { parentId?: number; name?: string }) =>
  files.store.write((tx) => files.store.files.trash.restore(tx, { id }, to))

test('what is removed is in the trash with where it was, and counts as before', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.put('a/x', 'content')
  const removed = await files.remove('a/x')
  assert.equal(await files.find('a/x'), undefined)
  const [member] = await members(files)
  assert.equal(member?.node.id, removed.id)
  assert.deepEqual(member?.origin.path, ['a', 'x'])
  assert.equal(await files.used(), 7)
})

test('things of one name are in the trash beside each other', async () => {
  await using files = await openTestFiles()
  for (const text of ['one', 'two', 'three']) {
    await files.put('report.txt', text)
    await files.remove('report.txt')
  }
  const names = (await members(files)).map(({ node }) => node.name)
  assert.equal(new Set(names).size, 3)
  assert.ok(names.every((name) => name.startsWith('report') && name.endsWith('.txt')))
})

test('a restored thing is where it was; a name that is taken gets a number', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.put('a/x.txt', 'old')
  const removed = await files.remove('a/x.txt')
  await files.put('a/x.txt', 'new')
  await restore(files, removed.id)
  assert.equal(await files.read('a/x (2).txt'), 'old')
  assert.deepEqual(await members(files), [])
})

test('a restored thing finds its folder where that was moved to', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.put('a/x', 'x')
  const removed = await files.remove('a/x')
  await files.move('a', 'b')
  await restore(files, removed.id)
  assert.equal(await files.read('b/x'), 'x')
})

test('where its folder is gone, a restored thing goes to the nearest of its path that is there', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.mkdir('a/b')
  await files.put('a/b/x', 'x')
  const removed = await files.remove('a/b/x')
  await files.remove('a/b')
  await restore(files, removed.id)
  assert.equal(await files.read('a/x'), 'x')
})

test('a thing is restored to a given folder, but not into the trash', async () => {
  await using files = await openTestFiles()
  await files.put('x', 'x')
  const removed = await files.remove('x')
  const folder = await files.mkdir('a')
  const gone = await files.mkdir('gone')
  await files.remove('gone')
  await assert.rejects(restore(files, removed.id, { parentId: gone.id }), { code: 'Conflict' })
  await restore(files, removed.id, { parentId: folder.id, name: 'y' })
  assert.equal(await files.read('a/y'), 'x')
  await assert.rejects(restore(files, removed.id), { code: 'NotFound' })
})

test('a move out of the trash restores, too', async () => {
  await using files = await openTestFiles()
  const { store, root } = files
  await files.put('x', 'x')
  const removed = await files.remove('x')
  await store.write((tx) => store.files.move(tx, removed, { parentId: root.id, name: 'y' }))
  assert.equal(await files.read('y'), 'x')
  await files.remove('y')
  assert.deepEqual(
    (await members(files)).map(({ origin }) => origin.path),
    [['y']],
  )
})

test('a purge frees every byte, with versions, properties and locks, in writes of a bounded size', async () => {
  await using files = await openTestFiles()
  const { store, accountId } = files
  await files.put('stays', 'stays')
  await files.mkdir('a')
  for (let folder = 0; folder < 4; folder++) {
    const { id: parentId } = await files.mkdir(`a/${folder}`)
    await store.write(async (tx) => {
      for (let i = 0; i < treeRowsPerWrite / 2; i++) {
        const at = { accountId, parentId, name: `${i}` }
        await store.files.put(tx, { ...at, staged: store.blobs.small(Buffer.from('first')) })
        const { node } = await store.files.put(tx, { ...at, staged: store.blobs.small(Buffer.from('second')) })
        await store.properties.set(tx, 'node', node.id, { namespace: 'n', name: 'p', value: 'v', language: null })
      }
    })
  }
  const removed = await files.remove('a')
  await store.files.trash.purge(removed)
  assert.deepEqual(await members(files), [])
  assert.equal(await files.used(), 5)
  assert.equal(await files.owned(), 5)
  for (const table of ['version', 'property', 'lock', 'trash'] as const) {
    const rows = await store.read((view) => view.db.selectFrom(table).select('id').execute())
    assert.equal(rows.length, 0, table)
  }
  assert.equal((await store.read((view) => view.db.selectFrom('node').select('id').execute())).length, 4)
})

test('only what is in the trash is purged, be it inside a folder there', async () => {
  await using files = await openTestFiles()
  const { store } = files
  await files.mkdir('a')
  const inside = await files.put('a/x', 'x')
  await assert.rejects(store.files.trash.purge(inside), { code: 'Conflict' })
  await files.remove('a')
  await assert.rejects(
    store.write((tx) => store.files.remove(tx, inside)),
    { code: 'Conflict' },
  )
  await store.files.trash.purge(inside)
  assert.equal(await files.used(), 0)
  assert.equal((await members(files)).length, 1)
})

test('the trash is emptied whole, or of what has been there too long', async () => {
  let now = 1000 * day
  await using files = await openTestFiles({
    now: () => now,
    files: { versions: { days: 10, count: 5 }, trashDays: 30 },
  })
  const { store, accountId } = files
  for (const name of ['a', 'b']) {
    await files.put(name, name)
    await files.remove(name)
    now += 20 * day
  }
  await store.files.tidy()
  assert.deepEqual(
    (await members(files)).map(({ node }) => node.name),
    ['b'],
  )
  assert.equal(await store.files.trash.empty(accountId), 1)
  assert.equal(await files.used(), 0)
})

test('versions that are too old go, with their bytes', async () => {
  let now = 1000 * day
  await using files = await openTestFiles({
    now: () => now,
    files: { versions: { days: 10, count: 5 }, trashDays: 30 },
  })
  await files.put('a', 'one')
  await files.put('a', 'two')
  now += 11 * day
  await files.put('a', 'three')
  await files.store.files.tidy()
  assert.equal(await files.used(), 'two'.length + 'three'.length)
  assert.equal(await files.owned(), await files.used())
})

test('the files of an account that is no more are erased, all of them', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.put('a/x', 'x')
  await files.put('y', 'y')
  await files.remove('y')
  await files.store.files.eraseAll(files.accountId)
  assert.equal(await files.owned(), 0)
  assert.equal(await files.used(), 0)
  assert.deepEqual(await members(files), [])
})
