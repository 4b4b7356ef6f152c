// DKIM signatures (RFC 6376, RFC 8463), relaxed/relaxed, in one pass over the message: of it only the header is held.
// Every field that a reader trusts is signed once more than it is there ("oversigned"), so that nobody adds another one.

import { createHash, type Hash, type KeyObject, sign } from 'node:crypto'
import { mimeHeaderBytes } from '../../limits.ts'

export type DkimKey = {
  readonly domain: string
  readonly selector: string
  /** RSA or Ed25519. */
  readonly privateKey: KeyObject
}

/** RFC 6376 §5.4.1, and what tells a reader how the rest is to be read. */
const signedFields = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]

/** The DKIM-Signature fields that go before the message, one for each key. Throws for a header beyond `mimeHeaderBytes`. */
export async function signMessage(
  message: AsyncIterable<Uint8Array>,
  keys: readonly DkimKey[],
  now: number,
): Promise<Buffer> {
  const body = new RelaxedBody()
  let header = ''
  let isBody = false
  for await (const chunk of message) {
    if (isBody) {
      body.update(chunk)
      continue
    }
    header += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
    const end = /\r?\n\r?\n/.exec(header)
    if (end === null) {
      if (header.length > mimeHeaderBytes) throw new Error('the header of a message is too long to be signed')
      continue
    }
    body.update(Buffer.from(header.slice(end.index + end[0].length), 'latin1'))
    header = header.slice(0, end.index)
    isBody = true
  }
  const bodyHash = body.digest()
  const fields = relaxedFields(header)
  return Buffer.from(keys.map((key) => signatureField(fields, bodyHash, key, now)).join(''), 'latin1')
}

type RelaxedField = { readonly name: string; readonly text: string }

function signatureField(fields: readonly RelaxedField[], bodyHash: string, key: DkimKey, now: number): string {
  const { domain, selector, privateKey } = key
  const isRsa = privateKey.asymmetricKeyType === 'rsa'
  const names: string[] = []
  let signed = ''
  for (const name of signedFields) {
    // RFC 6376 §5.4.2: the last of several is signed first.
    for (const field of fields.filter((each) => each.name === name).reverse()) {
      names.push(name)
      signed += `${field.text}\r\n`
    }
    names.push(name)
  }
  const start = [
    `DKIM-Signature: v=1; a=${isRsa ? 'rsa' : 'ed25519'}-sha256; c=relaxed/relaxed; d=${domain};`,
    `s=${selector}; t=${Math.floor(now / 1000)}; bh=${bodyHash};`,
    `h=${names.join(':').replace(/(.{1,60}):/g, '$1:\r\n\t ')};`,
    'b=',
  ].join('\r\n\t')
  const data = Buffer.from(signed + relaxed(start), 'latin1')
  // RFC 8463 §3: Ed25519 signs the digest.
  const signature = isRsa
    ? sign('sha256', data, privateKey)
    : sign(null, createHash('sha256').update(data).digest(), privateKey)
  return `${start}${signature.toString('base64').replace(/(.{1,72})/g, '\r\n\t$1')}\r\n`
}

/** RFC 6376 §3.4.2. */
function relaxedFields(header: string): RelaxedField[] {
  return header
    .split(/\r?\n(?![ \t])/)
    .filter((field) => field.includes(':'))
    .map((field) => ({ name: field.slice(0, field.indexOf(':')).trim().toLowerCase(), text: relaxed(field) }))
}

function relaxed(field: string): string {
  const colon = field.indexOf(':')
  const value = field
    .slice(colon + 1)
    .replace(/\r?\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${field.slice(0, colon).trim().toLowerCase()}:${value}`
}

const CR = 13
const LF = 10
const SPACE = 32
const TAB = 9

/** The hash of a body in its relaxed form (RFC 6376 §3.4.4), however it is cut into pieces. */
export class RelaxedBody {
  readonly #hash: Hash = createHash('sha256')
  /** What is told only by what follows: line ends, a run of white space, a CR. */
  #lineEnds = 0
  #isSpace = false
  #isCr = false
  #isEmpty = true

  update(chunk: Uint8Array): void {
    // Each byte may bring a CR before itself and what was put off.
    let out = Buffer.allocUnsafe(2 * chunk.length + 2 * this.#lineEnds + 4)
    let length = 0
    const put = (byte: number): void => {
      if (length + 2 * this.#lineEnds + 4 > out.length)
        out = Buffer.concat([out, Buffer.allocUnsafe(out.length + 2 * this.#lineEnds)])
      for (; this.#lineEnds > 0; this.#lineEnds--) {
        out[length++] = CR
        out[length++] = LF
      }
      if (this.#isSpace) out[length++] = SPACE
      this.#isSpace = false
      out[length++] = byte
      this.#isEmpty = false
    }
    for (const byte of chunk) {
      if (byte === LF) {
        this.#isCr = false
        this.#isSpace = false
        this.#lineEnds++
        continue
      }
      if (this.#isCr) {
        this.#isCr = false
        put(CR)
      }
      if (byte === CR) this.#isCr = true
      else if (byte === SPACE || byte === TAB) this.#isSpace = true
      else put(byte)
    }
    this.#hash.update(out.subarray(0, length))
  }

  /** Base64 of SHA-256. Empty lines at the end do not count; a last line without an end gets one. */
  digest(): string {
    if (!this.#isEmpty) this.#hash.update('\r\n')
    return this.#hash.digest('base64')
  }
}
