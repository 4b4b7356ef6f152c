// VAPID (RFC 8292): by one key of its own the twin shows a push service who it is, so that a device's subscription is
// good for this twin alone. The key is kept for ever: with another one every subscription would be void.

import { createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync, type KeyObject, sign } from 'node:crypto'
import { loadKey } from '../../store/keys.ts'

/** Milliseconds that a token is good for: RFC 8292 §2 allows a day; clocks differ. */
const tokenMilliseconds = 12 * 60 * 60_000

export class Vapid {
  readonly #key: KeyObject
  readonly #contact: string
  readonly #now: () => number
  readonly #tokens = new Map<string, { token: string; until: number }>()
  /** The uncompressed point, base64url: the applicationServerKey of a subscription. */
  readonly publicKey: string

  constructor(key: KeyObject, { contact, now }: { contact: string; now: () => number }) {
    this.#key = key
    this.#contact = contact
    this.#now = now
    const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
    const point = [Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
    this.publicKey = Buffer.concat(point).toString('base64url')
  }

  /** @param contact where the operator of a push service reaches this twin's: an https or mailto URI. */
  static async open(dataDirectory: string, options: { contact: string; now: () => number }): Promise<Vapid> {
    const pem = await loadKey(dataDirectory, 'vapid.pem', () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    })
    return new Vapid(createPrivateKey(pem), options)
  }

  /** A secret that is this twin's for as long as the key is, for names that tell nobody what they stand for. */
  secret(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key.export({ type: 'pkcs8', format: 'der' }), '', purpose, 32))
  }

  /** RFC 8292 §3: the Authorization of a request to this push resource. */
  authorization(endpoint: string): string {
    const { origin } = new URL(endpoint)
    const now = this.#now()
    const known = this.#tokens.get(origin)
    if (known !== undefined && known.until > now) return this.#header(known.token)
    if (this.#tokens.size >= tokensKept) this.#tokens.clear()
    const token = this.#sign({ aud: origin, exp: Math.floor((now + tokenMilliseconds) / 1000), sub: this.#contact })
    this.#tokens.set(origin, { token, until: now + tokenMilliseconds / 2 })
    return this.#header(token)
  }

  #header(token: string): string {
    return `vapid t=${token}, k=${this.publicKey}`
  }

  /** RFC 7515 §3.1 with ES256 (RFC 7518 §3.4). */
  #sign(claims: Readonly<Record<string, string | number>>): string {
    const encoded = [{ typ: 'JWT', alg: 'ES256' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const text = encoded.join('.')
    const signature = sign('sha256', Buffer.from(text), { key: this.#key, dsaEncoding: 'ieee-p1363' })
    return `${text}.${signature.toString('base64url')}`
  }
}

/** Push services that tokens are kept for; a family has a handful. */
const tokensKept = 1000
