// Reads of the same turn share one snapshot. An answer leaves only when everything that its snapshot
// could have held is durable, so that nobody is ever shown what a power cut could take back.
import { readBatchMilliseconds, readBodyMilliseconds } from '../../limits.ts'
import { rollBack } from './roll-back.ts'
import { Scope } from './scope.ts'
import { StallGuard } from './stall-guard.ts'
import type { Turns } from './turns.ts'
import type { Body, Session, View } from './types.ts'

type Job = { body: Body<unknown, View>; resolve: (value: never) => void; reject: (error: unknown) => void }
type Outcome = { job: Job; value: unknown } | { job: Job; error: unknown }

export type ReadQueueOptions = {
  session: Session
  /** Resolves when everything committed before the call is on the disk. */
  durable: () => Promise<void>
  /** Who may use the session. */
  turns: Turns
  now: () => number
  translate: (error: unknown) => unknown
}

export class ReadQueue {
  readonly #options: ReadQueueOptions
  #jobs: Job[] = []
  #running: Promise<void> | undefined
  #closed = false
  /** Answered since the start. */
  reads = 0

  constructor(options: ReadQueueOptions) {
    this.#options = options
  }

  /** Reads that wait. */
  get length(): number {
    return this.#jobs.length
  }

  read<T>(body: Body<T, View>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ body, resolve, reject } as Job)
      this.#running ??= this.#run()
    })
  }

  /** Refuses new reads and resolves when those already taken have run. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      await this.#options.turns.take()
      await this.#drain()
      this.#options.turns.give()
    }
    this.#running = undefined
  }

  async #drain(): Promise<void> {
    const { session, durable, translate } = this.#options
    const jobs = this.#jobs
    this.#jobs = []
    const outcomes: Outcome[] = []
    try {
      await session.beginRead()
      await this.#runBodies(jobs, outcomes)
      await session.endRead()
    } catch (error) {
      await rollBack(session)
      const reason = translate(error)
      for (const job of jobs) job.reject(reason)
      return
    }
    this.reads += outcomes.length
    if (outcomes.length < jobs.length) this.#jobs = jobs.slice(outcomes.length).concat(this.#jobs)
    // Asked for after the last query: a body that dawdled may have seen commits made meanwhile.
    durable().then(
      () => settle(outcomes, translate),
      (error) => {
        for (const { job } of outcomes) job.reject(error)
      },
    )
  }

  /** Runs bodies one after another until they have lasted long enough or one has spoilt the snapshot. */
  async #runBodies(jobs: readonly Job[], outcomes: Outcome[]): Promise<void> {
    const { session } = this.#options
    const started = performance.now()
    const now = this.#options.now()
    using guard = new StallGuard(session.dialect === 'sqlite' ? undefined : readBodyMilliseconds)
    for (const job of jobs) {
      const view = new Scope(session, now)
      try {
        outcomes.push({ job, value: await guard.run(job.body(view)) })
      } catch (error) {
        outcomes.push({ job, error })
      }
      view.end()
      if (view.failure !== undefined || performance.now() - started > readBatchMilliseconds) return
    }
  }
}

function settle(outcomes: Outcome[], translate: (error: unknown) => unknown): void {
  for (const outcome of outcomes) {
    if ('error' in outcome) outcome.job.reject(translate(outcome.error))
    else outcome.job.resolve(outcome.value as never)
  }
}
