// Random tokens: app passwords, sessions, one-time links. The database holds an HMAC of each, found by its index;
// the key is outside the database, so that a stolen copy of it opens nothing.
import { createHmac, randomBytes, randomInt } from 'node:crypto'

export type TokenKind = 'app-password' | 'session' | 'link'

export class Tokens {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  /** What the database finds the token by. A token of one kind is never found as another. */
  lookup(kind: TokenKind, token: string): Buffer {
    return createHmac('sha256', this.#key).update(`${kind}\0${token}`).digest()
  }
}

/** 128 random bits for an address: a guess is hopeless at any rate. */
export const newLinkToken = (): string => randomBytes(16).toString('base64url')

/** 256 random bits for a cookie. */
export const newSessionToken = (): string => randomBytes(32).toString('base64url')

/** Crockford's base 32 in lower case: nothing that looks like something else. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz'

/** 26 letters and digits (130 random bits), in groups that a person can type from another screen. */
export function newAppPassword(): string {
  const text = Array.from({ length: 26 }, () => letters[randomInt(letters.length)]).join('')
  return [text.slice(0, 6), text.slice(6, 11), text.slice(11, 16), text.slice(16, 21), text.slice(21)].join('-')
}

/** The letters of what may be an app password as it was typed; undefined when it cannot be one. */
export function foldAppPassword(typed: string): string | undefined {
  const folded = typed.toLowerCase().replaceAll(/[\s-]/g, '')
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(folded) ? folded : undefined
}
