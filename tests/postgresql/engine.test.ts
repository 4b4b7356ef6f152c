// What only PostgreSQL does: connections are lost, the server crashes, several twins share one database.
import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { isDomainError } from '../../src/errors.ts'
import { restore } from '../../src/store/backup/restore.ts'
import { writeBackup } from '../../src/store/backup/write-backup.ts'
import { Store, type Tx } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify/verify.ts'
import { createDatabase, startPostgresql, type TestServer, whyNoPostgresql } from '../support/postgresql.ts'
import { temporaryFolder } from '../support/store.ts'

const options = { skip: whyNoPostgresql() ?? false }
let server: TestServer
before(async () => {
  if (!options.skip) server = await startPostgresql()
})
after(() => server?.[Symbol.asyncDispose]())

/** A database with as many twins on it as are opened. */
async function shared() {
  const database = await createDatabase(server.url)
  const stack = new AsyncDisposableStack()
  stack.use(database)
  return {
    url: database.url,
    async open(): Promise<Store> {
      const folder = stack.use(await temporaryFolder())
      return stack.use(await Store.open({ directory: folder.path, database: database.url }))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const remember = (tx: Tx, key: string) => tx.db.insertInto('setting').values({ key, value: key }).execute()

async function remembered(store: Store): Promise<string[]> {
  const rows = await store.read((view) =>
    view.db.selectFrom('setting').select('key').where('key', 'like', 'k%').orderBy('id').execute(),
  )
  return rows.map((row) => row.key)
}

const account = async (store: Store, name: string): Promise<number> =>
  (await store.write((tx) => store.accounts.create(tx, { name, isAdmin: false }))).id

/** Ends every other connection to a database, as a failing network would. */
async function cutConnections(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  await client.end()
}

test(
  'what was acknowledged is there after the server crashed, and the twin goes on without a restart',
  options,
  async () => {
    await using database = await shared()
    const store = await database.open()
    const outcomes: PromiseSettledResult<unknown>[] = []
    let sequence = 0
    const writer = async (): Promise<void> => {
      for (;;) {
        const key = `k${sequence++}`
        const [outcome] = await Promise.allSettled([store.write((tx) => remember(tx, key).then(() => key))])
        outcomes.push(outcome)
        if (outcome.status === 'rejected') return
        if (outcomes.length === 100) void server.crash()
      }
    }
    await Promise.all(Array.from({ length: 8 }, writer))
    await server.crash()
    await server.start()
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(isDomainError(outcome.reason, 'Unavailable'), String(outcome.reason))
    }
    const there = new Set(await remembered(store))
    const acknowledged = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value as string] : [],
    )
    assert.ok(acknowledged.length >= 100)
    assert.deepEqual(
      acknowledged.filter((key) => !there.has(key)),
      [],
    )
    await store.write((tx) => remember(tx, 'k-after'))
  },
)

test(
  'a connection that is lost in a body refuses the write as Unavailable, and the next ones are made anew',
  options,
  async () => {
    await using database = await shared()
    const store = await database.open()
    const refused = store.write(async (tx) => {
      await remember(tx, 'k-lost')
      await cutConnections(database.url)
      await remember(tx, 'k-lost-too')
    })
    await assert.rejects(refused, (error) => isDomainError(error, 'Unavailable'))
    await store.write((tx) => remember(tx, 'k-next'))
    assert.deepEqual(await remembered(store), ['k-next'])
  },
)

test('a lost connection refuses the read that was on it, and the next one is answered', options, async () => {
  await using database = await shared()
  const store = await database.open()
  const refused = store.read(async (view) => {
    await cutConnections(database.url)
    return view.db.selectFrom('setting').selectAll().execute()
  })
  await assert.rejects(refused, (error) => isDomainError(error, 'Unavailable'))
  assert.deepEqual(await remembered(store), [])
})

test(
  'two twins that stamp one clock give every position once, and positions become visible in their order',
  options,
  async () => {
    await using database = await shared()
    const [home, away] = [await database.open(), await database.open()]
    const ann = await account(home, 'ann')
    const stampOn = (store: Store) =>
      store.write(async (tx) => {
        const position = await tx.stamp(ann)
        await remember(tx, `k${position}`)
        return position
      })
    let running = true
    const watching = (async () => {
      for (let highest = 0; running; ) {
        const seen = (await remembered(away)).map((key) => Number(key.slice(1)))
        const now = Math.max(0, ...seen)
        assert.equal(seen.length, now, 'a position became visible before a lower one')
        assert.ok(now >= highest)
        highest = now
      }
    })()
    const positions = (
      await Promise.all(
        [home, away].flatMap((store) => Array.from({ length: 4 }, () => repeat(10, () => stampOn(store)))),
      )
    ).flat()
    running = false
    await watching
    assert.deepEqual(
      positions.sort((a, b) => a - b),
      Array.from({ length: 80 }, (_, index) => index + 1),
    )
  },
)

async function repeat<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let index = 0; index < times; index++) results.push(await work())
  return results
}

test('two twins that lock clocks in opposite order both get through', options, async () => {
  await using database = await shared()
  const [home, away] = [await database.open(), await database.open()]
  const [ann, ben] = [await account(home, 'ann'), await account(home, 'ben')]
  const both = (store: Store, first: number, second: number) =>
    repeat(10, () =>
      store.write(async (tx) => {
        await tx.stamp(first)
        await tx.stamp(second)
      }),
    )
  await Promise.all([both(home, ann, ben), both(away, ben, ann)])
  const clocks = await home.read((view) => view.db.selectFrom('clock').select('position').execute())
  assert.deepEqual(
    clocks.map((clock) => clock.position),
    [20, 20],
  )
})

test('a watcher is told of what another twin changed, also after its connection was lost', options, async () => {
  await using database = await shared()
  const [home, away] = [await database.open(), await database.open()]
  const told = async (key: string) => {
    const heard = Promise.withResolvers<void>()
    const stop = away.watch('topic', heard.resolve)
    await home.write(async (tx) => {
      await remember(tx, key)
      tx.changed('topic')
    })
    await heard.promise
    stop()
    assert.ok((await remembered(away)).includes(key))
  }
  await told('k1')
  await cutConnections(database.url)
  await told('k2')
})

test(
  'a backup of a PostgreSQL store is restored into SQLite, and into another PostgreSQL database',
  options,
  async () => {
    await using database = await shared()
    const store = await database.open()
    const ann = await account(store, 'ann')
    await store.write((tx) => tx.stamp(ann))
    const archive = await buffer(backedUp(store))
    const { epoch } = store.journal
    for (const target of [undefined, await createDatabase(server.url)]) {
      await using folder = await temporaryFolder()
      const into = { directory: folder.path, ...(target && { database: target.url }) }
      await restore(Readable.from(archive), { ...into, force: false })
      {
        await using restored = await Store.open(into)
        assert.equal(restored.dialect, target ? 'postgresql' : 'sqlite')
        assert.equal((await restored.read((view) => restored.journal.clock(view, ann))).position, 1)
        assert.notEqual(restored.journal.epoch, epoch)
        assert.notEqual(await account(restored, 'ben'), ann)
        assert.deepEqual((await verifyStore(restored)).problems, [])
      }
      const again = restore(Readable.from(archive), { ...into, force: true })
      if (target) await assert.rejects(again, (error) => isDomainError(error, 'Conflict'))
      else await again
      await target?.[Symbol.asyncDispose]()
    }
  },
)

function backedUp(store: Store): Readable {
  const stream = new PassThrough()
  void writeBackup(store, stream)
  return stream
}

test('every connection of a twin waits for the disk, whatever the database was set to', options, async () => {
  await using database = await shared()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`ALTER DATABASE "${new URL(database.url).pathname.slice(1)}" SET synchronous_commit = off`)
  await client.end()
  const store = await database.open()
  const setting = await store.write(async (tx) => tx.execute({ sql: 'SHOW synchronous_commit', parameters: [] }))
  assert.deepEqual(setting.rows, [{ synchronous_commit: 'on' }])
})

test('a database that cannot be reached is said in one line', options, async () => {
  await using folder = await temporaryFolder()
  const opening = Store.open({ directory: folder.path, database: 'postgresql://twin@127.0.0.1:1/none' })
  await assert.rejects(opening, /ECONNREFUSED/)
})
