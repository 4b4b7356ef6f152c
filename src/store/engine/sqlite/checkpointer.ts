// Moves the WAL into the database file from a worker, beside the writes. Under constant writes a
// passive checkpoint never reaches the end, so a WAL that grew too long makes the writes wait once.
// A checkpoint that finds no room changes nothing that matters and is tried again; one that fails in
// any other way may have failed to sync, and ends the process.
import { Worker } from 'node:worker_threads'
import { checkpointEveryMilliseconds, walPagesBeforeHold } from '../../../limits.ts'
import { isUnwritable } from './errors.ts'

export type CheckpointAnswer = { log: number; checkpointed: number } | { failed: string; errcode: number | undefined }

export type CheckpointerOptions = {
  file: string
  /** Runs `work` while no commit happens. */
  hold: (work: () => Promise<void>) => Promise<void>
  onFailure: (error: Error) => void
  /** Throws when the WAL is no longer the file that is being synced. */
  verifyWal: () => void
}

export class Checkpointer {
  readonly #options: CheckpointerOptions
  readonly #worker: Worker
  readonly #exited: Promise<void>
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #answer: ((answer: CheckpointAnswer) => void) | undefined
  #closing = false
  /** Length of the WAL when it was last looked at. */
  walPages = 0

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: { file: options.file },
    })
    this.#worker.on('message', (answer: CheckpointAnswer) => this.#answer?.(answer))
    this.#worker.on('error', (error) => this.#died(String(error)))
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()))
    this.#exited.then(() => this.#died('it exited'))
    this.#worker.unref()
  }

  /** To be called after each commit. */
  committed(): void {
    if (this.#timer || this.#looking || this.#closing) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined
      })
    }, checkpointEveryMilliseconds).unref()
  }

  /** Ends the worker, so that the writer's connection is the last one. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#timer)
    await this.#looking
    this.#worker.ref()
    this.#worker.postMessage('close')
    await this.#exited
  }

  async #look(): Promise<void> {
    try {
      const { log, checkpointed } = await this.#ask('advance')
      if (log <= walPagesBeforeHold || checkpointed === log) return
      await this.#options.hold(async () => {
        await this.#ask('finish')
      })
    } catch (error) {
      this.#options.onFailure(error as Error)
    }
  }

  async #ask(message: 'advance' | 'finish'): Promise<{ log: number; checkpointed: number }> {
    const answer = await new Promise<CheckpointAnswer>((resolve) => {
      this.#answer = resolve
      this.#worker.ref()
      this.#worker.postMessage(message)
    })
    this.#worker.unref()
    if ('failed' in answer) {
      if (isUnwritable(answer.errcode)) return { log: 0, checkpointed: 0 }
      throw new Error(`the checkpoint of the database failed: ${answer.failed}`)
    }
    this.#options.verifyWal()
    this.walPages = answer.log
    return answer
  }

  #died(why: string): void {
    if (this.#closing) return
    this.#answer?.({ failed: why, errcode: undefined })
    this.#options.onFailure(new Error(`the checkpoint worker died: ${why}`))
  }
}
