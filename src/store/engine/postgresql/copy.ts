// A backup is the same whatever the database: an SQLite file with the schema of this program. The whole of
// PostgreSQL is read in one snapshot, table by table and page by page.
import { open } from 'node:fs/promises'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type pg from 'pg'
import { DomainError } from '../../../errors.ts'
import { copiedRowsAtOnce } from '../../../limits.ts'
import { migrate } from '../../migrate.ts'
import { connect } from './connection.ts'

type Table = { name: string; columns: string[] }

/** Writes everything into a new SQLite file. */
export async function copyToSqlite(url: string, file: string): Promise<void> {
  const target = await emptySqlite(file)
  const client = await connect(url, { patient: true })
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    for (const table of tablesOf(target)) await copyTable(client, target, table)
    await client.query('COMMIT')
  } finally {
    target.close()
    await client.end()
  }
  await syncFile(file)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Fills a PostgreSQL database without accounts from an SQLite file of this program's schema. All of it, or nothing. */
export async function copyFromSqlite(file: string, url: string): Promise<void> {
  await requireEmpty(url)
  const source = new DatabaseSync(file, { readOnly: true })
  const client = await connect(url, { patient: true })
  try {
    await client.query('BEGIN')
    for (const table of tablesOf(source)) await fillTable(source, client, table)
    await client.query('COMMIT')
  } finally {
    source.close()
    await client.end()
  }
}

/** Brings a PostgreSQL database to this program's schema. Throws Conflict when a twin already lives in it. */
export async function requireEmpty(url: string): Promise<void> {
  const client = await connect(url, { patient: true })
  try {
    await migrate({
      dialect: 'postgresql',
      script: async (sql) => void (await client.query(sql)),
      rows: async (sql) => (await client.query(sql)).rows,
    })
    const { rows } = await client.query('SELECT 1 FROM "account" LIMIT 1')
    if (rows.length > 0)
      throw new DomainError('Conflict', 'the PostgreSQL database already has accounts: name an empty one')
  } finally {
    await client.end()
  }
}

async function emptySqlite(file: string): Promise<DatabaseSync> {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA synchronous=OFF') // synced once, when it is whole
  await migrate({
    dialect: 'sqlite',
    script: async (sql) => database.exec(sql),
    rows: async (sql) => database.prepare(sql).all(),
  })
  return database
}

function tablesOf(database: DatabaseSync): Table[] {
  const names = database
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' AND name <> '_prisma_migrations'`,
    )
    .all() as { name: string }[]
  const columns = database.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid')
  return names.map(({ name }) => ({ name, columns: columns.all(name).map((column) => String(column.name)) }))
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

async function copyTable(client: pg.Client, target: DatabaseSync, { name, columns }: Table): Promise<void> {
  const insert = target.prepare(
    `INSERT INTO "${name}" (${quoted(columns)}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  const page = `SELECT ${quoted(columns)} FROM "${name}" WHERE "id" > $1 ORDER BY "id" LIMIT ${copiedRowsAtOnce}`
  for (let after = -1; ; ) {
    const { rows } = await client.query<Record<string, SQLInputValue>>(page, [after])
    target.exec('BEGIN')
    for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null))
    target.exec('COMMIT')
    const last = rows.at(-1)
    if (!last) return
    after = Number(last.id)
  }
}

async function fillTable(source: DatabaseSync, client: pg.Client, { name, columns }: Table): Promise<void> {
  await client.query(`DELETE FROM "${name}"`)
  const insert = `INSERT INTO "${name}" (${quoted(columns)}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`
  for (const row of source.prepare(`SELECT ${quoted(columns)} FROM "${name}"`).iterate()) {
    await client.query({ name: `fill-${name}`, text: insert, values: columns.map((column) => row[column]) })
  }
  await client.query(
    `SELECT setval(pg_get_serial_sequence('"${name}"', 'id'), coalesce(max("id"), 0) + 1, false) FROM "${name}"`,
  )
}
