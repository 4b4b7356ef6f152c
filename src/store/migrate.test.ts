import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { temporaryFolder } from '../../tests/support/store.ts'
import { DatabaseIsNewer, type MigrationTarget, migrate } from './migrate.ts'
import { Store } from './store.ts'

const targetOn = (database: DatabaseSync): MigrationTarget => ({
  dialect: 'sqlite',
  script: async (sql) => database.exec(sql),
  rows: async (sql) => database.prepare(sql).all(),
})

async function migrations(folder: string, scripts: Record<string, string>): Promise<string> {
  for (const [name, sql] of Object.entries(scripts)) {
    await mkdir(join(folder, 'migrations', name), { recursive: true })
    await writeFile(join(folder, 'migrations', name, 'migration.sql'), sql)
  }
  return join(folder, 'migrations')
}

test('migrations are applied once, in the order of their names', async () => {
  await using folder = await temporaryFolder()
  const scripts = { '0002_b': 'ALTER TABLE t ADD COLUMN b', '0001_a': 'CREATE TABLE t (a)' }
  const from = await migrations(folder.path, scripts)
  const database = new DatabaseSync(join(folder.path, 'db'))
  assert.deepEqual(await migrate(targetOn(database), from), ['0001_a', '0002_b'])
  assert.deepEqual(await migrate(targetOn(database), from), [])
  database.close()
})

test('a migration that fails leaves nothing behind and says which it was', async () => {
  await using folder = await temporaryFolder()
  const from = await migrations(folder.path, { '0001_a': 'CREATE TABLE t (a); INSERT INTO nowhere VALUES (1)' })
  const database = new DatabaseSync(join(folder.path, 'db'))
  await assert.rejects(migrate(targetOn(database), from), /^Error: migration 0001_a failed: no such table: nowhere/)
  assert.deepEqual(database.prepare(`SELECT name FROM sqlite_schema WHERE name = 't'`).all(), [])
  assert.deepEqual(database.prepare('SELECT * FROM _prisma_migrations').all(), [])
  database.close()
})

test('a migration that was edited after it was applied is refused', async () => {
  await using folder = await temporaryFolder()
  const database = new DatabaseSync(join(folder.path, 'db'))
  await migrate(targetOn(database), await migrations(folder.path, { '0001_a': 'CREATE TABLE t (a)' }))
  const edited = await migrations(folder.path, { '0001_a': 'CREATE TABLE t (a, b)' })
  await assert.rejects(migrate(targetOn(database), edited), /migration 0001_a was edited after it was applied/)
  database.close()
})

test('a migration that another program has begun and not ended is refused', async () => {
  await using folder = await temporaryFolder()
  const database = new DatabaseSync(join(folder.path, 'db'))
  const from = await migrations(folder.path, { '0001_a': 'CREATE TABLE t (a)' })
  await migrate(targetOn(database), from)
  database.exec('UPDATE _prisma_migrations SET finished_at = NULL')
  await assert.rejects(migrate(targetOn(database), from), /0001_a was begun by another program/)
  database.close()
})

test('data of a newer twin are refused in one line that says what to do, and nothing is changed', async () => {
  await using folder = await temporaryFolder()
  await (await Store.open({ directory: folder.path })).close()
  const database = new DatabaseSync(join(folder.path, 'twin.db'))
  database.exec(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '9999_far', 1)`,
  )
  const before = database.prepare('SELECT count(*) AS changes FROM sqlite_schema').get()
  await assert.rejects(Store.open({ directory: folder.path }), (error) => {
    assert.ok(error instanceof DatabaseIsNewer)
    assert.match(
      error.message,
      /^the data were written by a newer twin \(migration 9999_far\): start that version, or restore/,
    )
    return true
  })
  assert.deepEqual(database.prepare('SELECT count(*) AS changes FROM sqlite_schema').get(), before)
  database.close()
})

test('a twin that is killed in the middle of a large migration does all of it at the next start', async () => {
  await using folder = await temporaryFolder()
  const rows = 200_000
  const scripts = {
    '0001_a': 'CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)',
    '0002_large': `INSERT INTO t SELECT value, hex(randomblob(40)) FROM series;
      UPDATE t SET text = text || 'x';
      SELECT half_way();
      CREATE INDEX t_text ON t (text);`,
  }
  const from = await migrations(folder.path, scripts)
  const file = join(folder.path, 'db')
  // The child dies where the migration calls half_way().
  const program = `
    import { DatabaseSync } from 'node:sqlite'
    import { migrate } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)}
    const database = new DatabaseSync(${JSON.stringify(file)})
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; ${series(rows)}')
    database.function('half_way', () => process.kill(process.pid, 'SIGKILL'))
    const script = async (sql) => database.exec(sql)
    await migrate({ dialect: 'sqlite', script, rows: async (sql) => database.prepare(sql).all() }, ${JSON.stringify(from)})`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal] = await once(child, 'exit')
  assert.equal(signal, 'SIGKILL')
  const database = new DatabaseSync(file)
  assert.deepEqual(
    database
      .prepare('SELECT migration_name AS name FROM _prisma_migrations')
      .all()
      .map((row) => row.name),
    ['0001_a'],
  )
  assert.deepEqual({ ...database.prepare('SELECT count(*) AS rows FROM t').get() }, { rows: 0 })
  database.function('half_way', () => 0)
  database.exec(series(rows))
  assert.deepEqual(await migrate(targetOn(database), from), ['0002_large'])
  assert.deepEqual({ ...database.prepare('SELECT count(*) AS rows FROM t').get() }, { rows })
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
  database.close()
})

const series = (rows: number): string =>
  `CREATE TEMP VIEW series AS WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT ${rows}) SELECT value FROM n`

test('files that were there before nodes had ETags have those of their contents', async () => {
  await using folder = await temporaryFolder()
  const all = new URL('../../prisma/migrations/sqlite', import.meta.url).pathname
  for (const name of ['0001_foundation', '0002_collections']) {
    await cp(join(all, name), join(folder.path, name), { recursive: true })
  }
  const database = new DatabaseSync(':memory:')
  await migrate(targetOn(database), folder.path)
  const content = "INSERT INTO blob (id, hash, size, createdAt) VALUES (1, x'0aff', 0, 0)"
  const columns = 'accountId, name, isFolder, blobId, createdAt, modifiedAt, created, changed'
  const nodes = `INSERT INTO node (${columns}) VALUES (1, 'file', 0, 1, 0, 0, 1, 1), (1, 'folder', 1, NULL, 0, 0, 1, 1)`
  database.exec(`${content}; ${nodes}`)
  await migrate(targetOn(database), all)
  const rows = database.prepare('SELECT name, etag FROM node ORDER BY id').all()
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [
      { name: 'file', etag: '0aff' },
      { name: 'folder', etag: null },
    ],
  )
  database.close()
})
