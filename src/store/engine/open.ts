import { join } from 'node:path'
import { migrate } from '../migrate.ts'
import { PostgresqlEngine } from './postgresql/engine.ts'
import { SqliteEngine } from './sqlite/engine.ts'
import type { Engine } from './types.ts'

export type EngineOptions = {
  /** `postgresql://…`, or undefined for SQLite in the data folder. */
  database: string | undefined
  directory: string
  now: () => number
  defaultQuota: number | null
  /** undefined: anything may have changed. */
  onChanged: (topics: Iterable<string> | undefined) => void
  onFailure: (error: Error) => void
}

/** Opens the database and brings it to this program's schema. */
export function openEngine({ database, directory, ...options }: EngineOptions): Promise<Engine> {
  if (database !== undefined) {
    return PostgresqlEngine.open({
      ...options,
      url: database,
      migrate: async (target) => void (await migrate({ dialect: 'postgresql', ...target })),
    })
  }
  return SqliteEngine.open({
    ...options,
    file: join(directory, 'twin.db'),
    migrate: async ({ database }) => {
      await migrate({
        dialect: 'sqlite',
        script: async (sql) => database.exec(sql),
        rows: async (sql) => database.prepare(sql).all(),
      })
    },
  })
}
