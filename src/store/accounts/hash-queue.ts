// Hashes run on Node's own threads, a few at a time; what cannot run yet waits in a bounded queue.
// Networks that signed in before go first and have places of their own, so that strangers who fill the queue
// keep nobody out who is at home here.
import { DomainError } from '../../errors.ts'
import { passwordHashesAtOnce, passwordHashesQueued } from '../../limits.ts'

export type Lane = 'known' | 'unknown'

export class HashQueue {
  readonly #atOnce: number
  readonly #places: number
  readonly #waiting: Record<Lane, (() => void)[]> = { known: [], unknown: [] }
  #running = 0

  constructor({ atOnce = passwordHashesAtOnce, places = passwordHashesQueued } = {}) {
    this.#atOnce = atOnce
    this.#places = places
  }

  /** Runs `work` when there is room. Throws TooManyRequests when the lane is full. */
  async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++
    else await this.#turn(lane)
    try {
      return await work()
    } finally {
      this.#next()
    }
  }

  #turn(lane: Lane): Promise<void> {
    const { known, unknown } = this.#waiting
    const full = lane === 'known' ? known.length + unknown.length >= this.#places : unknown.length >= this.#places / 2
    if (full) throw new DomainError('TooManyRequests', 'Too many sign-ins at once; try again.', { retryAfter: 2 })
    return new Promise((resolve) => this.#waiting[lane].push(resolve))
  }

  /** The place of what has ended goes to the next in line, or is free. */
  #next(): void {
    const next = this.#waiting.known.shift() ?? this.#waiting.unknown.shift()
    if (next) next()
    else this.#running--
  }
}
