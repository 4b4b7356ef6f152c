// GET and HEAD (RFC 9110 §9.3), with ranges and conditions. Content always leaves with its length, in large pieces,
// and waits while the client does not read.

import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type HeaderList, setAll, userContentHeaders } from '../../http/headers.ts'
import { checkConditions, rangeMayBeUsed } from '../conditional.ts'
import { refusal } from '../errors.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../exchange.ts'
import { requireIf } from '../guard.ts'
import { writeAll, writeWhole } from '../multistatus-stream.ts'
import type { Content, Resource } from '../resource.ts'
import { httpDate } from '../wire/dates.ts'
import { type ByteRange, parseRange } from '../wire/range.ts'
import { listing } from './get-listing.ts'
import { requireAllowed, requireResource } from './require.ts'

export const get = async (exchange: Exchange): Promise<void> => {
  const found = await findContent(exchange)
  if (found.resource.isCollection) return listing(exchange, found.resource)
  await answerFound(exchange, found)
}

export type Found = {
  readonly resource: Resource
  readonly content: Content | undefined
  /** The client has it already. */
  readonly fresh: boolean
}

/** What is asked for, when everything that must hold does. */
export const findContent = (exchange: Exchange): Promise<Found> =>
  exchange.store.read(async (view) => {
    const place = await locateRequest(exchange, view)
    const resource = requireResource(place)
    requireAllowed(resource, 'GET')
    if (resource.isCollection) return { resource, content: undefined, fresh: false }
    await requireIf(exchange, view, place)
    const fresh = checkConditions(exchange.request, resource) === 'not-modified'
    return { resource, content: fresh ? undefined : await resource.space.content?.(view, resource), fresh }
  })

export const answerFound = async (exchange: Exchange, { resource, content, fresh }: Found): Promise<void> => {
  const { response } = exchange
  if (fresh) {
    setAll(response, validators(resource))
    return answerEmpty(response, 304)
  }
  if (content === undefined) return requireAllowed(resource, 'a content')
  await answerContent(exchange, resource, content)
}

const validators = ({ etag, modifiedAt, scheduleTag }: Resource): string[] => {
  // Asked again each time, and answered 304: a shared cache keeps nothing of a person's.
  const headers = ['Cache-Control', 'private, no-cache']
  if (etag !== undefined) headers.push('ETag', `"${etag}"`)
  if (scheduleTag !== undefined) headers.push('Schedule-Tag', `"${scheduleTag}"`) // RFC 6638 §8.2
  if (modifiedAt !== undefined) headers.push('Last-Modified', httpDate(modifiedAt))
  return headers
}

const answerContent = async (exchange: Exchange, resource: Resource, content: Content): Promise<void> => {
  const { request, response } = exchange
  const type = resource.contentType ?? 'application/octet-stream'
  const headers = [...validators(resource), ...userContentHeaders(type, resource.name), 'Accept-Ranges', 'bytes']
  const asked = header(request, 'range')
  // RFC 9110 §14.2: Range is for GET alone.
  const ranges =
    asked === undefined || request.method !== 'GET' || !rangeMayBeUsed(request, resource)
      ? undefined
      : parseRange(asked, content.size)
  if (ranges === undefined) return answerWhole(exchange, content, headers)
  setAll(response, headers)
  const [only] = ranges
  if (only === undefined) {
    response.setHeader('Content-Range', `bytes */${content.size}`)
    throw refusal('range-not-satisfiable', 'No such bytes')
  }
  response.statusCode = 206
  if (ranges.length > 1) return answerRanges(response, content, ranges, type)
  response.setHeader('Content-Range', contentRange(only, content.size))
  response.setHeader('Content-Length', only.end - only.start)
  await finish(response, content, only)
}

const answerWhole = async ({ request, response }: Exchange, content: Content, headers: HeaderList): Promise<void> => {
  const all = [...headers, 'Content-Length', String(content.size)]
  // What is in a file may turn out to be missing, and then the answer is another.
  if (content.bytes !== null) response.writeHead(200, all)
  else setAll(response, all)
  if (request.method === 'HEAD') response.end()
  else await finish(response, content)
}

const contentRange = ({ start, end }: ByteRange, size: number): string => `bytes ${start}-${end - 1}/${size}`

const finish = async (response: ServerResponse, content: Content, range?: ByteRange): Promise<void> => {
  if (content.bytes !== null && range === undefined) response.end(content.bytes)
  else {
    await send(response, content, range)
    response.end()
  }
}

const send = async (response: ServerResponse, { bytes, pieces }: Content, range?: ByteRange): Promise<void> => {
  if (bytes !== null) return writeAll(response, range ? bytes.subarray(range.start, range.end) : bytes)
  for await (const piece of pieces(range)) await writeWhole(response, piece)
}

/** RFC 9110 §14.6: multipart/byteranges. */
const answerRanges = async (
  response: ServerResponse,
  content: Content,
  ranges: readonly ByteRange[],
  type: string,
): Promise<void> => {
  const boundary = randomBytes(16).toString('hex')
  const heads = ranges.map(
    (range) =>
      `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, content.size)}\r\n\r\n`,
  )
  const tail = `\r\n--${boundary}--\r\n`
  let length = Buffer.byteLength(tail)
  for (const [index, range] of ranges.entries())
    length += Buffer.byteLength(heads[index] ?? '') + range.end - range.start
  response.setHeader('Content-Type', `multipart/byteranges; boundary=${boundary}`)
  response.setHeader('Content-Length', length)
  for (const [index, range] of ranges.entries()) {
    await writeAll(response, heads[index] ?? '')
    await send(response, content, range)
  }
  response.end(tail)
}
