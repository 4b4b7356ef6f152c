// The twin's one HTTPS server: node:https behind listeners of our own, which count every socket before TLS begins.
// Every wait for a client has an end; the wait for our own handlers has none.
// No answer leaves without the headers of headers.ts, and nothing that a handler throws reaches the client raw.

import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createListener, type Server as Listener, type Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { httpBounds } from '../../limits.ts'
import type { Metrics } from '../../metrics.ts'
import { Answer } from './answer.ts'
import { Connections } from './connections.ts'
import { answerError, answerStatus } from './errors.ts'
import { answerServerOptions, continueWhenRead, Exchange, logAccess, rawAnswers, refusal } from './exchange.ts'
import { baseHeaders } from './headers.ts'
import { createRouter, type Mount } from './router.ts'
import { type Connection, clientIsWaitedFor, judgePace, linger } from './stalls.ts'

/** Where the server gets its certificates; `tls/certificates.ts` makes one that changes under a running server. */
export type TlsSource = {
  /** For a client that names no server, or one that is not known. Called again after each change. */
  fallback(): { readonly key: string; readonly cert: string }
  choose(servername: string): SecureContext | undefined
  /** True when browsers trust the certificate of this name without being told to: only then HSTS is no trap. */
  isReal(servername: string): boolean
  onChange(listener: () => void): void
  /** Takes a connection before TLS begins and says true, or leaves it alone. RFC 8737 needs that. */
  intercept?(socket: Socket, proceed: (socket: Socket) => void): boolean
}

export type HttpServerOptions = {
  readonly mounts: readonly Mount[]
  readonly tls: TlsSource
  readonly log: Logger
  readonly metrics: Metrics
  readonly bounds?: Partial<{ [key in keyof typeof httpBounds]: number }>
}

export type HttpServer = {
  /** Resolves with the port; called once an address (0 picks a free port). */
  listen(port: number, host: string): Promise<number>
  /** The port of the first listener. */
  readonly port: number
  /** Ends idle connections now, the others when they are done or time is up. */
  close(): Promise<void>
}

/** RFC 9325 §4.2: forward secrecy and AEAD; no order of ours, a phone without AES hardware knows better. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

const ignore = (): void => undefined

export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const { tls, log, metrics } = options
  const bounds = { ...httpBounds, ...options.bounds }
  const server = createServer<typeof IncomingMessage, typeof Answer>({
    ServerResponse: Answer,
    ...tls.fallback(),
    SNICallback: (name, done) => done(null, tls.choose(name)),
    minVersion: 'TLSv1.2',
    ciphers,
    honorCipherOrder: false,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: bounds.handshakeMilliseconds,
    maxHeaderSize: bounds.headerBytes,
    headersTimeout: bounds.headersMilliseconds,
    // A body may take hours; its pace is judged instead.
    requestTimeout: 0,
    keepAliveTimeout: bounds.idleMilliseconds,
    connectionsCheckingInterval: Math.min(5_000, bounds.headersMilliseconds),
  })
  // One more than allowed, so that the excess is seen.
  server.maxHeadersCount = bounds.headerCount + 1
  tls.onChange(() =>
    server.setSecureContext({ ...tls.fallback(), minVersion: 'TLSv1.2', ciphers, honorCipherOrder: false }),
  )

  const connections = new Connections(bounds)
  const known = new Map<Socket, Connection>()
  const find = createRouter(options.mounts)
  const counted = countRequests(metrics, connections)
  let closing: Promise<void> | undefined

  server.on('secureConnection', (socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    const real = typeof socket.servername === 'string' && tls.isReal(socket.servername)
    known.set(socket, { address, real, underway: 0, request: undefined, response: undefined, judgedAt: -1 })
    connections.secured(socket)
    // With a listener, node reads through the stream, which can be paused. Without one TLS hands all that it has straight
    // to the parser: a large body on the heels of a large answer then finds it paused, and the connection is lost.
    socket.on('data', ignore)
    socket.once('close', () => {
      known.delete(socket)
      connections.busy(socket)
    })
  })

  const stop = new AbortController()
  // Each stream that is open listens; there may be many.
  setMaxListeners(0, stop.signal)

  const exchange = async (request: IncomingMessage, response: Answer): Promise<void> => {
    const { socket } = request
    const connection = known.get(socket)
    if (connection === undefined || connection.underway >= bounds.pipelined) {
      socket.destroy()
      return
    }
    connection.underway++
    connection.request = request
    connection.response = response
    connection.judgedAt = -1
    connections.busy(socket)
    const began = Date.now()
    const context = new Exchange(request, connection.address, log, stop.signal)
    response.on('close', () => {
      connection.underway--
      if (connection.underway === 0) connections.idle(socket)
      counted(request, response, began)
      if (log.isLevelEnabled('debug')) logAccess(request, response, context, began)
      if (!request.complete && !socket.destroyed) linger(request, socket, bounds.lingerMilliseconds)
      else if (closing !== undefined && connection.underway === 0) socket.destroySoon()
    })
    // Without a listener, a handler that writes after its end would take the whole twin down.
    response.on('error', (error) => answerError(request, response, context, error))
    response.base = baseHeaders(connection.real)
    if (closing !== undefined) response.shouldKeepAlive = false
    try {
      const refused = refusal(request, bounds.headerCount)
      if (refused !== undefined) return answerStatus(request, response, refused)
      if (context.path === '*') return answerServerOptions(request, response)
      const mount = find(request.method ?? '', context.path)
      if (mount === undefined) return answerStatus(request, response, 404)
      await mount.handle(request, response, context)
    } catch (error) {
      answerError(request, response, context, error)
    }
  }

  server.on('request', exchange)
  server.on('checkContinue', (request, response) => {
    continueWhenRead(request, response)
    void exchange(request, response)
  })
  server.on('timeout', (socket) => {
    const connection = known.get(socket)
    if (connection === undefined || connection.underway === 0 || clientIsWaitedFor(socket, connection)) socket.destroy()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // RFC 9112 §9.3: an answer amid another one would be taken for a part of it.
    const midway = !(socket instanceof TLSSocket) || (known.get(socket)?.underway ?? 1) > 0
    if (midway || !socket.writable) socket.destroy()
    else socket.end(rawAnswers[error.code ?? ''] ?? rawAnswers.otherwise)
  })
  server.on('tlsClientError', (error, socket) => {
    log.debug({ error: error.message, address: socket.remoteAddress }, 'TLS handshake failed')
    socket.destroy()
  })

  const pace = setInterval(() => {
    for (const [socket, connection] of known) {
      if (connection.underway === 0) continue
      // Only requests that last get a timer of their own; node takes it off again at the next one.
      if (socket.timeout !== bounds.stallMilliseconds) socket.setTimeout(bounds.stallMilliseconds)
      judgePace(socket, connection, bounds.paceBytes)
    }
  }, bounds.paceWindowMilliseconds)
  pace.unref()

  const listeners: Listener[] = []
  const accept = (socket: Socket): void => {
    if (!connections.admit(socket)) return
    socket.on('error', () => undefined)
    const proceed = (ready: Socket) => void server.emit('connection', ready)
    if (tls.intercept?.(socket, proceed) !== true) proceed(socket)
  }

  const drain = async (): Promise<void> => {
    clearInterval(pace)
    stop.abort()
    const closed = listeners.map((listener) => new Promise((resolve) => listener.close(resolve)))
    for (const { response } of known.values()) if (response?.headersSent === false) response.shouldKeepAlive = false
    const forced = setTimeout(() => {
      for (const socket of known.keys()) socket.destroy()
    }, bounds.drainMilliseconds)
    connections.destroyIdle()
    await Promise.all(closed)
    clearTimeout(forced)
    server.close()
  }

  return {
    async listen(port, host) {
      const listener = createListener(
        { noDelay: true, keepAlive: true, keepAliveInitialDelay: bounds.idleMilliseconds },
        accept,
      )
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject)
        listener.listen({ port, host, backlog: 1024 }, resolve)
      })
      listener.on('error', (error) => log.error({ err: error }, 'listening failed'))
      // node:http begins to check its deadlines when it hears this; our listeners do the listening for it.
      if (listeners.push(listener) === 1) server.emit('listening')
      return portOf(listener)
    },
    get port() {
      return portOf(listeners[0])
    },
    close() {
      closing ??= drain()
      return closing
    },
  }
}

const portOf = (listener: Listener | undefined): number => (listener?.address() as AddressInfo | null)?.port ?? 0

/** Methods that are counted by name; the rest is one line, because a stranger may invent any number of them. */
const methods = new Set(
  'GET HEAD POST PUT DELETE OPTIONS PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT'.split(' '),
)

const countRequests = (metrics: Metrics, connections: Connections) => {
  const requests = metrics.counter('twin_http_requests_total', 'Requests answered', ['method', 'status'])
  const seconds = metrics.histogram(
    'twin_http_request_seconds',
    'Time to answer a request',
    [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
  )
  metrics.gauge('twin_http_connections', 'Open connections', () => connections.size)
  metrics.gauges('twin_http_connections_refused', 'Connections turned away', 'why', () =>
    Object.entries(connections.refused),
  )
  return (request: IncomingMessage, response: ServerResponse, began: number): void => {
    const method = request.method ?? ''
    // 499 is what log readers know for a client that left before its answer.
    const status = response.writableFinished ? String(response.statusCode) : '499'
    requests.add(1, methods.has(method) ? method : 'other', status)
    seconds.observe((Date.now() - began) / 1000)
  }
}
