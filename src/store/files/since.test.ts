import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestFiles, type TestFiles } from '../../../tests/support/files.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { sinceExpanded } from '../../limits.ts'
import type { Changes } from './files.ts'

async function ask(files: TestFiles, token: string | undefined, limit = 1000, folder = files.root): Promise<Changes> {
  const changes = await files.store.read((view) => files.store.files.since(view, folder.id, token, { limit }))
  assert.notEqual(changes, 'tooOld')
  return changes as Changes
}

const told = (changes: Changes) => changes.changed.map(({ path }) => path.join('/')).sort()
const gone = (changes: Changes) => changes.gone.map((path) => path.join('/')).sort()
const tokenOf = (files: TestFiles, folder = files.root) =>
  files.store.read((view) => files.store.files.syncToken(view, folder))

async function isTooOld(files: TestFiles, token: string, folder = files.root): Promise<boolean> {
  return (
    (await files.store.read((view) => files.store.files.since(view, folder.id, token, { limit: 100 }))) === 'tooOld'
  )
}

test('a moved folder is gone from where it was, and told with everything in it where it is', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.mkdir('a/deep')
  await files.put('a/deep/x', 'x')
  const token = await tokenOf(files)
  await files.move('a', 'b')
  const changes = await ask(files, token)
  assert.deepEqual(told(changes), ['b', 'b/deep', 'b/deep/x'])
  assert.deepEqual(gone(changes), ['a'])
})

test('a moved folder is told with what is in it even if it was changed again after the page ended', async () => {
  await using files = await openTestFiles()
  const { store } = files
  await files.mkdir('a')
  await files.put('a/x', 'x')
  const token = await tokenOf(files)
  await files.move('a', 'b')
  await files.put('other', 'y')
  await files.put('more', 'y')
  const folder = await files.at('b')
  await store.write((tx) => store.files.touch(tx, folder))
  const first = await ask(files, token, 2)
  assert.ok(first.truncated)
  const second = await ask(files, first.token)
  assert.ok(!second.truncated)
  assert.ok([...told(first), ...told(second)].includes('b/x'))
})

test('what is in a folder that arrives after the page is told with the folder, not before it', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  const token = await tokenOf(files)
  await files.put('a/x', 'x')
  await files.put('y', 'y')
  await files.move('a', 'b')
  const first = await ask(files, token, 1)
  assert.deepEqual(told(first), [])
  const second = await ask(files, first.token)
  assert.deepEqual([...told(first), ...told(second)].sort(), ['b', 'b/x', 'y'])
})

test('where a folder took the name of another, a page ends between the two', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.put('a/old', 'x')
  const token = await tokenOf(files)
  await files.remove('a')
  await files.mkdir('a')
  await files.put('a/new', 'y')
  const first = await ask(files, token)
  assert.deepEqual([gone(first), told(first), first.truncated], [['a'], [], true])
  const second = await ask(files, first.token)
  assert.deepEqual([gone(second), told(second), second.truncated], [[], ['a', 'a/new'], false])
})

test('a file that took the name of another is changed, not gone', async () => {
  await using files = await openTestFiles()
  await files.put('a', 'old')
  const token = await tokenOf(files)
  await files.remove('a')
  await files.put('a', 'new')
  const changes = await ask(files, token)
  assert.deepEqual([gone(changes), told(changes)], [[], ['a']])
})

test('a folder is asked for itself: paths are its own, and what happens elsewhere is not told', async () => {
  await using files = await openTestFiles()
  const folder = await files.mkdir('a')
  await files.mkdir('a/b')
  const token = await tokenOf(files, folder)
  await files.put('outside', 'x')
  await files.put('a/b/inside', 'x')
  const changes = await ask(files, token, 100, folder)
  assert.deepEqual(told(changes), ['b/inside'])
  await files.move('a/b/inside', 'moved-out')
  assert.deepEqual(gone(await ask(files, changes.token, 100, folder)), ['b/inside'])
})

test('a listing without a token comes in pages, and what changes meanwhile comes after it', async () => {
  await using files = await openTestFiles()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await files.put(name, name)
  const pages: Changes[] = [await ask(files, undefined, 2)]
  await files.remove('a')
  await files.put('f', 'f')
  for (let last = pages[0] as Changes; last.truncated; pages.push(last)) last = await ask(files, last.token, 2)
  assert.deepEqual(pages.flatMap(told), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.deepEqual(pages.flatMap(gone), ['a'])
  assert.ok(pages.every((page) => page.changed.length <= 2))
})

test('a listing can be finished although what left before it began is no longer known', async () => {
  let now = 1
  await using files = await openTestFiles({ now: () => now })
  const { store, accountId } = files
  for (const name of ['a', 'b', 'c']) await files.put(name, name)
  await files.remove('c')
  now = 2
  const old = (await ask(files, undefined, 1)).token
  await store.write((tx) => store.journal.prune(tx, accountId, 2))
  assert.deepEqual(told(await ask(files, old, 10)), ['b'])
})

test('a token is too old in a new epoch, below the tombstone floor, for another folder, or when it is none', async () => {
  let now = 1
  await using files = await openTestFiles({ now: () => now })
  const { store, accountId } = files
  const folder = await files.mkdir('a')
  const token = await tokenOf(files)
  assert.ok(!(await isTooOld(files, token)))
  assert.ok(await isTooOld(files, token, folder))
  assert.ok(await isTooOld(files, `00${token}`))
  assert.ok(await isTooOld(files, 'nonsense'))
  await files.remove('a')
  now = 2
  await store.write((tx) => store.journal.prune(tx, accountId, 2))
  assert.ok(await isTooOld(files, token))
})

test('a moved folder with more in it than a page may name makes the token too old, and the listing that follows has it all', async () => {
  await using files = await openTestFiles()
  const { store, accountId } = files
  const folder = await files.mkdir('a')
  const staged = store.blobs.small(Buffer.from('x'))
  for (let start = 0; start <= sinceExpanded; start += 500) {
    await store.write(async (tx) => {
      for (let i = start; i < start + 500; i++) {
        await store.files.put(tx, { accountId, parentId: folder.id, name: `${i}`, staged })
      }
    })
  }
  const token = await tokenOf(files)
  await files.move('a', 'b')
  assert.ok(await isTooOld(files, token))
  const names = new Set<string>()
  let page = await ask(files, undefined)
  for (; ; page = await ask(files, page.token)) {
    for (const name of told(page)) names.add(name)
    if (!page.truncated) break
  }
  assert.equal(names.size, (await files.tree()).size)
})

test('a restored folder is told with everything in it', async () => {
  await using files = await openTestFiles()
  const { store } = files
  await files.mkdir('a')
  await files.put('a/x', 'x')
  const removed = await files.remove('a')
  const token = await tokenOf(files)
  await store.write((tx) => store.files.trash.restore(tx, removed))
  assert.deepEqual(told(await ask(files, token)), ['a', 'a/x'])
})

test('a watcher of the account is woken after a change is durable', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const account = await store.write((tx) => store.accounts.create(tx, { name: 'ann' }))
  const root = await store.read((view) => store.files.root(view, account.id))
  const woken = new Promise<void>((resolve) => store.watch(`files/${account.id}`, resolve))
  await store.write((tx) => store.files.mkdir(tx, { accountId: account.id, parentId: root.id, name: 'a' }))
  await woken
})
