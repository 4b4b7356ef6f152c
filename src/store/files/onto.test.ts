import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestFiles, type TestFiles } from '../../../tests/support/files.ts'

const property = { namespace: 'n', name: 'p', value: 'v', language: null }

async function onto(files: TestFiles, verb: 'moveOnto' | 'copyOnto', from: string, to: string) {
  const { store } = files
  const [source, target] = [await files.at(from), await files.at(to)]
  const node = await store.write((tx) => store.files[verb](tx, source, target))
  await store.files.trash.erase(files.accountId)
  return node
}

test('a file moved onto another leaves that one itself, with its former content as a version', async () => {
  await using files = await openTestFiles()
  const { store } = files
  const { id } = await files.put('letter', 'first')
  const aside = await files.put('letter.tmp', 'second')
  await store.write((tx) => store.properties.set(tx, 'node', aside.id, property))
  const node = await onto(files, 'moveOnto', 'letter.tmp', 'letter')
  assert.equal(node.id, id)
  assert.deepEqual([...(await files.tree()).keys()], ['letter'])
  assert.equal(await files.read('letter'), 'second')
  const [version] = await store.read((view) => store.files.versions.list(view, id, { limit: 1 }))
  assert.equal(await files.content(version?.blobId as number), 'first')
  assert.deepEqual(await store.read((view) => store.properties.list(view, 'node', id)), [property])
  assert.equal(await files.used(), 'first'.length + 'second'.length)
  assert.equal(await files.owned(), await files.used())
})

test('a move onto a file needs no more room than both have', async () => {
  await using files = await openTestFiles({ defaultQuota: 10 })
  await files.put('letter', '12345')
  await files.put('letter.tmp', '67890')
  await onto(files, 'moveOnto', 'letter.tmp', 'letter')
  assert.equal(await files.used(), 10)
})

test('a file copied onto another counts again, and the quota holds', async () => {
  await using files = await openTestFiles({ defaultQuota: 10 })
  await files.put('a', '123')
  await files.put('b', '456')
  await onto(files, 'copyOnto', 'a', 'b')
  assert.equal(await files.used(), 9)
  assert.equal(await files.read('b'), '123')
  await files.put('c', '7')
  await assert.rejects(onto(files, 'copyOnto', 'a', 'c'), { code: 'QuotaExceeded' })
})
