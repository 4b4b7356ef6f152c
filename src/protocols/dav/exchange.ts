// One request on its way through the core, with what every method needs to know of it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { Element } from '../../formats/xml/element.ts'
import { parseXml } from '../../formats/xml/parse.ts'
import { xmlBytes } from '../../limits.ts'
import type { Principal } from '../../store/accounts/principal.ts'
import type { Store, View } from '../../store/store.ts'
import type { Context } from '../http/router.ts'
import type { Place, Space } from './resource.ts'

export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly context: Context
  readonly store: Store
  readonly principal: Principal
  readonly spaces: ReadonlyMap<string, Space>
  /** The request's path, decoded. */
  readonly segments: readonly string[]
}

/** The value of a header that may be sent once; several are joined, as RFC 9110 §5.2 says. */
export const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.join(', ')
}

/** Follows a decoded path to its place. @throws DomainError NotFound outside the spaces. */
export const locate = (
  { spaces, principal }: Pick<Exchange, 'spaces' | 'principal'>,
  view: View,
  segments: readonly string[],
): Promise<Place> => {
  const [root, name = '', ...below] = segments
  const space = root === undefined || root === 'dav' ? spaces.get(name) : undefined
  if (space === undefined) throw new DomainError('NotFound', 'Nothing is served there')
  // The one without a name is above the others, and tells by the segments which level is asked for.
  return space.resolve(view, principal, name === '' ? segments : below)
}

/** The place of the request itself. */
export const locateRequest = (exchange: Exchange, view: View): Promise<Place> =>
  locate(exchange, view, exchange.segments)

/** A body as it arrives. Whoever stops reading can still answer: leaving the usual iterator closes the connection. */
export const chunksOf = (request: IncomingMessage): AsyncIterable<Buffer> =>
  request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>

/** A small body, whole. @throws DomainError TooLarge above `limit` bytes. */
export const readBody = async (request: IncomingMessage, limit: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of chunksOf(request)) {
    size += chunk.length
    if (size > limit) throw new DomainError('TooLarge', 'The body is too large')
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/** The body as XML; undefined when there is none. */
export const readXml = async (request: IncomingMessage): Promise<Element | undefined> => {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > xmlBytes) throw new DomainError('TooLarge', 'The body is too large')
  const body = await readBody(request, xmlBytes)
  return body.length === 0 ? undefined : parseXml(body)
}

/** An answer without a body. */
export const answerEmpty = (response: ServerResponse, status: number): void => {
  response.statusCode = status
  if (status !== 204 && status !== 304) response.setHeader('Content-Length', 0)
  response.end()
}

/** An XML document as the whole answer. */
export const answerXml = (response: ServerResponse, status: number, document: string): void => {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/xml; charset=utf-8')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(document))
  response.end(document)
}
