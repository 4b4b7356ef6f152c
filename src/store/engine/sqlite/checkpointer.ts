// Moves the WAL into the database file from a worker, beside the writes. Under constant writes a
// passive checkpoint never reaches the end, so a WAL that grew too long makes the writes wait once.
import { Worker } from 'node:worker_threads'
import { checkpointEveryMilliseconds, walPagesBeforeHold } from '../../../limits.ts'

export type CheckpointResult = { busy: number; log: number; checkpointed: number }

export type CheckpointerOptions = {
  file: string
  /** Runs `work` while no commit happens. */
  hold: (work: () => Promise<void>) => Promise<void>
  onFailure: (error: Error) => void
  /** Checks that the WAL is still the file that is being synced. */
  verifyWal: () => void
}

export class Checkpointer {
  readonly #options: CheckpointerOptions
  readonly #worker: Worker
  #timer: NodeJS.Timeout | undefined
  #running: Promise<CheckpointResult> | undefined
  #closing = false

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: { file: options.file } })
    this.#worker.on('error', (error) => options.onFailure(error as Error))
    this.#worker.unref()
  }

  /** To be called after each commit. */
  committed(): void {
    if (this.#timer || this.#closing) return
    this.#timer = setTimeout(() => this.#look(), checkpointEveryMilliseconds).unref()
  }

  /** Ends the worker, so that the writer's connection is the last one. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#timer)
    await this.#running
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.ref()
    this.#worker.postMessage('close')
    await exited
  }

  async #look(): Promise<void> {
    try {
      const { log, checkpointed } = await this.#checkpoint()
      if (log - checkpointed > walPagesBeforeHold || (log > walPagesBeforeHold && checkpointed < log)) {
        await this.#options.hold(async () => {
          await this.#checkpoint()
        })
      }
    } catch (error) {
      this.#options.onFailure(error as Error)
    } finally {
      this.#timer = undefined
    }
  }

  #checkpoint(): Promise<CheckpointResult> {
    this.#running ??= new Promise<CheckpointResult>((resolve, reject) => {
      this.#worker.once('message', (answer: CheckpointResult | { failed: string }) => {
        this.#running = undefined
        if ('failed' in answer) return reject(new Error(`checkpoint failed: ${answer.failed}`))
        this.#options.verifyWal()
        resolve(answer)
      })
      this.#worker.postMessage('checkpoint')
    })
    return this.#running
  }
}
