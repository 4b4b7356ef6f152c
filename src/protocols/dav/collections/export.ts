// GET of a calendar or an address book: one file of all that is in it, as it is read, so that no more than a page of it
// is in memory. Its entity tag is that of the collection's state: who asks again is answered 304.

import { setAll, userContentHeaders } from '../../http/headers.ts'
import { answerEmpty, type Exchange, header } from '../exchange.ts'
import { writeAll } from '../multistatus-stream.ts'
import type { Resource } from '../resource.ts'
import { matchesWeakly, parseEntityTags } from '../wire/entity-tag.ts'
import type { CollectionResource } from './resource.ts'

export type Export = {
  readonly contentType: string
  /** With its dot. */
  readonly extension: string
  /** What distinguishes this form of the file from others. */
  readonly form?: string
  pieces(): AsyncIterable<string | Buffer>
}

export const answerExport = async (
  exchange: Exchange,
  resource: Resource,
  { contentType, extension, form = '', pieces }: Export,
): Promise<void> => {
  const { request, response, store } = exchange
  const { collection, name, id } = resource as CollectionResource
  // What is made up from other things, as the book of accounts, has no state to name.
  const etag = collection && id !== 0 ? store.collections.token(collection) + form : undefined
  if (etag !== undefined) response.setHeader('ETag', `W/"${etag}"`) // RFC 9110 §8.8.1: it is the same, though not by its bytes
  response.setHeader('Cache-Control', 'private, no-cache')
  if (etag !== undefined && isFresh(header(request, 'if-none-match'), etag)) return answerEmpty(response, 304)
  setAll(response, userContentHeaders(contentType, `${collection?.displayName ?? name}${extension}`))
  response.statusCode = 200
  if (request.method !== 'HEAD') for await (const piece of pieces()) await writeAll(response, piece)
  response.end()
}

const isFresh = (ifNoneMatch: string | undefined, etag: string): boolean => {
  const tags = ifNoneMatch === undefined ? [] : parseEntityTags(ifNoneMatch)
  return tags === '*' || tags.some((tag) => matchesWeakly(tag, etag))
}
