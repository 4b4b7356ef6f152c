// Applies prisma/migrations/<dialect>/*/migration.sql at start-up, each in one transaction together
// with its row in _prisma_migrations, so that an interrupted one leaves nothing behind and Prisma's
// own command line agrees with what it finds.

import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError } from '../errors.ts'
import type { Dialect } from './engine/types.ts'

/** A connection that runs scripts of several statements. */
export type MigrationTarget = {
  dialect: Dialect
  script(sql: string): Promise<void>
  rows(sql: string): Promise<Record<string, unknown>[]>
}

export class DatabaseIsNewer extends DomainError {
  constructor(message: string) {
    super('Unavailable', message)
  }
}

type Migration = { name: string; sql: string; checksum: string }

const migrationsFolder = new URL('../../prisma/migrations/', import.meta.url).pathname

/** Brings the database to this program's schema. Answers the names it applied. */
export async function migrate(
  target: MigrationTarget,
  folder = join(migrationsFolder, target.dialect),
): Promise<string[]> {
  await target.script(recordsTable[target.dialect])
  const known = await target.rows(
    'SELECT migration_name AS name, checksum, finished_at AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const migrations = readMigrations(folder)
  const names = new Set(migrations.map((migration) => migration.name))
  const unknown = known.find((row) => !names.has(String(row.name)))
  if (unknown) {
    throw new DatabaseIsNewer(
      `the data were written by a newer twin (migration ${unknown.name}): start that version, or restore a backup made before it`,
    )
  }
  const unfinished = known.find((row) => row.finished === null) // ours are there when they are whole, Prisma's at once
  if (unfinished) throw new Error(`migration ${unfinished.name} was begun by another program and has not ended`)
  const applied = new Map(known.map((row) => [String(row.name), String(row.checksum)]))
  const fresh: string[] = []
  for (const migration of migrations) {
    const checksum = applied.get(migration.name)
    if (checksum === migration.checksum) continue
    if (checksum !== undefined) throw new Error(`migration ${migration.name} was edited after it was applied`)
    await apply(target, migration)
    fresh.push(migration.name)
  }
  return fresh
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

async function apply(target: MigrationTarget, { name, sql, checksum }: Migration): Promise<void> {
  const now = target.dialect === 'sqlite' ? String(Date.now()) : 'now()'
  // Prisma's table rebuilds switch foreign keys off, which SQLite only does outside a transaction; there are none.
  const body =
    target.dialect === 'sqlite' ? sql.replace(/^\s*PRAGMA (?:defer_)?foreign_keys\s*=\s*\w+;\s*$/gim, '') : sql
  await target.script('BEGIN')
  try {
    await target.script(body)
    await target.script(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ('${randomUUID()}', '${checksum}', '${name}', ${now}, ${now}, 1)`,
    )
    await target.script('COMMIT')
  } catch (error) {
    await target.script('ROLLBACK').catch(() => {})
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error })
  }
}

// The columns are Prisma's own: https://www.prisma.io/docs/orm/prisma-migrate
const recordsTable: Record<Dialect, string> = {
  sqlite: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
    "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
  postgresql: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`,
}
