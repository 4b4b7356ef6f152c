// Listens for IMAP: with TLS from the first byte (RFC 8314), and on another port with STARTTLS.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { httpBounds, imapConnectionsPerAddress } from '../../limits.ts'
import type { Store } from '../../store/store.ts'
import type { TlsSource } from '../http/server.ts'
import { serveConnection } from './connection.ts'

export type ImapServerOptions = {
  readonly store: Store
  readonly tls: TlsSource
  readonly log: Logger
  /** TLS from the first byte. */
  readonly isImplicit: boolean
}

export type ImapServer = {
  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number>
  /** Sends everybody away, and resolves when they are gone. */
  close(): Promise<void>
}

export function createImapServer({ store, tls, log, isImplicit }: ImapServerOptions): ImapServer {
  const sockets = new Map<Socket, Promise<void>>()
  let context = createSecureContext({ ...tls.fallback(), minVersion: 'TLSv1.2' })
  tls.onChange(() => {
    context = createSecureContext({ ...tls.fallback(), minVersion: 'TLSv1.2' })
  })

  /** Data that came in the clear before TLS are not taken for what came after it (CVE-2011-0411). */
  const secure = (socket: Socket): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const secured = new TLSSocket(socket, {
        isServer: true,
        secureContext: context,
        SNICallback: (name: string, done: (error: null, context?: SecureContext) => void) =>
          done(null, tls.choose(name)),
      })
      secured.setTimeout(httpBounds.handshakeMilliseconds, () => secured.destroy())
      secured.once('secure', () => resolve(secured)).once('close', () => reject(new Error('TLS did not begin')))
      secured.on('error', () => secured.destroy())
    })

  const serve = async (socket: Socket): Promise<void> => {
    socket.on('error', () => socket.destroy()).on('timeout', () => socket.destroy())
    const client = isImplicit ? await secure(socket) : socket
    await serveConnection(client, { store, log, isSecure: isImplicit, secure })
  }

  const server: Server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    const address = socket.remoteAddress
    const same = [...sockets.keys()].filter((one) => one.remoteAddress === address).length
    if (same >= imapConnectionsPerAddress) {
      socket.destroy()
      return
    }
    const served = serve(socket)
      .catch((error) => log.debug({ err: error }, 'an IMAP connection ended'))
      .finally(() => {
        sockets.delete(socket)
        socket.destroySoon()
      })
    sockets.set(socket, served)
  })

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host === '' ? '::' : host, () => {
          server.off('error', reject)
          resolve((server.address() as AddressInfo).port)
        })
      }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets.keys()) socket.destroy()
      await Promise.allSettled(sockets.values())
      await closed
    },
  }
}
