import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestFiles, type TestFiles } from '../../../tests/support/files.ts'
import { testServer } from '../../../tests/support/store.ts'
import { copyMilliseconds, treeRowsPerWrite } from '../../limits.ts'
import { BUILDING } from './erase.ts'
import { root } from './node.ts'

async function fill(files: TestFiles, path: string, count: number): Promise<void> {
  const { store, accountId } = files
  const { id: parentId } = await files.mkdir(path)
  await store.write(async (tx) => {
    for (let i = 0; i < count; i++) {
      const staged = store.blobs.small(Buffer.from(`${path} ${i}`))
      await store.files.put(tx, { accountId, parentId, name: `${i}`, staged, contentType: 'text/plain' })
    }
  })
}

const staged = (files: TestFiles) =>
  files.store.read(async (view) => {
    const { id } = await root(view, 'staging', files.accountId)
    return files.store.files.list(view, id, { limit: 10 })
  })

test('a copied tree is the same tree, with content types, times and dead properties, and counts again', async () => {
  await using files = await openTestFiles()
  const { store } = files
  await fill(files, 'a', treeRowsPerWrite + 10)
  await fill(files, 'a/b', 3)
  await files.mkdir('a/b/c')
  const original = await files.at('a/b/1')
  for (const path of ['a', 'a/b/1']) {
    const { id } = await files.at(path)
    const property = { namespace: 'n', name: 'p', value: path, language: 'en' }
    await store.write((tx) => store.properties.set(tx, 'node', id, property))
  }
  const before = await files.used()
  const copy = await files.copy('a', 'copy')
  assert.deepEqual(await files.tree(await files.at('copy')), await files.tree(await files.at('a')))
  assert.equal(await files.used(), 2 * before)
  assert.equal(await files.owned(), 2 * before)
  const copied = await files.at('copy/b/1')
  assert.deepEqual([copied.contentType, copied.modifiedAt], [original.contentType, original.modifiedAt])
  for (const [path, value] of [
    ['copy', 'a'],
    ['copy/b/1', 'a/b/1'],
  ] as const) {
    const { id } = await files.at(path)
    assert.deepEqual(
      (await store.read((view) => store.properties.list(view, 'node', id))).map((one) => one.value),
      [value],
    )
  }
  assert.equal((await files.at('copy')).changed, copy.changed)
  assert.deepEqual(await staged(files), [])
})

test('every copied item has a position of its own', async () => {
  await using files = await openTestFiles()
  await fill(files, 'a', treeRowsPerWrite * 2)
  await files.copy('a', 'b')
  const rows = await files.store.read((view) =>
    view.db.selectFrom('node').select('changed').where('parentId', 'is not', null).execute(),
  )
  assert.equal(new Set(rows.map((row) => row.changed)).size, rows.length)
})

test('a folder is copied without its members where that is asked for', async () => {
  await using files = await openTestFiles()
  await fill(files, 'a', 3)
  const source = await files.at('a')
  await files.store.files.copy(source, { parentId: files.root.id, name: 'b', deep: false })
  assert.equal((await files.tree(await files.at('b'))).size, 0)
})

test('a copy is not made where something is, where no folder is, or inside itself; and leaves nothing then', async () => {
  await using files = await openTestFiles()
  const { store, root: top } = files
  await fill(files, 'a', 3)
  await files.mkdir('b')
  const used = await files.used()
  await assert.rejects(files.copy('a', 'b'), { code: 'AlreadyExists' })
  await assert.rejects(files.copy('a', 'a/c'), { code: 'Conflict' })
  const source = await files.at('a')
  await assert.rejects(store.files.copy(source, { parentId: 999_999, name: 'c' }), { code: 'Conflict' })
  await assert.rejects(store.files.copy(await files.at('a/1'), { parentId: top.id, name: 'b' }), {
    code: 'AlreadyExists',
  })
  assert.equal(await files.used(), used)
  assert.equal(await files.owned(), used)
  assert.deepEqual(await staged(files), [])
})

test('the last look before a copy is attached can refuse it, and make room for it', async () => {
  await using files = await openTestFiles()
  const { store, root: top } = files
  await fill(files, 'a', 3)
  await fill(files, 'b', 1)
  const source = await files.at('a')
  const refuse = async () => {
    throw new Error('no')
  }
  await assert.rejects(store.files.copy(source, { parentId: top.id, name: 'c', before: refuse }), /no/)
  assert.equal(await files.find('c'), undefined)
  await store.files.copy(source, {
    parentId: top.id,
    name: 'b',
    before: async (tx) => {
      const target = await store.files.child(tx, top.id, 'b')
      if (target) await store.files.remove(tx, target)
    },
  })
  assert.equal((await files.tree(await files.at('b'))).size, 3)
})

test('nobody sees half of a copy', async () => {
  await using files = await openTestFiles()
  await fill(files, 'a', treeRowsPerWrite * 3)
  const whole = (await files.tree(await files.at('a'))).size
  let done = false
  const copying = files.copy('a', 'b').then(() => {
    done = true
  })
  while (!done) {
    const seen = await files.find('b')
    if (seen) assert.equal((await files.tree(seen)).size, whole)
  }
  await copying
})

test('a copy that another twin may still be building is left alone by the upkeep', async () => {
  let now = 1
  await using files = await openTestFiles({ now: () => now })
  const { store, accountId } = files
  await store.write(async (tx) => {
    const { id } = await root(tx, 'staging', accountId)
    await store.files.mkdir(tx, { accountId, parentId: id, name: `${BUILDING}x` })
  })
  await store.files.tidy()
  assert.equal((await staged(files)).length, 1)
  now += copyMilliseconds + 1
  await store.files.tidy()
  assert.equal((await staged(files)).length, 0)
})

test('what a copy had built when the twin was killed is erased after the next start, and its bytes are free', async () => {
  let now = 1
  await using files = await openTestFiles({ now: () => now })
  const { store, accountId } = files
  await files.put('stays', 'stays')
  await store.write(async (tx) => {
    const { id } = await root(tx, 'staging', accountId)
    const top = await store.files.mkdir(tx, { accountId, parentId: id, name: `${BUILDING}x` })
    const half = { accountId, parentId: top.id, name: 'half', staged: store.blobs.small(Buffer.from('half')) }
    await store.files.put(tx, half)
  })
  if (testServer !== undefined) now += copyMilliseconds + 1 // another twin could be at it
  await files.reopen()
  await files.store.files.trash.erase(accountId)
  assert.deepEqual(await staged(files), [])
  assert.equal(await files.used(), 5)
})
