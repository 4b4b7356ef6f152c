// One transaction for many bodies, a savepoint each. A body that throws, or of which a query failed, is
// taken back alone. When the transaction itself is lost (a full disk rolls back all of it) or the COMMIT
// throws, `run` throws and none of the bodies has happened.
import { setTimeout } from 'node:timers/promises'
import { retryMilliseconds, writeBatchMilliseconds, writeBodyMilliseconds, writeRetries } from '../../limits.ts'
import { Ledger } from './ledger.ts'
import { rollBack } from './roll-back.ts'
import { Scope } from './scope.ts'
import { StallGuard } from './stall-guard.ts'
import type { Body, Session, Tx } from './types.ts'

export type Job = {
  body: Body<unknown, Tx>
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

export type BatchOptions = {
  session: Session
  /** Called right after each COMMIT. */
  onCommitted: () => void
  onChanged: (topics: ReadonlySet<string>) => void
  now: () => number
  defaultQuota: number | null
  /** Maps what the database throws to a domain error (a full disk), or gives it back. */
  translate: (error: unknown) => unknown
}

type Outcome = { job: Job; value: unknown } | { job: Job; error: unknown }

export class Batch {
  readonly #options: BatchOptions
  readonly #session: Session
  #ledger: Ledger
  #outcomes: Outcome[] = []
  #changed = new Set<string>()

  constructor(options: BatchOptions) {
    this.#options = options
    this.#session = options.session
    this.#ledger = new Ledger(options.defaultQuota)
  }

  /** Runs jobs until the batch has lasted long enough, commits them, and answers how many it took. */
  async run(jobs: readonly Job[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(jobs)
      } catch (error) {
        await rollBack(this.#session)
        if (attempt === writeRetries || !this.#session.isTransient(error)) throw error
        this.#ledger = new Ledger(this.#options.defaultQuota)
        this.#outcomes = []
        this.#changed.clear()
        await setTimeout(Math.random() * attempt * retryMilliseconds)
      }
    }
  }

  /** Tells everybody how it went. Only to be called once the batch is durable. */
  settle(): void {
    for (const outcome of this.#outcomes) {
      if ('error' in outcome) outcome.job.reject(this.#options.translate(outcome.error))
      else outcome.job.resolve(outcome.value as never)
    }
    if (this.#changed.size > 0) this.#options.onChanged(this.#changed)
  }

  refuse(error: unknown): void {
    for (const { job } of this.#outcomes) job.reject(error)
  }

  async #attempt(jobs: readonly Job[]): Promise<number> {
    const session = this.#session
    const started = performance.now()
    await session.begin()
    using guard = new StallGuard(session.dialect === 'sqlite' ? undefined : writeBodyMilliseconds)
    let taken = 0
    for (const job of jobs) {
      await this.#runOne(job, guard)
      taken++
      if (performance.now() - started > writeBatchMilliseconds) break
    }
    await this.#ledger.flush(new Scope(session, 0))
    await session.commit()
    this.#options.onCommitted()
    return taken
  }

  async #runOne(job: Job, guard: StallGuard): Promise<void> {
    const session = this.#session
    const tx = new Transaction(session, this.#options.now(), this.#ledger)
    await session.savepoint()
    try {
      const value = await guard.run(job.body(tx))
      if (tx.failure !== undefined) throw tx.failure
      await session.release()
      this.#ledger.keep()
      for (const topic of tx.topics) this.#changed.add(topic)
      this.#outcomes.push({ job, value })
    } catch (error) {
      const cause = tx.failure ?? error
      if (!session.inTransaction || session.isTransient(cause)) throw cause
      await session.rollbackToSavepoint()
      this.#ledger.undo()
      this.#outcomes.push({ job, error })
    } finally {
      tx.end()
    }
  }
}

const none: ReadonlySet<string> = new Set()

class Transaction extends Scope implements Tx {
  readonly #ledger: Ledger
  #topics: Set<string> | undefined

  constructor(session: Session, now: number, ledger: Ledger) {
    super(session, now)
    this.#ledger = ledger
  }

  get topics(): ReadonlySet<string> {
    return this.#topics ?? none
  }

  stamp(accountId: number): Promise<number> {
    return this.#ledger.stamp(this, accountId)
  }

  charge(accountId: number, bytes: number): Promise<void> {
    return this.#ledger.charge(this, accountId, bytes)
  }

  changed(topic: string): void {
    this.#topics ??= new Set()
    this.#topics.add(topic)
  }
}
