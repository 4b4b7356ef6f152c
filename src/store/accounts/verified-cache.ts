// Credentials that were verified minutes ago, by a keyed hash of what was presented: Basic authentication repeats the
// password with every request, and argon2 is meant to be slow.
// Any change of any credential empties it before the change is acknowledged (the store's watchers run first), and what was
// being verified meanwhile is not remembered: `generation` tells.
import { hash, randomBytes } from 'node:crypto'
import { verifiedEntries, verifiedMilliseconds } from '../../limits.ts'

type Entry<T> = { value: T; expiresAt: number }

export class VerifiedCache<T> {
  readonly #secret = randomBytes(32).toString('hex')
  readonly #entries = new Map<string, Entry<T>>()
  readonly #most: number
  #generation = 0

  constructor(most: number = verifiedEntries) {
    this.#most = most
  }

  get generation(): number {
    return this.#generation
  }

  get size(): number {
    return this.#entries.size
  }

  /** The key of what was presented. The parts may hold anything but NUL. */
  key(...parts: string[]): string {
    // Every request pays for this: an HMAC from a Buffer costs 10 µs, this 0.5. Nobody sees the hash, so its length
    // extension is of no use to anybody.
    return hash('sha256', this.#secret + parts.join('\0'), 'base64')
  }

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key)
    if (entry && entry.expiresAt > now) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  /** Remembers `value`, at most until `until`, unless a credential changed after `generation` was read. */
  remember(
    key: string,
    value: T,
    { generation, now, until }: { generation: number; now: number; until?: number },
  ): void {
    if (generation !== this.#generation) return
    this.#entries.delete(key)
    this.#entries.set(key, {
      value,
      expiresAt: Math.min(now + verifiedMilliseconds, until ?? Number.POSITIVE_INFINITY),
    })
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value as string)
  }

  forgetAll(): void {
    this.#generation++
    this.#entries.clear()
  }
}
