// Group commit. Writes of the same turn share one transaction; every promise of the batch, kept or
// refused, settles only when the transaction is durable: a refusal too may tell of what came before it.
// While the disk is idle a batch takes half of what waits: the other half runs while the first is synced.
// When the transaction is lost the whole batch is refused, and the next one is tried as if nothing had been.
import { Batch, type BatchOptions, type Job } from './batch.ts'
import type { Turns } from './turns.ts'
import type { Body, Tx } from './types.ts'

export type WriteQueueOptions = BatchOptions & {
  /** Resolves when everything committed before the call is on the disk. */
  durable: () => Promise<void>
  /** Whether something is being written to the disk right now. */
  syncing: () => boolean
  /** Who may use the session. */
  turns: Turns
}

export class WriteQueue {
  readonly #options: WriteQueueOptions
  #jobs: Job[] = []
  #running: Promise<void> | undefined
  #held: Promise<void> | undefined
  #closed = false
  /** Kept or refused, since the start. */
  writes = 0
  commits = 0

  constructor(options: WriteQueueOptions) {
    this.#options = options
  }

  /** Writes that wait. */
  get length(): number {
    return this.#jobs.length
  }

  write<T>(body: Body<T, Tx>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'))
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ body, resolve, reject } as Job)
      this.#start()
    })
  }

  /** Keeps commits back until `work` is done (a checkpoint that must finish). Writes queue meanwhile. */
  hold(work: () => Promise<void>): Promise<void> {
    const held = (this.#held ?? Promise.resolve()).then(() => this.#running).then(work)
    const ended = held
      .catch(() => {})
      .then(() => {
        if (this.#held === ended) this.#held = undefined
        this.#start()
      })
    this.#held = ended
    return held
  }

  /** Refuses new writes and resolves when those already taken are committed and everybody was told. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#running || this.#held) await (this.#running ?? this.#held)
    await this.#options.durable().catch(() => {})
  }

  #start(): void {
    if (this.#held || this.#jobs.length === 0) return
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0 && !this.#held) {
      await this.#options.turns.take() // before the turn ends: reads of the same turn come after the writes
      await new Promise((resolve) => setImmediate(resolve))
      await this.#drain()
      this.#options.turns.give()
    }
    this.#running = undefined
  }

  async #drain(): Promise<void> {
    const jobs = this.#take()
    const batch = new Batch(this.#options)
    try {
      const taken = await batch.run(jobs)
      this.writes += taken
      this.commits++
      if (taken < jobs.length) this.#jobs = jobs.slice(taken).concat(this.#jobs)
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

  #take(): Job[] {
    const waiting = this.#jobs
    const count = this.#options.syncing() ? waiting.length : Math.ceil(waiting.length / 2)
    this.#jobs = waiting.slice(count)
    return waiting.slice(0, count)
  }
}
