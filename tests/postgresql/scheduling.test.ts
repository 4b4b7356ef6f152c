// Meetings when two twins on one database change them at the same moment: a write that is run again tells people once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { objectOf, textOf } from '../../src/federation/scheduling/object.ts'
import { Scheduling } from '../../src/federation/scheduling/scheduling.ts'
import { type CalendarObject, parseObject } from '../../src/formats/icalendar/object.ts'
import { factsOf } from '../../src/store/calendars/facts.ts'
import { objectsOfUid } from '../../src/store/calendars/scheduled.ts'
import { Store } from '../../src/store/store.ts'
import { answers } from '../support/itip.ts'
import { answered, meeting } from '../support/meetings.ts'
import { createDatabase, startPostgresql, type TestServer, whyNoPostgresql } from '../support/postgresql.ts'
import { temporaryFolder } from '../support/store.ts'

const options = { skip: whyNoPostgresql() ?? false }
let server: TestServer
before(async () => {
  if (!options.skip) server = await startPostgresql()
})
after(() => server?.[Symbol.asyncDispose]())

const copyOf = (store: Store, accountId: number): Promise<CalendarObject | undefined> =>
  store.read(async (view) => {
    const [item] = await objectsOfUid(view, { accountId, uid: 'meeting' })
    return item && objectOf(item)
  })

/** Puts what `change` makes of somebody's copy, as it is in that very write. */
const put = (store: Store, accountId: number, change: (text: string | undefined) => string): Promise<void> =>
  store.write(async (tx) => {
    const [former] = await objectsOfUid(tx, { accountId, uid: 'meeting' })
    const before = former && objectOf(former)
    const object = parseObject(change(before && textOf(before)))
    const collection = await store.collections.find(tx, { accountId, kind: 'calendar', name: 'calendar' })
    assert.ok(collection)
    const staged = store.blobs.small(Buffer.from(textOf(object)))
    const item = { ...factsOf(object), name: former?.name ?? 'm.ics', staged }
    await new Scheduling(store).put(tx, { collection, item, object, former })
  })

test('two twins whose people answer one meeting at once lose no answer and tell of each once', options, async () => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await createDatabase(server.url))
  const open = async () => {
    const folder = stack.use(await temporaryFolder())
    return stack.use(await Store.open({ directory: folder.path, database: database.url }))
  }
  const [home, away] = [await open(), await open()]
  const guests = ['bob', 'cid', 'dan', 'eve', 'fay', 'gus']
  const make = (name: string) => home.write(async (tx) => (await home.accounts.create(tx, { name })).id)
  const ann = await make('ann')
  const ids: number[] = []
  for (const guest of guests) ids.push(await make(guest))
  await put(home, ann, () => meeting(guests))
  await Promise.all(
    ids.map((id, index) =>
      put(index % 2 ? home : away, id, (text) => answered(text ?? '', guests[index] ?? '', 'ACCEPTED')),
    ),
  )
  for (const id of [ann, ...ids]) {
    const copy = await copyOf(away, id)
    assert.ok(copy)
    for (const guest of guests)
      assert.deepEqual(answers(copy, guest, 'localhost'), { all: 'ACCEPTED' }, `${guest} in ${id}`)
  }
  const replies = await home.read(async (view) =>
    home.collections.items(view, await home.collections.inbox(view, ann), { limit: 100 }),
  )
  assert.equal(replies.length, guests.length)
})
