// The arithmetic of an upload of many files: how far it is, how fast, how long still. Pure: the clock is an argument.

export type Progress = {
  readonly fraction: number
  readonly bytesPerSecond: number
  readonly secondsLeft: number | undefined
}

export class Batch {
  readonly total: number
  readonly count: number
  readonly #began: number
  readonly #sent = new Map<object, number>()
  #bytes = 0
  finished = 0

  constructor(sizes: readonly number[], now: number) {
    this.count = sizes.length
    this.total = sizes.reduce((sum, size) => sum + size, 0)
    this.#began = now
  }

  /** Bytes of one file that are on their way; a file that begins again begins at 0. */
  sent(file: object, bytes: number): void {
    this.#bytes += bytes - (this.#sent.get(file) ?? 0)
    this.#sent.set(file, bytes)
  }

  progress(now: number): Progress {
    const seconds = (now - this.#began) / 1000
    const bytesPerSecond = seconds > 0 ? this.#bytes / seconds : 0
    const byCount = this.finished / this.count
    const byBytes = this.total === 0 ? byCount : Math.min(1, this.#bytes / this.total)
    // Of many small files their number takes longer than their bytes: both count. Whole is only what is done.
    const fraction = byCount === 1 ? 1 : Math.min(this.count > 1 ? (byBytes + byCount) / 2 : byBytes, 0.999)
    const secondsLeft = seconds > 2 && fraction > 0.01 ? (seconds / fraction) * (1 - fraction) : undefined
    return { fraction, bytesPerSecond, secondsLeft }
  }
}
