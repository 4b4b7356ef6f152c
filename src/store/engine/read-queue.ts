// Reads of the same turn share one snapshot. An answer waits until what the snapshot held is durable.
import { kyselyOver } from './kysely.ts'
import type { Answer, Body, Session, View } from './types.ts'

type ReadSession = Session & { beginRead(): void }
type Job = { body: Body<unknown, View>; resolve: (value: never) => void; reject: (error: unknown) => void }

export type ReadQueueOptions = {
  session: ReadSession
  /** Resolves when everything committed before the call is on the disk. */
  durable: () => Promise<void>
  now: () => number
}

export class ReadQueue {
  readonly #options: ReadQueueOptions
  #jobs: Job[] = []
  #scheduled = false
  #closed = false

  constructor(options: ReadQueueOptions) {
    this.#options = options
  }

  read<T>(body: Body<T, View>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ body, resolve, reject } as Job)
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => void this.#drain())
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#scheduled) await new Promise((resolve) => setImmediate(resolve))
  }

  async #drain(): Promise<void> {
    const { session, durable } = this.#options
    const jobs = this.#jobs
    this.#jobs = []
    const snapshot = new Snapshot(session, this.#options.now())
    const stalled = new Promise<never>((_, reject) => {
      setImmediate(() => reject(new Error('a read awaited something other than its own queries')))
    })
    stalled.catch(() => {})
    let answers: PromiseSettledResult<unknown>[]
    let shown: Promise<void>
    try {
      session.beginRead()
      shown = durable()
      answers = await Promise.allSettled(jobs.map((job) => Promise.race([job.body(snapshot), stalled])))
    } catch (error) {
      for (const job of jobs) job.reject(error)
      return
    } finally {
      snapshot.end()
      if (session.inTransaction) session.commit()
      this.#scheduled = false
      if (this.#jobs.length > 0) this.#reschedule()
    }
    await shown.then(
      () => settle(jobs, answers),
      (error) => {
        for (const job of jobs) job.reject(error)
      },
    )
  }

  #reschedule(): void {
    this.#scheduled = true
    setImmediate(() => void this.#drain())
  }
}

function settle(jobs: Job[], answers: PromiseSettledResult<unknown>[]): void {
  for (const [index, answer] of answers.entries()) {
    const job = jobs[index] as Job
    if (answer.status === 'fulfilled') job.resolve(answer.value as never)
    else job.reject(answer.reason)
  }
}

class Snapshot implements View {
  readonly now: number
  readonly #session: Session
  #db: View['db'] | undefined
  #ended = false

  constructor(session: Session, now: number) {
    this.#session = session
    this.now = now
  }

  get dialect() {
    return this.#session.dialect
  }

  get db() {
    this.#db ??= kyselyOver(this.dialect, (query) => this.execute(query))
    return this.#db
  }

  async execute({ sql, parameters }: { sql: string; parameters: readonly unknown[] }): Promise<Answer> {
    if (this.#ended) throw new Error('this read has already settled')
    return this.#session.execute(sql, parameters)
  }

  end(): void {
    this.#ended = true
  }
}
