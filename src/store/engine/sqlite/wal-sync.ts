// A commit is durable when an fdatasync of the -wal that began after it has ended. One sync covers
// every commit before it. A failed sync is never retried: the page cache may show what the disk has
// not got, so the process stops.
import { Worker } from 'node:worker_threads'

export type WalSyncOptions = { walFd: number; onFailure: (error: Error) => void }
/** `commits` is the number of commits, modulo 2^32: the worker waits for it to change. */
export type WalSyncWorkerData = { walFd: number; commits: Int32Array<SharedArrayBuffer> }
export type WalSyncAnswer = { durable: number; milliseconds: number } | { failed: string }

type Waiting = { upTo: number; resolve: () => void; reject: (error: Error) => void }

export class WalSync {
  readonly #worker: Worker
  readonly #onFailure: (error: Error) => void
  readonly #commits = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  #committed = 0
  #durable = 0
  #failed: Error | undefined
  #waiting: Waiting[] = []
  #closing = false
  /** Since the start. */
  syncs = 0
  seconds = 0

  constructor({ walFd, onFailure }: WalSyncOptions) {
    this.#onFailure = onFailure
    const workerData: WalSyncWorkerData = { walFd, commits: this.#commits }
    this.#worker = new Worker(new URL('./wal-sync-worker.ts', import.meta.url), { workerData })
    this.#worker.on('message', (answer: WalSyncAnswer) => {
      if ('durable' in answer) this.#onSynced(answer)
      else this.fail(new Error(`the database could not be synced to the disk: ${answer.failed}`))
    })
    this.#worker.on('error', (error) => this.fail(new Error(`the worker that syncs the database died: ${error}`)))
    this.#worker.on('exit', () => this.fail(new Error('the worker that syncs the database exited')))
    this.#worker.unref()
  }

  /** Some commit is not on the disk yet. */
  get syncing(): boolean {
    return this.#durable < this.#committed
  }

  /** To be called right after each COMMIT. */
  committed(): void {
    this.#committed++
    Atomics.store(this.#commits, 0, this.#committed | 0)
    Atomics.notify(this.#commits, 0)
    this.#worker.ref()
  }

  /** Resolves when all that is committed now is on the disk. */
  durable(): Promise<void> {
    if (this.#failed) return Promise.reject(this.#failed)
    const upTo = this.#committed
    if (this.#durable >= upTo) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiting.push({ upTo, resolve, reject }))
  }

  /** The disk cannot be trusted any more: nothing is durable from now on. */
  fail(error: Error): void {
    if (this.#failed || this.#closing) return
    this.#failed = error
    for (const { reject } of this.#waiting) reject(error)
    this.#waiting = []
    this.#onFailure(error)
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#worker.terminate()
  }

  #onSynced({ durable, milliseconds }: { durable: number; milliseconds: number }): void {
    this.syncs++
    this.seconds += milliseconds / 1000
    this.#durable += (durable - this.#durable) | 0
    if (!this.syncing) this.#worker.unref()
    const settled = this.#waiting.findIndex((waiting) => waiting.upTo > this.#durable)
    const done = this.#waiting.splice(0, settled === -1 ? this.#waiting.length : settled)
    for (const { resolve } of done) resolve()
  }
}
