import type { CompiledQuery, Kysely } from 'kysely'
import type { DB } from '../schema.ts'

export type Dialect = 'sqlite' | 'postgresql'
export type Row = Record<string, unknown>
export type Query = Pick<CompiledQuery, 'sql' | 'parameters'> & {
  /** Of a query that is run often: PostgreSQL plans it once a connection. */
  name?: string
}
export type Answer = { rows: Row[]; changes: number }

/** A committed snapshot to read from. Valid until the body that got it settles. */
export type View = {
  readonly dialect: Dialect
  /** Queries whose shape is decided at run time. Hot ones are `prepared()`. */
  readonly db: Kysely<DB>
  /** Milliseconds since 1970, the same for the whole body. */
  readonly now: number
  /** SQLite answers at once: a promise for each query would cost as much as the query. */
  execute(query: Query): Answer | Promise<Answer>
}

/**
 * A view that also changes. All of a body's changes are kept, or none: a body of which one query
 * failed is refused whole, even if it caught the error, since PostgreSQL would run no more for it.
 */
export type Tx = View & {
  /** The next position on the account's clock. */
  stamp(accountId: number): Promise<number>
  /** Adds to the bytes that the account owns (or frees, below zero). Throws QuotaExceeded. */
  charge(accountId: number, bytes: number): Promise<void>
  /** Wakes the watchers of a topic once this write is durable. */
  changed(topic: string): void
}

/** One connection to a database. SQLite answers at once, PostgreSQL with promises. */
export type Session = {
  readonly dialect: Dialect
  /** False when the database itself has given the transaction up, a full disk for one. */
  readonly inTransaction: boolean
  execute(query: Query): Answer | Promise<Answer>
  begin(): void | Promise<void>
  /** Begins a snapshot in which a query that changes anything is refused. */
  beginRead(): void | Promise<void>
  endRead(): void | Promise<void>
  commit(): void | Promise<void>
  rollback(): void | Promise<void>
  savepoint(): void | Promise<void>
  release(): void | Promise<void>
  rollbackToSavepoint(): void | Promise<void>
  /** Worth running again from the start: a deadlock or a serialization failure. */
  isTransient(error: unknown): boolean
}

export type Body<T, V> = (view: V) => Promise<T>

/** What an engine has done since it was opened, for whoever watches it. */
export type EngineStats = {
  writes: number
  /** Fewer than the writes: they share transactions. */
  commits: number
  reads: number
  waitingWrites: number
  waitingReads: number
  /** Of the WAL; PostgreSQL keeps its own account of these. */
  wal?: { syncs: number; syncSeconds: number; pages: number }
}

/** One database with its durability: what `Store` is built on. */
export type Engine = {
  readonly dialect: Dialect
  write<T>(body: Body<T, Tx>): Promise<T>
  read<T>(body: Body<T, View>): Promise<T>
  /** Writes a consistent copy for a backup. */
  copyTo(file: string): Promise<void>
  stats(): EngineStats
  close(): Promise<void>
}
