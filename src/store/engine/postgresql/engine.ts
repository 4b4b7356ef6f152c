// The same queues over PostgreSQL. Durable means that COMMIT returned. A clock row is locked when it is
// stamped and held to the COMMIT, so that with several twins on one database visible order is position order.
// A lost connection refuses what was on its way (nobody can know whether its COMMIT was done) and is made anew.
import { postgresqlReaders } from '../../../limits.ts'
import { ReadQueue } from '../read-queue.ts'
import { Turns } from '../turns.ts'
import type { Body, Engine, EngineStats, Tx, View } from '../types.ts'
import { WriteQueue } from '../write-queue.ts'
import { connect } from './connection.ts'
import { copyToSqlite } from './copy.ts'
import { translate } from './errors.ts'
import { Notifier } from './notifier.ts'
import { PostgresqlSession } from './session.ts'

/** Runs scripts of several statements. */
export type Script = { script(sql: string): Promise<void>; rows(sql: string): Promise<Record<string, unknown>[]> }

export type PostgresqlOptions = {
  url: string
  now: () => number
  defaultQuota: number | null
  /** undefined: anything may have changed. */
  onChanged: (topics: Iterable<string> | undefined) => void
  migrate: (target: Script) => Promise<void>
}

export class PostgresqlEngine implements Engine {
  readonly dialect = 'postgresql'
  readonly #url: string
  readonly #sessions: PostgresqlSession[] = []
  readonly #writes: WriteQueue
  readonly #reads: ReadQueue[]
  readonly #notifier: Notifier
  #closed: Promise<void> | undefined

  static async open(options: PostgresqlOptions): Promise<PostgresqlEngine> {
    await migrateAlone(options)
    const engine = new PostgresqlEngine(options)
    await engine.#notifier.listen()
    return engine
  }

  private constructor(options: PostgresqlOptions) {
    const { url, now, onChanged } = options
    this.#url = url
    this.#notifier = new Notifier({ url, onChanged })
    this.#writes = new WriteQueue({
      ...options,
      ...this.#session(),
      syncing: () => true,
      onCommitted: () => {},
      onChanged: (topics) => {
        onChanged(topics)
        this.#notifier.publish(topics)
      },
      translate,
    })
    this.#reads = Array.from({ length: postgresqlReaders }, () => new ReadQueue({ ...this.#session(), now, translate }))
  }

  write<T>(body: Body<T, Tx>): Promise<T> {
    return this.#writes.write(body)
  }

  read<T>(body: Body<T, View>): Promise<T> {
    const shortest = this.#reads.reduce((best, queue) => (queue.length < best.length ? queue : best))
    return shortest.read(body)
  }

  copyTo(file: string): Promise<void> {
    return copyToSqlite(this.#url, file)
  }

  stats(): EngineStats {
    const { writes, commits, length: waitingWrites } = this.#writes
    const reads = this.#reads.reduce((sum, queue) => sum + queue.reads, 0)
    const waitingReads = this.#reads.reduce((sum, queue) => sum + queue.length, 0)
    return { writes, commits, reads, waitingWrites, waitingReads }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await Promise.allSettled([this.#writes.close(), ...this.#reads.map((queue) => queue.close())])
    await Promise.allSettled([this.#notifier.close(), ...this.#sessions.map((session) => session.close())])
  }

  #session() {
    const session = new PostgresqlSession(this.#url)
    this.#sessions.push(session)
    return { session, turns: new Turns(), durable: async () => {} }
  }
}

// The number is the one that Prisma's own command line locks: https://www.prisma.io/docs/orm/prisma-migrate
const MIGRATION_LOCK = 72707369

/** Twins that start together migrate one after another; the lock goes with the connection, however it ends. */
async function migrateAlone({ url, migrate }: PostgresqlOptions): Promise<void> {
  const client = await connect(url, { patient: true })
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate({
      script: async (sql) => void (await client.query(sql)),
      rows: async (sql) => (await client.query(sql)).rows,
    })
  } finally {
    await client.end()
  }
}
