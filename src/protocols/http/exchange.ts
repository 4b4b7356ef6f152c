// What happens to a request before and after its handler.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { type Context, splitTarget } from './router.ts'

/** Request ids are unique among restarts, and cheap: a random start and a count. */
const idPrefix = randomBytes(5).toString('hex')
let idCount = 0

export class Exchange implements Context {
  readonly path: string
  readonly query: string
  readonly remoteAddress: string
  readonly secure = true
  readonly closing: AbortSignal
  readonly #log: Logger
  #id: string | undefined
  #child: Logger | undefined

  constructor(request: IncomingMessage, remoteAddress: string, log: Logger, closing: AbortSignal) {
    const { path, query } = splitTarget(request.url ?? '/')
    this.path = path
    this.query = query
    this.remoteAddress = remoteAddress
    this.#log = log
    this.closing = closing
  }

  get id(): string {
    this.#id ??= `${idPrefix}-${(++idCount).toString(36)}`
    return this.#id
  }

  get log(): Logger {
    this.#child ??= this.#log.child({ request: this.id })
    return this.#child
  }
}

/** The status for a request that no handler should see, if it is one. */
export const refusal = (request: IncomingMessage, headerCount: number): number | undefined => {
  // RFC 9110 §9.3.8: TRACE would echo credentials.
  if (request.method === 'TRACE') return 405
  const { rawHeaders } = request
  // RFC 6585 §5
  if (rawHeaders.length > 2 * headerCount) return 431
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  // RFC 9112 §3.2: more than one Host is 400; none is refused by the parser.
  return hosts > 1 ? 400 : undefined
}

/** RFC 9110 §9.3.7: `OPTIONS *` is about the server as a whole. */
export const answerServerOptions = (request: IncomingMessage, response: ServerResponse): void => {
  response.statusCode = request.method === 'OPTIONS' ? 204 : 400
  response.end()
}

/**
 * RFC 9110 §10.1.1: 100 (Continue) goes out when the handler first asks for the body, so that who is refused by the
 * headers alone never sends it. Without a 100 the client may or may not send the body: the connection cannot be kept.
 */
export const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  const keep = response.shouldKeepAlive
  response.shouldKeepAlive = false
  const read = request._read
  request._read = (size) => {
    request._read = read
    if (!response.headersSent && !response.destroyed) {
      response.shouldKeepAlive = keep
      response.writeContinue()
    }
    read.call(request, size)
  }
}

/** For requests that are no HTTP; RFC 9112 §2.2 wants an answer and the end. */
const raw = (status: string): string => `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`

export const rawAnswers: Readonly<Record<string, string>> & { readonly otherwise: string } = {
  HPE_HEADER_OVERFLOW: raw('431 Request Header Fields Too Large'),
  ERR_HTTP_REQUEST_TIMEOUT: raw('408 Request Timeout'),
  otherwise: raw('400 Bad Request'),
}

export const logAccess = (
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  began: number,
): void => {
  context.log.debug(
    {
      method: request.method,
      path: context.path,
      status: response.statusCode,
      finished: response.writableFinished,
      address: context.remoteAddress,
      agent: request.headers['user-agent'],
      ms: Date.now() - began,
    },
    'request',
  )
}
