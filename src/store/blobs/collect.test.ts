import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { openTestFiles } from '../../../tests/support/files.ts'
import { blobGraceMilliseconds } from '../../limits.ts'
import type { Store } from '../store.ts'
import type { Staged } from './blobs.ts'

const hour = blobGraceMilliseconds
const large = randomBytes(100_000)

async function opened() {
  const clock = { now: Date.now() }
  const files = await openTestFiles({ now: () => clock.now, files: { versions: { days: 1, count: 0 }, trashDays: 0 } })
  return { files, store: files.store, clock, [Symbol.asyncDispose]: () => files[Symbol.asyncDispose]() }
}

const rows = (store: Store) => store.read((view) => view.db.selectFrom('blob').select(['id', 'markedAt']).execute())
async function stored(store: Store): Promise<string[]> {
  const names = await readdir(join(store.directory, 'blobs'), { recursive: true })
  return names.filter((name) => /[0-9a-f]{64}$/.test(name))
}

async function age(store: Store, { hash }: Staged, time: number): Promise<void> {
  const name = hash.toString('hex')
  await utimes(join(store.directory, 'blobs', name.slice(0, 2), name), time / 1000, time / 1000)
}

const receive = (store: Store): Promise<Staged> => store.blobs.receive(Readable.from([large]))

test('content that nothing refers to is marked, and goes with its file an hour later', async () => {
  await using t = await opened()
  const { store, clock, files } = t
  await files.put('a', large)
  await files.put('a', '')
  clock.now += hour
  assert.deepEqual(await store.blobs.collect(), { marked: 1, deleted: 0, orphans: 0 })
  assert.equal((await stored(store)).length, 1)
  clock.now += hour - 1
  assert.equal((await store.blobs.collect()).deleted, 0)
  clock.now += 1
  assert.equal((await store.blobs.collect()).deleted, 1)
  assert.deepEqual(await stored(store), [])
  assert.equal((await rows(store)).length, 1)
})

test('content is kept for a file, a version and a copy in the trash alike', async () => {
  await using files = await openTestFiles()
  const { store } = files
  await files.put('a', 'one')
  await files.put('a', 'two')
  await files.put('b', 'three')
  await files.remove('b')
  assert.deepEqual(await store.blobs.collect(), { marked: 0, deleted: 0, orphans: 0 })
})

test('a writer that meets marked content clears the mark', async () => {
  await using t = await opened()
  const { store, clock, files } = t
  await files.put('a', large)
  await files.put('a', '')
  assert.equal((await store.blobs.collect()).marked, 1)
  await files.put('b', large)
  assert.ok((await rows(store)).every((row) => row.markedAt === null))
  clock.now += 2 * hour
  assert.equal((await store.blobs.collect()).deleted, 0)
  assert.equal(await files.read('b'), large.toString())
})

test('marked content that is referred to again all the same is not deleted', async () => {
  await using t = await opened()
  const { store, clock, files } = t
  const node = await files.put('a', large)
  await store.write((tx) =>
    tx.db
      .updateTable('blob')
      .set({ markedAt: 1 })
      .where('id', '=', node.blobId as number)
      .execute(),
  )
  clock.now += 2 * hour
  assert.equal((await store.blobs.collect()).deleted, 0)
  assert.ok((await rows(store)).every((row) => row.markedAt === null))
})

test('an upload whose row is deleted between its arrival and its commit keeps its file', async () => {
  await using t = await opened()
  const { store, clock, files } = t
  await files.put('a', large)
  await files.put('a', '')
  await store.blobs.collect()
  clock.now += hour
  const staged = await receive(store) // over the file of the marked row
  await age(store, staged, clock.now - 2 * hour) // whatever the times of files are worth there
  assert.equal((await store.blobs.collect()).deleted, 1)
  const id = await store.write((tx) => store.blobs.keep(tx, staged))
  assert.equal(await files.content(id), large.toString())
})

test('of two uploads of the same content, one that is discarded does not take the file from the other', async () => {
  await using t = await opened()
  const { store, files } = t
  const [first, second] = [await receive(store), await receive(store)]
  await second.discard()
  const id = await store.write((tx) => store.blobs.keep(tx, first))
  assert.equal(await files.content(id), large.toString())
})

test('a discarded upload leaves no file, unless a row has that content', async () => {
  await using t = await opened()
  const { store, clock, files } = t
  await (await receive(store)).discard()
  assert.deepEqual(await stored(store), [])
  await files.put('a', large)
  clock.now += hour
  await store.blobs.collect() // the first upload is no longer one that came in lately
  await (await receive(store)).discard()
  assert.equal(await files.read('a'), large.toString())
})

test('a file that a crash left without a row goes after an hour, and not before', async () => {
  await using t = await opened()
  const { store, clock } = t
  const staged = await receive(store) // never kept
  assert.equal((await store.blobs.collect()).orphans, 0)
  clock.now += hour
  await age(store, staged, clock.now - 1)
  assert.equal((await store.blobs.collect()).orphans, 0)
  clock.now += hour
  assert.equal((await store.blobs.collect()).orphans, 1)
  assert.deepEqual(await stored(store), [])
})

test('while a backup reads, nothing is deleted', async () => {
  await using t = await opened()
  const { store, clock, files } = t
  await files.put('a', large)
  await files.put('a', '')
  await store.blobs.collect()
  clock.now += 2 * hour
  const resume = store.blobs.pauseCollection()
  assert.equal((await store.blobs.collect()).deleted, 0)
  resume()
  resume()
  assert.equal((await store.blobs.collect()).deleted, 1)
})
