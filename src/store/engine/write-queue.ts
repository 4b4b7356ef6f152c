// Group commit. Writes of the same turn share one transaction, a savepoint each; every promise of the
// batch, kept or refused, settles only when the transaction is durable.
// A body awaits nothing but its own queries: on SQLite one that is still pending at the next
// setImmediate is refused, since everybody else waits behind it.
// When the transaction itself is lost (a full disk rolls back all of it) the whole batch is refused.
import { writeBatchMilliseconds, writeRetries } from '../../limits.ts'
import { kyselyOver } from './kysely.ts'
import { Ledger } from './ledger.ts'
import type { Answer, Body, Session, Tx } from './types.ts'

type Job = {
  body: Body<unknown, Tx>
  resolve: (value: never) => void
  reject: (error: unknown) => void
}
type Outcome = { job: Job; value: unknown } | { job: Job; error: unknown }

export type WriteQueueOptions = {
  session: Session
  /** Resolves when everything committed before the call is on the disk. */
  durable: () => Promise<void>
  onChanged: (topics: ReadonlySet<string>) => void
  now: () => number
  defaultQuota: number | null
  /** Maps what the database throws to a domain error (a full disk), or gives it back. */
  translate: (error: unknown) => unknown
}

class StalledBody extends Error {
  constructor() {
    super('a write awaited something other than its own queries')
  }
}

export class WriteQueue {
  readonly #options: WriteQueueOptions
  #jobs: Job[] = []
  #scheduled = false
  #held: Promise<void> | undefined
  #idle: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  write<T>(body: Body<T, Tx>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ body, resolve, reject } as Job)
      this.#schedule()
    })
  }

  /** Keeps commits back until `work` is done (a checkpoint that must finish). Writes queue meanwhile. */
  hold(work: () => Promise<void>): Promise<void> {
    this.#held ??= this.#idle.then(work).finally(() => {
      this.#held = undefined
      this.#schedule()
    })
    return this.#held
  }

  /** Refuses new writes and resolves when those already taken are durable. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#held || this.#scheduled || this.#jobs.length > 0) {
      await this.#held
      await new Promise((resolve) => setImmediate(resolve))
    }
    await this.#idle
    await this.#options.durable()
  }

  #schedule(): void {
    if (this.#scheduled || this.#held || this.#jobs.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#idle = this.#drain().finally(() => {
        this.#scheduled = false
        this.#schedule()
      })
    })
  }

  async #drain(): Promise<void> {
    const jobs = this.#jobs
    this.#jobs = []
    const batch = new Batch(this.#options)
    try {
      const taken = await batch.run(jobs)
      this.#jobs.unshift(...jobs.slice(taken))
    } catch (error) {
      const reason = this.#options.translate(error)
      for (const job of jobs) job.reject(reason)
      return
    }
    // Not awaited: the next batch is committed while this one is being synced.
    this.#options.durable().then(
      () => batch.settle(),
      (error) => batch.refuse(error),
    )
  }
}

class Batch {
  readonly #options: WriteQueueOptions
  readonly #session: Session
  #ledger: Ledger
  #outcomes: Outcome[] = []
  #changed = new Set<string>()

  constructor(options: WriteQueueOptions) {
    this.#options = options
    this.#session = options.session
    this.#ledger = new Ledger(options.defaultQuota)
  }

  /** Runs jobs until the batch has lasted long enough, commits them, and answers how many it took. */
  async run(jobs: Job[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(jobs)
      } catch (error) {
        if (this.#session.inTransaction) await this.#session.rollback()
        if (attempt === writeRetries || !this.#session.isTransient(error)) throw error
        this.#ledger = new Ledger(this.#options.defaultQuota)
        this.#outcomes = []
        this.#changed.clear()
      }
    }
  }

  settle(): void {
    if (this.#changed.size > 0) this.#options.onChanged(this.#changed)
    for (const outcome of this.#outcomes) {
      if ('error' in outcome) outcome.job.reject(this.#options.translate(outcome.error))
      else outcome.job.resolve(outcome.value as never)
    }
  }

  refuse(error: unknown): void {
    for (const { job } of this.#outcomes) job.reject(error)
  }

  async #attempt(jobs: Job[]): Promise<number> {
    const session = this.#session
    const started = performance.now()
    await session.begin()
    let taken = 0
    for (const job of jobs) {
      await this.#runOne(job)
      taken++
      if (performance.now() - started > writeBatchMilliseconds) break
    }
    const tx = new Transaction(this.#options, this.#ledger, this.#changed)
    await this.#ledger.flush(tx)
    await session.commit()
    return taken
  }

  async #runOne(job: Job): Promise<void> {
    const session = this.#session
    const changed = new Set<string>()
    const tx = new Transaction(this.#options, this.#ledger, changed)
    await session.savepoint()
    try {
      const value = await (session.dialect === 'sqlite' ? withinThisTurn(job.body(tx)) : job.body(tx))
      if (!session.inTransaction) throw new Error('the transaction was lost')
      await session.release()
      this.#ledger.keep()
      for (const topic of changed) this.#changed.add(topic)
      this.#outcomes.push({ job, value })
    } catch (error) {
      if (!session.inTransaction || session.isTransient(error)) throw error
      await session.rollbackToSavepoint()
      this.#ledger.undo()
      this.#outcomes.push({ job, error })
    } finally {
      tx.end()
    }
  }
}

function withinThisTurn<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stalled = setImmediate(() => reject(new StalledBody()))
    work.then(resolve, reject).finally(() => clearImmediate(stalled))
  })
}

/** The `Tx` of one body. It answers nothing after the body has settled. */
class Transaction implements Tx {
  readonly now: number
  readonly #options: WriteQueueOptions
  readonly #ledger: Ledger
  readonly #changed: Set<string>
  #db: Tx['db'] | undefined
  #ended = false

  constructor(options: WriteQueueOptions, ledger: Ledger, changed: Set<string>) {
    this.#options = options
    this.#ledger = ledger
    this.#changed = changed
    this.now = options.now()
  }

  get dialect() {
    return this.#options.session.dialect
  }

  get db() {
    this.#db ??= kyselyOver(this.dialect, (query) => this.execute(query))
    return this.#db
  }

  async execute({ sql, parameters }: { sql: string; parameters: readonly unknown[] }): Promise<Answer> {
    if (this.#ended) throw new Error('this write has already settled')
    return this.#options.session.execute(sql, parameters)
  }

  stamp(accountId: number): Promise<number> {
    return this.#ledger.stamp(this, accountId)
  }

  charge(accountId: number, bytes: number): Promise<void> {
    return this.#ledger.charge(this, accountId, bytes)
  }

  changed(topic: string): void {
    this.#changed.add(topic)
  }

  end(): void {
    this.#ended = true
  }
}
