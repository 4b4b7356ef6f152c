// POST to a calendar. One object becomes a new member (RFC 5995), byte for byte. A file of several, or one that is sent
// with `?existing=`, is imported: cut into objects, each of which is stored by itself (docs/calendars.md).

import { Readable } from 'node:stream'
import { DomainError, isDomainError } from '../../../errors.ts'
import { CalendarSplitter, type SplitObject } from '../../../formats/icalendar/split.ts'
import { calendarStreamBytes, calendarStreamsAtOnce, largestCalendarObject } from '../../../limits.ts'
import { type Entry, existingAsked, importEntries, requireFillable } from '../collections/import.ts'
import { chunksOf, type Exchange, header, locateRequest } from '../exchange.ts'
import { answerWritten } from '../methods/place-content.ts'
import { addMember } from '../methods/post.ts'
import { admitObject } from './examine.ts'

let underWay = 0

export const importObjects = async (exchange: Exchange): Promise<void> => {
  const { store } = exchange
  await store.read(async (view) => requireFillable(await locateRequest(exchange, view)))
  const existing = existingAsked(exchange)
  if (underWay >= calendarStreamsAtOnce)
    throw new DomainError('Unavailable', 'Others are importing: try again in a minute.', { retryAfter: 60 })
  underWay++
  try {
    const { objects, single } = await readObjects(exchange)
    if (single !== undefined && existing === undefined) return await addOne(exchange, single)
    await importEntries(exchange, entries(objects), { existing: existing ?? 'refuse', admit: admitObject })
  } finally {
    underWay--
  }
}

/** @throws DomainError Forbidden valid-calendar-data, TooLarge max-resource-size */
const readObjects = async ({ request }: Exchange): Promise<{ objects: SplitObject[]; single: Buffer | undefined }> => {
  const splitter = new CalendarSplitter()
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.length
      if (bytes > calendarStreamBytes)
        throw new DomainError('TooLarge', `At most ${calendarStreamBytes} bytes`, { precondition: 'max-resource-size' })
      if (bytes <= largestCalendarObject) chunks.push(chunk)
      splitter.push(chunk)
    }
    const objects = splitter.end()
    const isSingle = objects.length < 2 && bytes <= largestCalendarObject
    return { objects, single: isSingle ? Buffer.concat(chunks) : undefined }
  } catch (error) {
    if (!isDomainError(error, 'BadRequest')) throw error
    throw new DomainError('Forbidden', error.message, { precondition: 'valid-calendar-data' })
  }
}

const addOne = async (exchange: Exchange, content: Buffer): Promise<void> => {
  const { request, response, store } = exchange
  const written = await addMember(
    exchange,
    await store.blobs.receive(Readable.from([content])),
    header(request, 'content-type'),
  )
  response.setHeader('Location', written.resource.href) // RFC 5995 §3.2
  answerWritten(exchange, written)
}

/** Made one by one, as they are stored. */
function* entries(objects: readonly SplitObject[]): Generator<Entry> {
  for (const { bytes, line, name, uid } of objects) yield { bytes: bytes(), line, name, uid: uid || undefined }
}
