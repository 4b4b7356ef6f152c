// Signs what members send, with the twin's keys, and tells the DNS records by which others check that.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type DkimKey, signMessage } from '../../formats/mime/dkim.ts'
import { loadKey } from '../../store/keys.ts'

/** RSA for everybody; Ed25519 for those who know it (RFC 8463), in a hundredth of the record. */
const kinds = [
  { selector: 'twin-rsa', file: 'dkim-rsa.pem', make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }) },
  { selector: 'twin-ed25519', file: 'dkim-ed25519.pem', make: () => generateKeyPairSync('ed25519') },
] as const

export class MailSigner {
  readonly #keys: readonly DkimKey[]
  readonly #now: () => number

  constructor(keys: readonly DkimKey[], now: () => number) {
    this.#keys = keys
    this.#now = now
  }

  static async open(
    dataDirectory: string,
    { domain, now }: { domain: string; now: () => number },
  ): Promise<MailSigner> {
    const keys = await Promise.all(
      kinds.map(async ({ selector, file, make }) => {
        const pem = await loadKey(dataDirectory, file, () =>
          Buffer.from(make().privateKey.export({ type: 'pkcs8', format: 'pem' })),
        )
        return { domain, selector, privateKey: createPrivateKey(pem) }
      }),
    )
    return new MailSigner(keys, now)
  }

  /** The lines that go before the message. */
  sign(message: AsyncIterable<Uint8Array>): Promise<Buffer> {
    return signMessage(message, this.#keys, this.#now())
  }

  /** Names and texts for the zone (RFC 6376 §3.6.1). */
  records(): { readonly name: string; readonly value: string }[] {
    return this.#keys.map(({ domain, selector, privateKey }) => ({
      name: `${selector}._domainkey.${domain}`,
      value: recordOf(privateKey),
    }))
  }
}

function recordOf(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const isRsa = privateKey.asymmetricKeyType === 'rsa'
  // RFC 8463 §4: the bare key, which is the end of its SPKI.
  return `v=DKIM1; k=${isRsa ? 'rsa' : 'ed25519'}; p=${(isRsa ? spki : spki.subarray(-32)).toString('base64')}`
}
