// Moves the WAL into the database file from a worker, beside the writes. The WAL begins anew only when all
// of it has been moved, which under constant writes never happens by itself: when it has grown long the
// checkpoint catches up, and the writes wait for what is left.
// A checkpoint that finds no room, or another program's lock, changes nothing that matters and is tried
// again; one that fails in any other way may have failed to sync, and ends the process.
import { Worker } from 'node:worker_threads'
import { checkpointEveryMilliseconds, walPagesBeforeCheckpoint, walPagesBeforeHold } from '../../../limits.ts'
import { isBusy, isUnwritable } from './errors.ts'

export type CheckpointAnswer = { log: number; checkpointed: number } | { failed: string; errcode: number | undefined }

export type CheckpointWorkerData = { file: string; pagesBeforeCheckpoint: number }

export type CheckpointerOptions = {
  file: string
  bounds?: { everyMilliseconds: number; pagesBeforeCheckpoint: number; pagesBeforeHold: number }
  /** Runs `work` while no commit happens. */
  hold: (work: () => Promise<void>) => Promise<void>
  onFailure: (error: Error) => void
  /** Throws when the WAL is no longer the file that is being synced. */
  verifyWal: () => void
}

export class Checkpointer {
  readonly #options: CheckpointerOptions
  readonly #bounds: NonNullable<CheckpointerOptions['bounds']>
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
    this.#bounds = options.bounds ?? {
      everyMilliseconds: checkpointEveryMilliseconds,
      pagesBeforeCheckpoint: walPagesBeforeCheckpoint,
      pagesBeforeHold: walPagesBeforeHold,
    }
    const { pagesBeforeCheckpoint } = this.#bounds
    const workerData: CheckpointWorkerData = { file: options.file, pagesBeforeCheckpoint }
    this.#worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData })
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
    }, this.#bounds.everyMilliseconds).unref()
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
      const { log } = await this.#ask('advance')
      if (log > this.#bounds.pagesBeforeHold) await this.#beginAnew()
    } catch (error) {
      this.#options.onFailure(error as Error)
    }
  }

  /** Each pass leaves what was written meanwhile: passes until that is little, then the writes wait for the last one. */
  async #beginAnew(): Promise<void> {
    let before = Number.POSITIVE_INFINITY
    let left = await this.#finish()
    while (left > this.#bounds.pagesBeforeCheckpoint && left < before) {
      before = left
      left = await this.#finish()
    }
    if (left > 0) await this.#options.hold(async () => void (await this.#finish()))
  }

  /** Pages that are left in the WAL. */
  async #finish(): Promise<number> {
    const { log, checkpointed } = await this.#ask('finish')
    return log - checkpointed
  }

  async #ask(message: 'advance' | 'finish'): Promise<{ log: number; checkpointed: number }> {
    const answer = await new Promise<CheckpointAnswer>((resolve) => {
      this.#answer = resolve
      this.#worker.ref()
      this.#worker.postMessage(message)
    })
    this.#worker.unref()
    if ('failed' in answer) {
      if (isUnwritable(answer.errcode) || isBusy(answer.errcode)) return { log: 0, checkpointed: 0 }
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
