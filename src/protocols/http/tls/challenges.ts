// What an ACME authority looks at to see that a name is ours: a file over plain HTTP, or a certificate in a TLS
// handshake of its own protocol. Both are answered only while an order is under way.

import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext } from 'node:tls'
import { clientHelloBytes, httpBounds } from '../../../limits.ts'
import { parseClientHello } from './client-hello.ts'

/** RFC 8737 §3 */
const acmeTls = 'acme-tls/1'

export class Challenges {
  readonly #files = new Map<string, string>()
  readonly #certificates = new Map<string, SecureContext>()
  readonly #handshakes = createServer(
    {
      ALPNProtocols: [acmeTls],
      SNICallback: (name, done) => {
        const context = this.#certificates.get(name.toLowerCase())
        if (context === undefined) done(new Error(`No challenge for ${name}`))
        else done(null, context)
      },
      handshakeTimeout: httpBounds.handshakeMilliseconds,
    },
    // RFC 8737 §3: nothing is said over this connection, the handshake was all.
    (socket) => socket.end(),
  ).on('tlsClientError', (_error, socket) => void socket.destroy())

  /** RFC 8555 §8.3: the key authorization, to be found at /.well-known/acme-challenge/<token>. */
  putFile(token: string, keyAuthorization: string): void {
    this.#files.set(token, keyAuthorization)
  }

  file(token: string): string | undefined {
    return this.#files.get(token)
  }

  putCertificate(name: string, key: string | Buffer, cert: string | Buffer): void {
    this.#certificates.set(name.toLowerCase(), createSecureContext({ key, cert }))
  }

  clear(): void {
    this.#files.clear()
    this.#certificates.clear()
  }

  /**
   * While certificates are wanted, looks at what a connection offers and keeps those of the authority; the others go
   * on to `proceed` untouched. False when nothing is wanted: then nothing was done.
   */
  intercept(socket: Socket, proceed: (socket: Socket) => void): boolean {
    if (this.#certificates.size === 0) return false
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => socket.destroy(), httpBounds.handshakeMilliseconds)
    const look = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        chunks.push(chunk)
        size += chunk.length
      }
      const bytes = Buffer.concat(chunks)
      const hello = parseClientHello(bytes)
      if (hello === 'more' && size < clientHelloBytes && !socket.readableEnded) return
      stop()
      socket.unshift(bytes)
      const isChallenge = typeof hello === 'object' && hello.protocols.includes(acmeTls)
      if (isChallenge) this.#handshakes.emit('connection', socket)
      else proceed(socket)
    }
    const stop = () => {
      clearTimeout(timer)
      socket.off('readable', look)
      socket.off('close', stop)
    }
    socket.on('readable', look)
    socket.once('close', stop)
    return true
  }
}
