import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type SchemaState = { state: 'none' | 'older' | 'current' } | { state: 'newer'; migration: string }

const migrations = new URL('../../prisma/migrations/sqlite/', import.meta.url).pathname

/** How the data in a folder fit this program, without changing them; a twin may run on them. */
export function readSchemaState(directory: string): SchemaState {
  const file = join(directory, 'twin.db')
  if (!existsSync(file)) return { state: 'none' }
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA query_only = 1')
    const rows = database.prepare('SELECT migration_name AS name FROM _prisma_migrations').all()
    const applied = new Set(rows.map(({ name }) => String(name)))
    const known = readdirSync(migrations, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )
    for (const migration of applied) if (!known.includes(migration)) return { state: 'newer', migration }
    return { state: known.every((name) => applied.has(name)) ? 'current' : 'older' }
  } finally {
    database.close()
  }
}
