// Everybody waits behind the body that runs. On SQLite its queries answer within this turn of the event
// loop, so a body still pending at the next setImmediate awaits something else, and is refused.
// On PostgreSQL it gets a time instead.

export class StalledBody extends Error {
  constructor() {
    super('the body awaited something other than its own queries')
  }
}

export class StallGuard {
  readonly #milliseconds: number | undefined
  #refuse: ((error: Error) => void) | undefined
  #immediate: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined

  /** Without `milliseconds` a body has until the next setImmediate. */
  constructor(milliseconds?: number) {
    this.#milliseconds = milliseconds
    this.#arm()
  }

  /** Settles as `work` does, or is refused when `work` stalls. One at a time. */
  run<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#refuse = reject
      work.then(resolve, reject)
    })
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#immediate)
    clearTimeout(this.#timer)
  }

  #arm(): void {
    const stalled = () => {
      this.#refuse?.(new StalledBody())
      this.#arm()
    }
    if (this.#milliseconds === undefined) this.#immediate = setImmediate(stalled)
    else this.#timer = setTimeout(stalled, this.#milliseconds)
  }
}
