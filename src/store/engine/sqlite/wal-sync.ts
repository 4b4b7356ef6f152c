// A commit is durable when an fdatasync of the -wal that began after it has ended. One sync covers
// every commit before it. A failed sync is never retried: the page cache may show what the disk has
// not got, so the process stops.
import { Worker } from 'node:worker_threads'

export type WalSyncOptions = { walFd: number; onFailure: (error: Error) => void }

type Waiting = { upTo: number; resolve: () => void; reject: (error: Error) => void }

export class WalSync {
  readonly #worker: Worker
  readonly #onFailure: (error: Error) => void
  #committed = 0
  #durable = 0
  #syncing = 0
  #failed: Error | undefined
  #waiting: Waiting[] = []
  #closing = false
  #began = 0
  /** Since the start. */
  syncs = 0
  seconds = 0

  constructor(options: WalSyncOptions) {
    this.#onFailure = options.onFailure
    this.#worker = new Worker(new URL('./wal-sync-worker.ts', import.meta.url), {
      workerData: { walFd: options.walFd },
    })
    this.#worker.on('message', (answer: 'ok' | { failed: string }) => {
      if (answer === 'ok') this.#onSynced()
      else this.fail(new Error(`the database could not be synced to the disk: ${answer.failed}`))
    })
    this.#worker.on('error', (error) => this.fail(new Error(`the worker that syncs the database died: ${error}`)))
    this.#worker.on('exit', () => this.fail(new Error('the worker that syncs the database exited')))
    this.#worker.unref()
  }

  /** To be called right after each COMMIT. */
  committed(): void {
    this.#committed++
  }

  get syncing(): boolean {
    return this.#syncing > 0
  }

  /** Resolves when all that is committed now is on the disk. */
  durable(): Promise<void> {
    if (this.#failed) return Promise.reject(this.#failed)
    const upTo = this.#committed
    if (this.#durable >= upTo) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ upTo, resolve, reject })
      this.#start()
    })
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

  #start(): void {
    if (this.#syncing > 0 || this.#failed) return
    this.#syncing = this.#committed // read before the sync begins: later commits are not covered
    this.#began = performance.now()
    this.#worker.ref()
    this.#worker.postMessage('sync')
  }

  #onSynced(): void {
    this.#durable = this.#syncing
    this.#syncing = 0
    this.syncs++
    this.seconds += (performance.now() - this.#began) / 1000
    const waiting = this.#waiting
    this.#waiting = waiting.filter(({ upTo }) => upTo > this.#durable)
    if (this.#waiting.length > 0) this.#start()
    else this.#worker.unref()
    for (const { upTo, resolve } of waiting) if (upTo <= this.#durable) resolve()
  }
}
