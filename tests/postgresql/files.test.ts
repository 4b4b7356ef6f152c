// Files when two twins on one database change them at the same moment.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Store } from '../../src/store/store.ts'
import { createDatabase, startPostgresql, type TestServer, whyNoPostgresql } from '../support/postgresql.ts'
import { temporaryFolder } from '../support/store.ts'

const options = { skip: whyNoPostgresql() ?? false }
let server: TestServer
before(async () => {
  if (!options.skip) server = await startPostgresql()
})
after(() => server?.[Symbol.asyncDispose]())

test('two twins that write one file at once lose nothing: what came first is a version', options, async () => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await createDatabase(server.url))
  const open = async () => {
    const folder = stack.use(await temporaryFolder())
    return stack.use(await Store.open({ directory: folder.path, database: database.url }))
  }
  const [home, away] = [await open(), await open()]
  const { id: accountId } = await home.write((tx) => home.accounts.create(tx, { name: 'ann' }))
  const { id: parentId } = await home.read((view) => home.files.root(view, accountId))
  const put = (store: Store, text: string) => {
    const staged = store.blobs.small(Buffer.from(text))
    return store.write((tx) => store.files.put(tx, { accountId, parentId, name: 'a', staged }))
  }
  const rounds = 10
  const writing = [home, away].map(async (store, twin) => {
    for (let round = 0; round < rounds; round++) await put(store, `${twin}${round}`)
  })
  await Promise.all(writing)
  const node = await home.read((view) => home.files.child(view, parentId, 'a'))
  assert.ok(node)
  const versions = await away.read((view) => away.files.versions.list(view, node.id, { limit: 100 }))
  const contents = new Set([node.etag, ...versions.map((version) => version.etag)])
  assert.equal(contents.size, 2 * rounds)
  const { used } = await home.read((view) => home.files.usage(view, accountId))
  assert.equal(used, 2 * rounds * 2)
})
