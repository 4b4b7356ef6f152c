// Subscribed calendars and managed attachments on PostgreSQL, and two twins that look for the same work.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { claimFeed } from '../../src/store/collections/feed.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify/verify.ts'
import { createDatabase, startPostgresql, type TestServer, whyNoPostgresql } from '../support/postgresql.ts'
import { temporaryFolder } from '../support/store.ts'

const options = { skip: whyNoPostgresql() ?? false }
let server: TestServer
before(async () => {
  if (!options.skip) server = await startPostgresql()
})
after(() => server?.[Symbol.asyncDispose]())

async function openTwins() {
  const stack = new AsyncDisposableStack()
  const database = stack.use(await createDatabase(server.url))
  const open = async () => {
    const folder = stack.use(await temporaryFolder())
    return stack.use(await Store.open({ directory: folder.path, database: database.url }))
  }
  const [home, away] = [await open(), await open()]
  const { id: accountId } = await home.write((tx) => home.accounts.create(tx, { name: 'ann' }))
  return { home, away, accountId, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('of two twins that claim at the same moment, one gets each feed', options, async () => {
  await using twins = await openTwins()
  const { home, away, accountId } = twins
  const feeds = 8
  for (let index = 0; index < feeds; index++)
    await home.write((tx) => {
      const at = { accountId, kind: 'calendar', name: `feed-${index}` } as const
      return home.collections.create(tx, at, { source: 'https://feeds.example/' })
    })
  const claimed: number[] = []
  const work = async (store: Store) => {
    for (let feed = await store.write(claimFeed); feed !== undefined; feed = await store.write(claimFeed))
      claimed.push(feed.id)
  }
  await Promise.all([work(home), work(away)])
  assert.equal(claimed.length, feeds)
  assert.equal(new Set(claimed).size, feeds)
})

test('an attachment goes with the last object that refers to it', options, async () => {
  await using twins = await openTwins()
  const { home, accountId } = twins
  const { collections, blobs } = home
  const put = (name: string, managedIds: readonly string[]) =>
    home.write(async (tx) => {
      const calendar = await collections.find(tx, { accountId, kind: 'calendar', name: 'calendar' })
      assert.ok(calendar)
      if (name === 'a' && managedIds.length > 0) {
        const staged = blobs.small(Buffer.from('an agenda'))
        await collections.attach(tx, { accountId, managedId: 'one', name: 'agenda', contentType: null, staged })
      }
      const staged = blobs.small(Buffer.from(`${name}${managedIds.join()}`))
      await collections.put(tx, calendar, { name, uid: name, component: 'VEVENT', staged, managedIds })
    })
  const count = async () => {
    assert.deepEqual((await verifyStore(home)).problems, [])
    return (await home.read((view) => view.db.selectFrom('attachment').select('id').execute())).length
  }
  await put('a', ['one'])
  await put('b', ['one', 'unknown'])
  await put('a', [])
  assert.equal(await count(), 1)
  await put('b', [])
  assert.equal(await count(), 0)
})
