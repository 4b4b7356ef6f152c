import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { type MigrationTarget, migrate } from '../../src/store/migrate.ts'
import { Store } from '../../src/store/store.ts'
import { createDatabase, startPostgresql, type TestServer, whyNoPostgresql } from '../support/postgresql.ts'
import { temporaryFolder } from '../support/store.ts'

const options = { skip: whyNoPostgresql() ?? false }
let server: TestServer
before(async () => {
  if (!options.skip) server = await startPostgresql()
})
after(() => server?.[Symbol.asyncDispose]())

const targetOn = (client: pg.Client): MigrationTarget => ({
  dialect: 'postgresql',
  script: async (sql) => void (await client.query(sql)),
  rows: async (sql) => (await client.query(sql)).rows,
})

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

test('a twin that is killed in the middle of a migration does all of it at the next start', options, async () => {
  await using database = await createDatabase(server.url)
  await using folder = await temporaryFolder()
  const scripts = {
    '0001_a': 'CREATE TABLE t (id BIGINT PRIMARY KEY)',
    '0002_large': `INSERT INTO t SELECT generate_series(1, 100000);
      SELECT pg_sleep(current_setting('test.half_way')::int);
      ALTER TABLE t ADD COLUMN text TEXT`,
  }
  for (const [name, sql] of Object.entries(scripts)) {
    await mkdir(join(folder.path, name))
    await writeFile(join(folder.path, name, 'migration.sql'), sql)
  }
  const program = `
    import pg from ${JSON.stringify(import.meta.resolve('pg'))}
    import { migrate } from ${JSON.stringify(new URL('../../src/store/migrate.ts', import.meta.url).href)}
    const client = new pg.Client({ connectionString: ${JSON.stringify(database.url)} })
    await client.connect()
    await client.query('SET test.half_way = 600')
    const rows = async (sql) => (await client.query(sql)).rows
    await migrate({ dialect: 'postgresql', script: rows, rows }, ${JSON.stringify(folder.path)})`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const client = await connected(database.url)
  const half = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
  while ((await client.query(half)).rowCount === 0) assert.equal(child.exitCode, null)
  child.kill('SIGKILL')
  await once(child, 'exit')
  // The server would notice when the statement ends: here it is told.
  await client.query(`SELECT pg_terminate_backend(pid, 10000) FROM (${half}) AS left_behind`)
  assert.deepEqual((await client.query('SELECT migration_name AS name FROM _prisma_migrations')).rows, [
    { name: '0001_a' },
  ])
  assert.equal((await client.query('SELECT 1 FROM t')).rowCount, 0)
  await client.query('SET test.half_way = 0')
  assert.deepEqual(await migrate(targetOn(client), folder.path), ['0002_large'])
  assert.equal((await client.query('SELECT text FROM t')).rowCount, 100_000)
  await client.end()
})

test('twins that start together on an empty database migrate it once', options, async () => {
  await using database = await createDatabase(server.url)
  await using home = await temporaryFolder()
  await using away = await temporaryFolder()
  const open = (directory: string) => Store.open({ directory, database: database.url })
  const stores = await Promise.all([open(home.path), open(away.path)])
  assert.equal(stores[0].journal.epoch, stores[1].journal.epoch)
  await Promise.all(stores.map((store) => store.close()))
})

test('data of a newer twin are refused in one line', options, async () => {
  await using database = await createDatabase(server.url)
  await using folder = await temporaryFolder()
  await (await Store.open({ directory: folder.path, database: database.url })).close()
  const client = await connected(database.url)
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '9999_far', now())`,
  )
  await client.end()
  const opening = Store.open({ directory: folder.path, database: database.url })
  await assert.rejects(opening, /^Unavailable: the data were written by a newer twin \(migration 9999_far\)/)
})
