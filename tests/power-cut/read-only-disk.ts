// node read-only-disk.ts FOLDER FLAG: writes, small and large, on a disk that is read-only while FLAG is there.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { Store } from '../../src/store/store.ts'

const [directory, flag] = process.argv.slice(2) as [string, string]
const store = await Store.open({ directory })
const { id: accountId } = await store.write((tx) => store.accounts.create(tx, { name: 'ann' }))
const { id: parentId } = await store.read((view) => store.files.root(view, accountId))

async function put(name: string, bytes: number): Promise<void> {
  const staged = await store.blobs.receive(Readable.from([Buffer.alloc(bytes, name)]))
  await store.write((tx) => store.files.put(tx, { accountId, parentId, name, staged }))
}

async function names(): Promise<string[]> {
  return (await store.read((view) => store.files.list(view, parentId, { limit: 9 }))).map((node) => node.name)
}

await put('old', 1000)
writeFileSync(flag, '')
await assert.rejects(put('small', 1000), { code: 'DiskFull' })
await assert.rejects(put('large', 1_000_000), { code: 'DiskFull' })
assert.deepEqual(await names(), ['old'])
rmSync(flag)
await put('small', 1000)
await put('large', 1_000_000)
assert.deepEqual(await names(), ['large', 'old', 'small'])
await store.close()
