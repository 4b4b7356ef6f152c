import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { busyMilliseconds, preparedStatements } from '../../../limits.ts'
import type { Answer, Query, Row, Session } from '../types.ts'

type Prepared = {
  statement: StatementSync
  /** Undefined for a statement that answers no rows. */
  toRow: ((values: readonly unknown[]) => Row) | undefined
  changes: boolean
}

/**
 * The objects that node:sqlite makes itself are hash tables, and a loop over the names makes others that are slow to
 * read: an object literal of these columns costs a fifth of that. `columns` are those of our own statements.
 */
function rowMaker(columns: readonly string[]): Prepared['toRow'] {
  if (columns.length === 0) return undefined
  const fields = columns.map((name, index) => `${JSON.stringify(name)}: values[${index}]`)
  return new Function('values', `return { ${fields.join(', ')} }`) as Prepared['toRow']
}

/** One connection with its prepared statements. */
export class SqliteSession implements Session {
  readonly dialect = 'sqlite'
  readonly database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()
  #reading = false

  constructor(file: string) {
    this.database = new DatabaseSync(file, { timeout: busyMilliseconds })
  }

  get inTransaction(): boolean {
    return this.database.isTransaction
  }

  execute({ sql, parameters }: Query): Answer {
    const { statement, toRow, changes } = this.#prepare(sql)
    if (changes && this.#reading) throw new Error('a read must not change anything')
    const values = parameters as SQLInputValue[]
    if (toRow) {
      const rows = (statement.all(...values) as unknown as unknown[][]).map(toRow)
      return { rows, changes: rows.length }
    }
    return { rows: [], changes: Number(statement.run(...values).changes) }
  }

  begin(): void {
    this.#run('BEGIN IMMEDIATE')
  }
  beginRead(): void {
    this.#run('BEGIN')
    this.#reading = true
  }
  /** By a rollback: nothing that slipped into a read can be kept. */
  endRead(): void {
    this.#reading = false
    this.#run('ROLLBACK')
  }
  commit(): void {
    this.#run('COMMIT')
  }
  rollback(): void {
    this.#reading = false
    this.#run('ROLLBACK')
  }
  savepoint(): void {
    this.#run('SAVEPOINT body')
  }
  release(): void {
    this.#run('RELEASE body')
  }
  rollbackToSavepoint(): void {
    this.#run('ROLLBACK TO body')
    this.#run('RELEASE body')
  }

  isTransient(): boolean {
    return false
  }

  close(): void {
    this.#prepared.clear()
    this.database.close()
  }

  #run(sql: string): void {
    this.#prepare(sql).statement.run()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) return known
    const statement = this.database.prepare(sql)
    statement.setReturnArrays(true)
    const prepared = {
      statement,
      toRow: rowMaker(statement.columns().map(({ name }) => name)),
      changes: !/^\s*(?:select|with)\b/i.test(sql),
    }
    if (this.#prepared.size >= preparedStatements) {
      const oldest = this.#prepared.keys().next().value
      if (oldest !== undefined) this.#prepared.delete(oldest)
    }
    this.#prepared.set(sql, prepared)
    return prepared
  }
}
