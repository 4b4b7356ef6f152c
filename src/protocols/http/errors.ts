// The one table from domain errors to plain HTTP. Whatever is not a DomainError is a defect or a failing machine:
// it is logged with the request's id, and the answer holds that id and nothing else.

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { DomainError, type ErrorCode } from '../../errors.ts'
import type { Context } from './router.ts'

/** RFC 9110 §15 and, for Locked and the two kinds of no room, RFC 4918 §11. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  PreconditionFailed: 412,
  Locked: 423,
  TooLarge: 413,
  QuotaExceeded: 507,
  DiskFull: 507,
  TooManyRequests: 429,
  TooOld: 410,
  Unsupported: 415,
  Unavailable: 503,
}

/** Sets the headers that a domain error brings with it: the challenge of a 401, the pause of a 429 or 503. */
export const setErrorHeaders = (response: ServerResponse, error: DomainError): void => {
  const { challenge, retryAfter } = error.detail
  if (typeof challenge === 'string') response.setHeader('WWW-Authenticate', challenge)
  if (typeof retryAfter === 'number') response.setHeader('Retry-After', Math.ceil(retryAfter))
}

/** True when the failure is only that the client went away. */
const clientIsGone = (request: IncomingMessage, error: unknown): boolean =>
  request.socket.destroyed && !(error instanceof DomainError)

/** Answers what a handler threw. An answer that has already begun is cut off: the client must not take it for whole. */
export const answerError = (
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
  error: unknown,
): void => {
  if (clientIsGone(request, error)) {
    context.log.debug({ error }, 'the client went away')
    return
  }
  const known = error instanceof DomainError
  if (!known) context.log.error({ err: error, method: request.method, path: context.path }, 'request failed')
  if (response.headersSent) {
    if (!response.writableFinished) response.destroy()
    return
  }
  for (const name of response.getHeaderNames()) {
    if (entityHeaders.has(name)) response.removeHeader(name)
  }
  if (known) setErrorHeaders(response, error)
  const body = known
    ? { error: error.code, message: error.message, ...publicDetail(error) }
    : { error: 'Internal', message: `Something failed inside; the log has it as ${context.id}` }
  answerStatus(request, response, known ? statusOf[error.code] : 500, body)
}

/** RFC 9110 §8: what described the answer that was not given. */
const entityHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
])

const publicDetail = ({ detail }: DomainError): Record<string, unknown> => ({
  ...(typeof detail.field === 'string' && { field: detail.field }),
  ...(typeof detail.retryAfter === 'number' && { retryAfter: Math.ceil(detail.retryAfter) }),
})

/** A short answer in the form that the client reads: JSON for programs that say so, else a line of text. */
export const answerStatus = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: { error: string; message: string } = { error: codeOf(status), message: STATUS_CODES[status] ?? '' },
): void => {
  const json = request.headers.accept?.includes('json') === true || request.url?.startsWith('/api/') === true
  const text = json ? JSON.stringify(body) : `${body.message}\n`
  response.statusCode = status
  response.setHeader('Content-Type', json ? 'application/json' : 'text/plain; charset=utf-8')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(request.method === 'HEAD' ? undefined : text)
}

/** `Method Not Allowed` is named MethodNotAllowed. */
const codeOf = (status: number): string => (STATUS_CODES[status] ?? 'Error').replaceAll(/[^A-Za-z]/g, '')
