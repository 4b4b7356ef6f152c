// What recurs so often that an answer would hold everybody up is answered by a thread beside. It is begun when it is
// needed. One that does not answer in time, or dies, takes the questions that wait with it, and the next one begins anew.
import { Worker } from 'node:worker_threads'
import { DomainError, type ErrorCode, isDomainError } from '../../errors.ts'
import { spendingAtMost, tooManyInstances } from '../../formats/icalendar/effort.ts'
import type { Answer, Question } from '../../formats/icalendar/questions.ts'
import { longRecurrences, recurrenceStepsHere } from '../../limits.ts'

export type Reply = { id: number } & (
  | { answer: Answer }
  | { refused: { code: ErrorCode; message: string; detail: Record<string, unknown> } }
  | { fault: string }
)

type Waiting = { resolve: (answer: Answer) => void; reject: (error: unknown) => void }

export class LongRecurrences {
  readonly #bounds: typeof longRecurrences
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  #count = 0

  constructor(bounds: Partial<typeof longRecurrences> = {}) {
    this.#bounds = { ...longRecurrences, ...bounds }
  }

  /**
   * Answers here what costs little, and elsewhere what does not.
   *
   * @param here gives the same answer as the question, and returns at once.
   * @throws DomainError of the question; TooLarge, precondition 'max-instances', where nobody can answer it.
   */
  async answer<A extends Answer>(here: () => A, question: () => Question): Promise<A> {
    try {
      return spendingAtMost(recurrenceStepsHere, here)
    } catch (error) {
      if (!isDomainError(error, 'TooLarge') || error.detail.precondition !== 'max-instances') throw error
      return (await this.#ask(question())) as A
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#stop(new Error('The store is closed'))
    await worker?.terminate()
  }

  #ask(question: Question): Promise<Answer> {
    if (this.#waiting.size >= this.#bounds.waiting) return Promise.reject(tooManyInstances())
    const worker = this.#begin()
    const id = ++this.#count
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.ref()
      this.#watch()
      worker.postMessage({ id, question })
    })
  }

  #begin(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./recurrence-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: this.#bounds.megabytes },
    })
    worker.on('message', (reply: Reply) => this.#settle(reply))
    worker.on('error', () => this.#dead(worker))
    worker.on('exit', () => this.#dead(worker))
    this.#worker = worker
    return worker
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    this.#watch()
    if (this.#waiting.size === 0) this.#worker?.unref()
    if ('answer' in reply) waiting?.resolve(reply.answer)
    else if ('fault' in reply) waiting?.reject(new Error(reply.fault))
    else waiting?.reject(new DomainError(reply.refused.code, reply.refused.message, reply.refused.detail))
  }

  /** Each answer gives the next one its time. */
  #watch(): void {
    clearTimeout(this.#timer)
    if (this.#waiting.size === 0) return
    this.#timer = setTimeout(() => {
      const worker = this.#worker
      this.#stop(tooManyInstances())
      void worker?.terminate()
    }, this.#bounds.milliseconds)
  }

  #dead(worker: Worker): void {
    if (worker === this.#worker) this.#stop(tooManyInstances())
  }

  #stop(error: Error): void {
    clearTimeout(this.#timer)
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
