import assert from 'node:assert/strict'
import { rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { openTestStore } from '../../../tests/support/store.ts'
import { inlineBlobBytes } from '../../limits.ts'
import type { Store } from '../store.ts'
import { verify } from './verify.ts'

/** Two accounts; ann has a folder with a small and a large file, a version, and something in the trash. */
async function fill(store: Store): Promise<{ folder: number; small: number; large: number; largeFile: string }> {
  const { id: accountId } = await store.write((tx) => store.accounts.create(tx, { name: 'ann' }))
  await store.write((tx) => store.accounts.create(tx, { name: 'bob' }))
  const put = async (parentId: number, name: string, content: string): Promise<{ id: number; hash: string }> => {
    const staged = await store.blobs.receive(Readable.from([Buffer.from(content)]))
    const { node } = await store.write((tx) => store.files.put(tx, { accountId, parentId, name, staged }))
    return { id: node.id, hash: staged.hash.toString('hex') }
  }
  const root = await store.read((view) => store.files.root(view, accountId))
  const folder = await store.write((tx) => store.files.mkdir(tx, { accountId, parentId: root.id, name: 'folder' }))
  const small = await put(folder.id, 'small', 'one')
  await put(folder.id, 'small', 'two')
  const large = await put(folder.id, 'large', 'l'.repeat(inlineBlobBytes + 1))
  const gone = await put(root.id, 'gone', 'in the trash')
  await store.write((tx) => store.files.remove(tx, gone))
  const largeFile = join(store.directory, 'blobs', large.hash.slice(0, 2), large.hash)
  return { folder: folder.id, small: small.id, large: large.id, largeFile }
}

type Filled = Awaited<ReturnType<typeof fill>>

/** What `verify` says after damage was done behind the twin's back. */
async function problemsAfter(
  damage: (database: DatabaseSync, filled: Filled) => Promise<void> | void,
): Promise<string> {
  await using opened = await openTestStore()
  const filled = await fill(opened.store)
  assert.deepEqual((await verify(opened.store.directory)).problems, [], 'all is well before')
  const database = new DatabaseSync(join(opened.store.directory, 'twin.db'), { defensive: false })
  await damage(database, filled)
  database.close()
  return (await verify(opened.store.directory)).problems.join('\n')
}

const sql = (text: string) => (database: DatabaseSync) => database.exec(text)

describe('verify', () => {
  it('finds nothing wrong with a store, and counts what it read', async () => {
    await using opened = await openTestStore()
    await fill(opened.store)
    const report = await verify(opened.store.directory)
    assert.deepEqual(report, {
      problems: [],
      problemCount: 0,
      blobs: 4,
      bytes: 6 + 12 + inlineBlobBytes + 1,
      orphanFiles: 0,
    })
  })

  it('takes a file that gave its content to another, and waits to be erased, for what it is', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { small, large } = await fill(store)
    await store.write(async (tx) => {
      const [source, target] = [await store.files.get(tx, large), await store.files.get(tx, small)]
      assert.ok(source && target)
      await store.files.moveOnto(tx, source, target)
    })
    assert.deepEqual((await verify(store.directory)).problems, [])
  })

  it('finds a content that was changed on the disk', async () =>
    assert.match(
      await problemsAfter((_, { largeFile }) => writeFile(largeFile, 'L'.repeat(inlineBlobBytes + 1))),
      /content [0-9a-f]{64} .* was changed on the disk/,
    ))
  it('finds a content that was cut short', async () =>
    assert.match(await problemsAfter((_, { largeFile }) => truncate(largeFile, 7)), /is missing or cut short/))
  it('finds a content that is missing', async () =>
    assert.match(await problemsAfter((_, { largeFile }) => rm(largeFile)), /is missing or cut short/))
  it('finds a small content that was changed in its row', async () =>
    assert.match(
      await problemsAfter(sql(`UPDATE blob SET data = CAST('owt' AS BLOB) WHERE data = CAST('two' AS BLOB)`)),
      /was changed on the disk/,
    ))
  it('finds a circle in the tree', async () =>
    assert.match(
      await problemsAfter((database, { folder }) => {
        const columns = 'accountId, isFolder, createdAt, modifiedAt, created, changed'
        database.exec(`INSERT INTO node (parentId, name, ${columns}) SELECT id, 'inner', ${columns} FROM node WHERE id = ${folder};
                       UPDATE node SET parentId = (SELECT id FROM node WHERE name = 'inner') WHERE id = ${folder}`)
      }),
      /hangs below no root: the tree has a circle/,
    ))
  it('finds a file below a file', async () =>
    assert.match(
      await problemsAfter((database, { small, large }) =>
        database.exec(`UPDATE node SET parentId = ${small} WHERE id = ${large}`),
      ),
      /is in \d+, which is a file/,
    ))
  it('finds a file whose folder is gone', async () =>
    assert.match(
      await problemsAfter((database, { folder }) => database.exec(`DELETE FROM node WHERE id = ${folder}`)),
      /node \d+ refers to node \d+, which is not there/,
    ))
  it('finds a name that no path can reach', async () =>
    assert.match(
      await problemsAfter((database, { small }) => database.exec(`UPDATE node SET name = 'a/b' WHERE id = ${small}`)),
      /impossible name "a\/b"/,
    ))
  it('finds a reference to a content that is not there', async () =>
    assert.match(
      await problemsAfter(sql('DELETE FROM blob WHERE id = (SELECT blobId FROM version)')),
      /version \d+ refers to blob \d+, which is not there/,
    ))
  it("finds an ETag that is not its content's", async () =>
    assert.match(
      await problemsAfter((database, { small }) => database.exec(`UPDATE node SET etag = '0a' WHERE id = ${small}`)),
      /file \d+ has another ETag than its content/,
    ))
  it('finds a quota that does not add up', async () =>
    assert.match(
      await problemsAfter(sql('UPDATE clock SET used = used + 1 WHERE used > 0')),
      /account ann is charged \d+ bytes and owns \d+/,
    ))
  it('finds a change that the clock has not come to', async () =>
    assert.match(
      await problemsAfter((database, { small }) => database.exec(`UPDATE node SET changed = 999 WHERE id = ${small}`)),
      /changed at 999, and its account's clock is at/,
    ))
  it('finds an index that does not fit its table', async () =>
    assert.match(
      await problemsAfter((database) => {
        database.exec(`PRAGMA writable_schema = ON;
          UPDATE sqlite_schema SET sql = replace(sql, '"blobId"', '"size"') WHERE name = 'node_blobId_idx';
          PRAGMA writable_schema = RESET`)
      }),
      /the database file: .*node_blobId_idx/,
    ))

  it('tells of files that a crash left, without calling them wrong', async () => {
    await using opened = await openTestStore()
    const { largeFile } = await fill(opened.store)
    const orphan = join(largeFile, '..', `${largeFile.slice(-64, -62)}${'0'.repeat(62)}`)
    await writeFile(orphan, 'nobody knows me')
    assert.equal((await verify(opened.store.directory)).orphanFiles, 0, 'an upload may be about to name it')
    await utimes(orphan, 0, 0)
    const report = await verify(opened.store.directory)
    assert.deepEqual([report.problems, report.orphanFiles], [[], 1])
  })
})
