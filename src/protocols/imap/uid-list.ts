// The messages that a client has been told of: message sequence number n is the n-th UID (RFC 9051 §2.3.1.2).

import type { NumberRange } from './wire/scanner.ts'

export class UidList {
  #uids: Uint32Array
  #length: number

  /** @param uids ascending */
  constructor(uids: Uint32Array) {
    this.#uids = uids
    this.#length = uids.length
  }

  get length(): number {
    return this.#length
  }

  get last(): number {
    return this.at(this.#length) ?? 0
  }

  /** The UID of a message number, from 1. */
  at(number: number): number | undefined {
    return number >= 1 && number <= this.#length ? this.#uids[number - 1] : undefined
  }

  /** How many UIDs are below this one. */
  #below(uid: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#uids[middle] as number) < uid) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The message number of a UID; undefined for one that is not there. */
  numberOf(uid: number): number | undefined {
    const index = this.#below(uid)
    return this.#uids[index] === uid && index < this.#length ? index + 1 : undefined
  }

  /** @param uid above all that are there */
  append(uid: number): void {
    if (this.#length === this.#uids.length) {
      const grown = new Uint32Array(Math.max(64, this.#length * 2))
      grown.set(this.#uids.subarray(0, this.#length))
      this.#uids = grown
    }
    this.#uids[this.#length++] = uid
  }

  remove(number: number): void {
    this.#uids.copyWithin(number - 1, number, this.#length)
    this.#length--
  }

  /** What a set names, as ascending ranges of UIDs that do not overlap, each from a UID that is there to one that is. */
  uidRanges(ranges: readonly NumberRange[], isUid: boolean): NumberRange[] {
    const found: [number, number][] = []
    for (const [from, to] of ranges) {
      const first = isUid ? this.#below(this.#star(from)) + 1 : Math.min(from, this.#length)
      const last = isUid ? this.#below(this.#star(to) + 1) : Math.min(to, this.#length)
      if (first >= 1 && first <= last) found.push([first, last])
    }
    const merged: [number, number][] = []
    for (const [from, to] of found.sort(([a], [b]) => a - b)) {
      const before = merged.at(-1)
      if (before && from <= before[1] + 1) before[1] = Math.max(before[1], to)
      else merged.push([from, to])
    }
    return merged.map(([from, to]) => [this.at(from) as number, this.at(to) as number])
  }

  /** RFC 9051 §9 seq-number: `*` is the last UID that is there. */
  #star(uid: number): number {
    return uid === Number.POSITIVE_INFINITY ? this.last : uid
  }
}
