// How many may do something at a time: in all, and of each kind that one of them is. Who waits for a kind that is full
// holds up no other.

/** What somebody is one of, and how many of those there may be at a time. */
export type Kind = { readonly name: string; readonly most: number }

type Waiting = { readonly kinds: readonly Kind[]; readonly enter: () => void }

export class Slots {
  readonly #most: number
  readonly #taken = new Map<string, number>()
  #all = 0
  #waiting: Waiting[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Resolves when there is room; disposing of the answer makes room again. */
  async take(kinds: readonly Kind[], signal: AbortSignal): Promise<Disposable> {
    if (this.#hasRoom(kinds)) this.#enter(kinds)
    else await this.#wait(kinds, signal)
    return { [Symbol.dispose]: () => this.#leave(kinds) }
  }

  #hasRoom(kinds: readonly Kind[]): boolean {
    return this.#all < this.#most && kinds.every(({ name, most }) => (this.#taken.get(name) ?? 0) < most)
  }

  #enter(kinds: readonly Kind[]): void {
    this.#all++
    for (const { name } of kinds) this.#taken.set(name, (this.#taken.get(name) ?? 0) + 1)
  }

  #wait(kinds: readonly Kind[], signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting = { kinds, enter: resolve }
    this.#waiting.push(waiting)
    const stopped = () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stopped, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', stopped))
  }

  #leave(kinds: readonly Kind[]): void {
    this.#all--
    for (const { name } of kinds) {
      const taken = (this.#taken.get(name) ?? 1) - 1
      if (taken === 0) this.#taken.delete(name)
      else this.#taken.set(name, taken)
    }
    const next = this.#waiting.find((one) => this.#hasRoom(one.kinds))
    if (next === undefined) return
    this.#waiting = this.#waiting.filter((one) => one !== next)
    this.#enter(next.kinds)
    next.enter()
  }
}
