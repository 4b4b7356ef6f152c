// What is shared, with clients that know nothing of sharing: they find it where their own things are.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DAVClient } from 'tsdav'
import type { Access, ShareKind } from '../../src/store/shares/shares.ts'
import { event } from '../support/calendars.ts'
import { trustingFetch } from '../support/fetch.ts'
import { lacks, lacksPython, pythonWith } from '../support/lacks.ts'
import { configureRclone } from '../support/rclone.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const password = 'secret-words'

/** Ann shares something of hers, by name, and Bob accepts it. */
const share = async ({ store }: TestTwin, kind: ShareKind, name: string, access: Access): Promise<void> => {
  const [ann, bob] = await store.read(async (view) => [
    (await store.accounts.byName(view, 'ann'))?.id ?? 0,
    (await store.accounts.byName(view, 'bob'))?.id ?? 0,
  ])
  assert.ok(ann && bob)
  await store.write(async (tx) => {
    const root = await store.files.root(tx, ann)
    const item =
      kind === 'node'
        ? await store.files.child(tx, root.id, name)
        : await store.collections.find(tx, { accountId: ann, kind, name })
    assert.ok(item)
    const offered = await store.shares.invite(tx, { ownerId: ann, kind, itemId: item.id }, { accountId: bob, access })
    await store.shares.accept(tx, bob, offered.id)
  })
}

test('tsdav finds a calendar that others share, fills it, and sees it go', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  await twin.account('bob', password)
  await using trusting = trustingFetch(twin.ca)
  const signIn = async (username: string): Promise<DAVClient> => {
    const client = new DAVClient({
      serverUrl: `https://localhost:${twin.port}/`,
      credentials: { username, password },
      authMethod: 'Basic',
      defaultAccountType: 'caldav',
      fetch: trusting.fetch,
    })
    await client.login()
    return client
  }
  await share(twin, 'calendar', 'calendar', 'write')
  const [ann, bob] = [await signIn('ann'), await signIn('bob')]
  const paths = async () => (await bob.fetchCalendars()).map(({ url }) => new URL(url).pathname)
  assert.ok((await paths()).includes('/dav/calendars/bob/calendar-ann/'))
  const shared = (await bob.fetchCalendars()).find(({ url }) => url.endsWith('/calendar-ann/'))
  const own = (await ann.fetchCalendars()).find(({ url }) => url.endsWith('/ann/calendar/'))
  assert.ok(shared && own)
  assert.deepEqual([shared.displayName, shared.syncToken], ['Calendar (ann)', own.syncToken])
  const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'SUMMARY:Lunch').trimEnd()
  const made = await bob.createCalendarObject({ calendar: shared, filename: 'lunch.ics', iCalString: lunch })
  assert.equal(made.status, 201)
  assert.deepEqual(
    (await ann.fetchCalendarObjects({ calendar: own })).map(({ data }) => data),
    [lunch],
  )
  const objects = await bob.fetchCalendarObjects({ calendar: shared })
  const [object] = await ann.fetchCalendarObjects({ calendar: own })
  assert.ok(object)
  await ann.deleteCalendarObject({ calendarObject: object })
  const synced = await bob.smartCollectionSync({
    collection: { ...shared, objects, objectMultiGet: (asked) => bob.calendarMultiGet(asked) },
    method: 'webdav',
    detailedResult: true,
  })
  assert.equal(synced.objects.deleted.length, 1)
  await bob.deleteObject({ url: shared.url })
  assert.ok(!(await paths()).includes('/dav/calendars/bob/calendar-ann/'))
  assert.equal((await ann.fetchCalendars()).length, 2)
})

test('python3-caldav invites, accepts, writes, is refused, leaves, and acts as a proxy', {
  skip: lacksPython('caldav'),
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  await twin.account('bob', password)
  await using folder = await temporaryFolder()
  const ca = join(folder.path, 'ca.pem')
  await writeFile(ca, twin.ca)
  const script = join(import.meta.dirname, 'python-caldav-shared.py')
  const args = [script, `https://localhost:${twin.port}/dav/`, ca]
  assert.match(await runWell(pythonWith('caldav') ?? 'python3', args), /done/)
})

test('rclone works in a folder that others share as in any other, and only reads where it may only read', {
  skip: lacks('rclone'),
}, async () => {
  await using twin = await createTestTwin()
  const owner = await twin.account('ann', password)
  await twin.account('bob', password)
  await using folder = await temporaryFolder()
  const rclone = await configureRclone(twin, folder.path, password, 'bob')
  const make = (name: string) =>
    twin.store.write(async (tx) => {
      const { id: parentId } = await twin.store.files.root(tx, owner)
      await twin.store.files.mkdir(tx, { accountId: owner, parentId, name })
    })
  await make('Ours')
  await share(twin, 'node', 'Ours', 'write')
  const file = join(folder.path, 'a.txt')
  await writeFile(file, 'hello')
  await runWell('rclone', ['copy', file, 'twin:Ours/deep', ...rclone])
  await runWell('rclone', ['copy', file, 'twin:own', ...rclone])
  await runWell('rclone', ['moveto', 'twin:own', 'twin:Ours/moved', ...rclone])
  await runWell('rclone', ['moveto', 'twin:Ours/deep/a.txt', 'twin:back.txt', ...rclone])
  const listed = (await runWell('rclone', ['lsf', '-R', 'twin:', ...rclone])).split('\n').sort()
  assert.deepEqual(listed, ['', 'Ours/', 'Ours/deep/', 'Ours/moved/', 'Ours/moved/a.txt', 'back.txt'])
  await runWell('rclone', ['copyto', 'twin:Ours/moved/a.txt', join(folder.path, 'b.txt'), ...rclone])
  assert.equal(await readFile(join(folder.path, 'b.txt'), 'utf8'), 'hello')

  await share(twin, 'node', 'Ours', 'read')
  await runWell('rclone', ['check', '--one-way', 'twin:Ours/moved', 'twin:Ours/moved', ...rclone])
  await assert.rejects(runWell('rclone', ['copy', file, 'twin:Ours/refused', ...rclone]), /403/)
  await assert.rejects(runWell('rclone', ['deletefile', 'twin:Ours/moved/a.txt', ...rclone]), /403/)
})
