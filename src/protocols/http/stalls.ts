// Who is being waited for? A client that keeps us waiting is closed after a while; a client that waits for us never is.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What the server remembers of a TLS connection. */
export type Connection = {
  readonly address: string
  /** The certificate that the client saw is one that browsers trust. */
  readonly real: boolean
  underway: number
  /** The latest exchange. */
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  /** `bytesRead` when the pace was judged last, or -1. */
  judgedAt: number
}

/** We would read more of the body, and there is none. */
const bodyIsAwaited = (request: IncomingMessage | undefined): boolean =>
  request !== undefined && !request.complete && !request.destroyed && request.readableLength === 0

/** After a time without a byte in either direction: is it the client who should have moved? */
export const clientIsWaitedFor = (socket: Socket, { request, response }: Connection): boolean =>
  bodyIsAwaited(request) || socket.writableLength > 0 || (response?.writableLength ?? 0) > 0

/** Closes a connection whose body drips: it brought less than `paceBytes` since the last look. */
export const judgePace = (socket: Socket, connection: Connection, paceBytes: number): void => {
  const before = connection.judgedAt
  const awaited = bodyIsAwaited(connection.request)
  connection.judgedAt = awaited ? socket.bytesRead : -1
  if (awaited && before !== -1 && socket.bytesRead - before < paceBytes) socket.destroy()
}

/**
 * The answer came before the end of the body. The rest is read and dropped for a while, so that the client gets to
 * see the answer (RFC 9112 §9.6), and then the connection is closed.
 */
export const linger = (request: IncomingMessage, socket: Socket, milliseconds: number): void => {
  const timer = setTimeout(() => socket.destroy(), milliseconds)
  const stop = () => clearTimeout(timer)
  request.once('end', stop)
  socket.once('close', stop)
  // A handler that stopped amid the body has paused it: what is left is read and thrown away, or the next request on
  // the connection would wait behind it.
  request.resume()
}
