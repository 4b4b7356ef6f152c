import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type Dialect as KyselyDialect,
  type LimitNode,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteQueryCompiler,
} from 'kysely'
import type { DB } from '../schema.ts'
import type { Answer, Dialect, Query } from './types.ts'

type Execute = (query: Query) => Answer | Promise<Answer>

/** Kysely over an `execute` function: transactions are the write queue's business, not Kysely's. */
export function kyselyOver(dialect: Dialect, execute: Execute): Kysely<DB> {
  return new Kysely<DB>({ dialect: dialects[dialect](execute) })
}

const refuse = async (): Promise<never> => {
  throw new Error('transactions belong to store.write')
}

function connection(execute: Execute): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, changes } = await execute(query)
      return { rows: rows as R[], numAffectedRows: BigInt(changes) }
    },
    streamQuery(): never {
      throw new Error('page by key instead: no snapshot outlives a read')
    },
  }
}

function driver(execute: Execute) {
  const one = connection(execute)
  return {
    init: async () => {},
    acquireConnection: async () => one,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => {},
  }
}

const introspector = (): never => {
  throw new Error('the schema is known: prisma/schema.prisma')
}

/** SQLite looks at a LIMIT that is a parameter when it plans, and so prepares the statement anew for each run; not at a sum. */
class SqliteCompiler extends SqliteQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    super.visitLimit(node)
    this.append(' + 0')
  }
}

const dialects: Record<Dialect, (execute: Execute) => KyselyDialect> = {
  sqlite: (execute) => ({
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver(execute),
    createIntrospector: introspector,
    createQueryCompiler: () => new SqliteCompiler(),
  }),
  postgresql: (execute) => ({
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver(execute),
    createIntrospector: introspector,
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }),
}
