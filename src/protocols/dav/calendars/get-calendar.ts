// GET of an object, and of a calendar as one iCalendar stream of all its objects.

import { exportCalendar } from '../../../store/calendars/export.ts'
import { answerExport } from '../collections/export.ts'
import type { CollectionResource } from '../collections/resource.ts'
import { type Exchange, header } from '../exchange.ts'
import { answerFound, type Found, findContent } from '../methods/get.ts'
import { listing } from '../methods/get-listing.ts'
import type { Content } from '../resource.ts'
import { calendarType } from './properties.ts'
import { zonesAsked } from './timezones.ts'

export const getCalendar = async (exchange: Exchange): Promise<void> => {
  const found = await findContent(exchange)
  const { level, collection } = found.resource as CollectionResource
  if (level === 'item') return answerFound(exchange, await zoned(exchange, found))
  if (collection === undefined) return listing(exchange, found.resource)
  const pieces = () => exportCalendar(exchange.store, collection)
  await answerExport(exchange, found.resource, { contentType: calendarType, extension: '.ics', pieces })
}

/** RFC 7809 §3.1.3: with or without the definitions of standard zones, as the client says. */
const zoned = async ({ request, response, store }: Exchange, found: Found): Promise<Found> => {
  const { content } = found
  response.setHeader('Vary', 'CalDAV-Timezones')
  // What is large leaves as it is stored, to whoever does not ask.
  if (content === undefined || (content.bytes === null && header(request, 'caldav-timezones') === undefined))
    return found
  const stored = content.bytes ?? Buffer.concat(await Array.fromAsync(content.pieces(), (piece) => Buffer.from(piece)))
  const before = Buffer.from(stored.buffer, stored.byteOffset, stored.length).toString()
  const after = zonesAsked(request, store.now())(before)
  return after === before ? found : { ...found, content: contentOf(Buffer.from(after)) }
}

const contentOf = (bytes: Buffer): Content => ({
  size: bytes.length,
  bytes,
  open: (range) => (range ? bytes.subarray(range.start, range.end) : bytes),
  async *pieces(range) {
    yield range ? bytes.subarray(range.start, range.end) : bytes
  },
})
