// Just enough of a ClientHello (RFC 8446 §4.1.2) to see the server name and the protocols that it offers. Pure; what
// is malformed is undefined, and the TLS library gets to say so.

export type ClientHello = { readonly serverName: string | undefined; readonly protocols: readonly string[] }

/** Reads length-prefixed vectors; throws RangeError past the end. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size)
    this.#at += size
    return value
  }

  bytes(size: number): Buffer {
    if (this.#at + size > this.#bytes.length) throw new RangeError('past the end')
    const part = this.#bytes.subarray(this.#at, this.#at + size)
    this.#at += size
    return part
  }

  /** A vector whose length takes `size` bytes. */
  vector(size: number): Reader {
    return new Reader(this.bytes(this.number(size)))
  }

  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#at)
  }
}

/** The handshake message out of its records (RFC 8446 §5.1), or how it stands: more bytes are needed, or it is none. */
const handshakeOf = (bytes: Buffer): Buffer | 'more' | undefined => {
  const fragments: Buffer[] = []
  let at = 0
  for (;;) {
    if (at < bytes.length && bytes[at] !== 22) return undefined
    if (at + 5 > bytes.length) return 'more'
    const size = bytes.readUInt16BE(at + 3)
    if (at + 5 + size > bytes.length) return 'more'
    fragments.push(bytes.subarray(at + 5, at + 5 + size))
    at += 5 + size
    const message = Buffer.concat(fragments)
    if (message.length >= 4 && message[0] !== 1) return undefined
    if (message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)) return message
  }
}

/** `'more'` while the message is not whole. */
export const parseClientHello = (bytes: Buffer): ClientHello | 'more' | undefined => {
  const message = handshakeOf(bytes)
  if (message === undefined || message === 'more') return message
  try {
    const hello = new Reader(message)
    hello.number(1)
    const body = hello.vector(3)
    body.bytes(2 + 32)
    body.vector(1)
    body.vector(2)
    body.vector(1)
    let serverName: string | undefined
    const protocols: string[] = []
    const extensions = body.vector(2)
    while (!extensions.done) {
      const type = extensions.number(2)
      const data = extensions.vector(2)
      // RFC 6066 §3: a list of names, of which host_name (0) is the only kind.
      if (type === 0) {
        const names = data.vector(2)
        if (names.number(1) === 0) serverName = names.vector(2).rest().toString('latin1').toLowerCase()
      }
      // RFC 7301 §3.1
      if (type === 16) {
        const list = data.vector(2)
        while (!list.done) protocols.push(list.vector(1).rest().toString('latin1'))
      }
    }
    return { serverName, protocols }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
