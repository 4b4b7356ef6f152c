// How many may do something at a time, in all and of one kind: who waits for a kind that is full holds up no other.

type Waiting = { readonly kind: string; readonly enter: () => void }

export class Slots {
  readonly #most: { readonly all: number; readonly service: number }
  readonly #taken = new Map<string, number>()
  #all = 0
  #waiting: Waiting[] = []

  constructor(most: { readonly all: number; readonly service: number }) {
    this.#most = most
  }

  /** Resolves when there is room; disposing of the answer makes room again. */
  async take(kind: string, signal: AbortSignal): Promise<Disposable> {
    if (!this.#hasRoom(kind)) await this.#wait(kind, signal)
    else this.#enter(kind)
    return { [Symbol.dispose]: () => this.#leave(kind) }
  }

  #hasRoom(kind: string): boolean {
    return this.#all < this.#most.all && (this.#taken.get(kind) ?? 0) < this.#most.service
  }

  #enter(kind: string): void {
    this.#all++
    this.#taken.set(kind, (this.#taken.get(kind) ?? 0) + 1)
  }

  #wait(kind: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting = { kind, enter: resolve }
    this.#waiting.push(waiting)
    const stopped = () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stopped, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', stopped))
  }

  #leave(kind: string): void {
    this.#all--
    const taken = (this.#taken.get(kind) ?? 1) - 1
    if (taken === 0) this.#taken.delete(kind)
    else this.#taken.set(kind, taken)
    const next = this.#waiting.find((one) => this.#hasRoom(one.kind))
    if (next === undefined) return
    this.#waiting = this.#waiting.filter((one) => one !== next)
    this.#enter(next.kind)
    next.enter()
  }
}
