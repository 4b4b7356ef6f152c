import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestFiles } from '../../../tests/support/files.ts'
import { nameBytes, treeDepth } from '../../limits.ts'

const kept = { versions: { days: 180, count: 3 }, trashDays: 30 }

test('names are kept exactly: NFC and NFD are two files, and so are two cases', async () => {
  await using files = await openTestFiles()
  const names = ['\u00e9', 'e\u0301', 'A', 'a', ' ', 'CON', 'a\\b', 'a\nb', '\u{1f600}', 'x'.repeat(nameBytes)]
  for (const name of names) await files.put(name, name)
  assert.deepEqual([...(await files.tree()).keys()].sort(), [...names].sort())
  for (const name of names) assert.equal(await files.read(name), name)
})

test('what cannot be a name is refused', async () => {
  await using files = await openTestFiles()
  const { store, accountId, root } = files
  for (const name of [
    '',
    '.',
    '..',
    'a/b',
    'a\0b',
    '\ud800',
    'x'.repeat(nameBytes + 1),
    '\u00e9'.repeat(nameBytes / 2 + 1),
  ]) {
    const at = { accountId, parentId: root.id, name }
    await assert.rejects(
      store.write((tx) => store.files.mkdir(tx, at)),
      { code: 'BadRequest' },
    )
    const staged = store.blobs.small(Buffer.from('x'))
    await assert.rejects(
      store.write((tx) => store.files.put(tx, { ...at, staged })),
      { code: 'BadRequest' },
    )
  }
  assert.equal((await files.tree()).size, 0)
})

test('nothing is put into what is no folder, or into somebody else’s', async () => {
  await using files = await openTestFiles()
  const { store } = files
  const file = await files.put('a', 'x')
  const other = await store.write((tx) => store.accounts.create(tx, { name: 'ben' }))
  const staged = store.blobs.small(Buffer.from('x'))
  for (const at of [
    { accountId: files.accountId, parentId: file.id },
    { accountId: files.accountId, parentId: 999_999 },
    { accountId: other.id, parentId: files.root.id },
  ]) {
    await assert.rejects(
      store.write((tx) => store.files.put(tx, { ...at, name: 'b', staged })),
      { code: 'Conflict' },
    )
  }
})

test('a folder is not moved into itself, nor deeper than folders go', async () => {
  await using files = await openTestFiles()
  await files.mkdir('a')
  await files.mkdir('a/b')
  await assert.rejects(files.move('a', 'a/b/c'), { code: 'Conflict' })
  await assert.rejects(files.move('a', 'a/c'), { code: 'Conflict' })
  await assert.rejects(files.move('', 'a/c'), { code: 'Forbidden' })
  let path = 'deep'
  await files.mkdir(path)
  for (let depth = 1; depth < treeDepth; depth++) {
    path += '/d'
    await files.mkdir(path)
  }
  await assert.rejects(files.mkdir(`${path}/d`), { code: 'Conflict' })
  await assert.rejects(files.move('a', `${path}/a`), { code: 'Conflict' })
})

test('a move writes one row, however much is in the folder, and ends the locks on it', async () => {
  await using files = await openTestFiles()
  const { store, accountId } = files
  const folder = await files.mkdir('a')
  const inside = await files.put('a/x', 'x')
  await store.write((tx) =>
    store.locks.create(tx, {
      kind: 'node',
      itemId: folder.id,
      accountId,
      exclusive: true,
      deep: true,
      owner: '',
      seconds: 60,
      ancestors: [files.root.id],
    }),
  )
  const moved = await files.move('a', 'b')
  const member = await files.at('b/x')
  assert.equal(moved.id, folder.id)
  assert.deepEqual([member.id, member.changed], [inside.id, inside.changed])
  assert.equal(moved.created, moved.changed)
  assert.deepEqual(await store.read((view) => store.locks.on(view, 'node', [folder.id])), [])
})

test('an overwrite keeps the former content as a version, but not the same content nor an empty one', async () => {
  await using files = await openTestFiles()
  const { store } = files
  const versions = (nodeId: number) => store.read((view) => store.files.versions.list(view, nodeId, { limit: 10 }))
  const { id } = await files.put('a', '')
  await files.put('a', 'one')
  await files.put('a', 'one')
  assert.equal((await versions(id)).length, 0)
  const changed = await files.put('a', 'two!')
  assert.equal(changed.id, id)
  assert.equal(await files.content((await versions(id))[0]?.blobId as number), 'one')
  assert.equal(await files.used(), 'one'.length + 'two!'.length)
})

test('versions come newest first and in pages; above the number that is kept the oldest go, with their bytes', async () => {
  await using files = await openTestFiles({ files: kept })
  const { store } = files
  const texts = ['1', '22', '333', '4444', '55555']
  let id = 0
  for (const text of texts) id = (await files.put('a', text)).id
  const [first, second] = await store.read((view) => store.files.versions.list(view, id, { limit: 2 }))
  assert.ok(first && second)
  const rest = await store.read((view) => store.files.versions.list(view, id, { after: second, limit: 2 }))
  const contents = await Promise.all([first, second, ...rest].map((version) => files.content(version.blobId)))
  assert.deepEqual(contents, ['4444', '333', '22'])
  assert.equal(await files.used(), 14)
  assert.equal(await files.owned(), 14)
})

test('a restored version is the present content, and what was present is a version', async () => {
  await using files = await openTestFiles()
  const { store } = files
  const { id } = await files.put('a', 'one')
  await files.put('a', 'two')
  const [version] = await store.read((view) => store.files.versions.list(view, id, { limit: 1 }))
  await store.write((tx) => store.files.versions.restore(tx, version?.id as number))
  assert.equal(await files.read('a'), 'one')
  const list = await store.read((view) => store.files.versions.list(view, id, { limit: 9 }))
  assert.deepEqual(await Promise.all(list.map((one) => files.content(one.blobId))), ['two', 'one'])
  for (const one of list) await store.write((tx) => store.files.versions.remove(tx, one.id))
  assert.equal(await files.used(), 'one'.length)
  await assert.rejects(
    store.write((tx) => store.files.versions.restore(tx, version?.id as number)),
    { code: 'NotFound' },
  )
})

test('what would exceed the quota is refused whole, versions and trash counted', async () => {
  await using files = await openTestFiles({ defaultQuota: 10 })
  await files.put('a', '12345')
  await files.put('a', '1234')
  await files.remove('a')
  await assert.rejects(files.put('b', '12'), { code: 'QuotaExceeded' })
  await files.mkdir('c')
  await files.put('c/x', '1')
  await assert.rejects(files.copy('c', 'd'), { code: 'QuotaExceeded' })
  assert.deepEqual([...(await files.tree()).keys()], ['c', 'c/x'])
  assert.equal(await files.used(), 10)
  assert.equal(await files.owned(), 10)
})

test('100,000 members: a page is read and a file is put by key, not by counting', async () => {
  await using files = await openTestFiles()
  const { store, accountId, root } = files
  const count = 100_000
  const staged = store.blobs.small(Buffer.from('x'))
  await files.put('seed', 'x')
  await store.write(async (tx) => {
    const seed = await store.files.child(tx, root.id, 'seed')
    const names = Array.from({ length: count }, (_, index) => `f${String(index).padStart(6, '0')}`)
    for (let start = 0; start < count; start += 1000) {
      const values = names.slice(start, start + 1000).map((name, index) => ({
        accountId,
        parentId: root.id,
        name,
        isFolder: 0,
        blobId: seed?.blobId ?? null,
        size: 0,
        createdAt: 1,
        modifiedAt: 1,
        created: 1,
        changed: start + index,
      }))
      await tx.db.insertInto('node').values(values).execute()
    }
  })
  const pages: string[] = []
  let after: string | undefined
  for (;;) {
    const page = await store.read((view) => store.files.list(view, root.id, { after, limit: 1000 }))
    pages.push(...page.map((node) => node.name))
    if (page.length < 1000) break
    after = page.at(-1)?.name
  }
  assert.equal(pages.length, count + 1)
  const sql = 'EXPLAIN QUERY PLAN SELECT id FROM node WHERE "parentId" = ? AND name > ? ORDER BY name LIMIT ?'
  const plan = await store.write(async (tx) =>
    tx.dialect === 'sqlite' ? (await tx.execute({ sql, parameters: [1, 'f', 10] })).rows : [],
  )
  for (const { detail } of plan)
    assert.match(String(detail), /USING .*INDEX node_parentId_name_key \(parentId=\? AND name>\?\)/)
  await store.write((tx) => store.files.put(tx, { accountId, parentId: root.id, name: 'zzz', staged }))
})
