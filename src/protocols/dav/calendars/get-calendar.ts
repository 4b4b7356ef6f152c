// GET of an object, and of a calendar as one iCalendar stream of all its objects.

import { escapeText } from '../../../formats/content-line.ts'
import { CalendarMerger } from '../../../formats/icalendar/merge.ts'
import { calendarPageObjects } from '../../../limits.ts'
import type { Collection } from '../../../store/collections/collections.ts'
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

/** The whole stream (RFC 5545 §3.4), each zone in it once. */
export async function* exportCalendar(
  store: Exchange['store'],
  collection: Collection,
): AsyncGenerator<string | Buffer> {
  yield headOf(collection)
  const merger = new CalendarMerger()
  let after: string | undefined
  for (let more = true; more; ) {
    const items = await store.read((view) =>
      store.collections.itemsWithData(view, collection, { after, limit: calendarPageObjects }),
    )
    for (const item of items) yield Buffer.from(merger.add(await store.collections.read(item)), 'latin1')
    after = items.at(-1)?.name
    more = items.length === calendarPageObjects
  }
  yield 'END:VCALENDAR\r\n'
}

/** RFC 7986 §5.1, §5.2, and what programs read that do not know it. */
const headOf = ({ displayName, description, colour }: Collection): string => {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//twin//calendars//EN', 'CALSCALE:GREGORIAN']
  const say = (names: readonly string[], value: string | null) => {
    if (value !== null) for (const name of names) lines.push(`${name}:${escapeText(value)}`)
  }
  say(['NAME', 'X-WR-CALNAME'], displayName)
  say(['DESCRIPTION', 'X-WR-CALDESC'], description)
  say(['X-APPLE-CALENDAR-COLOR'], colour)
  return `${lines.join('\r\n')}\r\n`
}
