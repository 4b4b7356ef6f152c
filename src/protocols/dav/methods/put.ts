// PUT is atomic: the body streams aside, and one write of the store checks every condition again and puts it in
// place. A body that is cut off changes nothing. A Content-Range (RFC 9110 §14.5) writes a part of what is there.

import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../errors.ts'
import { inlineBlobBytes } from '../../../limits.ts'
import { refusal } from '../errors.ts'
import { type Exchange, header } from '../exchange.ts'
import { parseMtime } from '../wire/headers.ts'
import { parseContentRange } from '../wire/range.ts'
import { updatePart } from './partial.ts'
import { answerWritten, putAt, receive, requireWritable, spaceOf } from './place-content.ts'

export const put = async (exchange: Exchange): Promise<void> => {
  const { request, store } = exchange
  const space = spaceOf(exchange)
  const contentRange = header(request, 'content-range')
  if (contentRange !== undefined) return updatePart(exchange, (size) => partOf(contentRange, size))
  const expectedSize = lengthOf(request)
  // What is large is asked about first, so that nobody sends a gigabyte to hear that it is locked.
  const quick = expectedSize !== undefined && expectedSize <= inlineBlobBytes
  const limit = quick ? undefined : await largestThere(exchange)
  if (limit !== undefined && expectedSize !== undefined && expectedSize > limit)
    throw new DomainError('QuotaExceeded', 'It is larger than all that the account may own')
  const staged = await receive(exchange, space, { expectedSize, limit })
  try {
    const contentType = contentTypeOf(request)
    const findings = await space?.examine?.(staged, contentType)
    const outcome = await store.write(async (tx) => {
      const place = await requireWritable(exchange, tx)
      return putAt(tx, place, {
        staged,
        findings,
        contentType,
        modifiedAt: parseMtime(header(request, 'x-oc-mtime')),
      })
    })
    answerWritten(exchange, outcome)
  } catch (error) {
    await staged.discard()
    throw error
  }
}

/** The size above which no content can be put there, whatever is deleted first; undefined where there is no bound. */
const largestThere = (exchange: Exchange): Promise<number | undefined> =>
  exchange.store.read(async (view) => {
    const { space, parent } = await requireWritable(exchange, view)
    const quota = parent && (await space.quota?.(view, parent))
    return quota?.quota ?? undefined
  })

/** The announced length; undefined for a chunked body. macOS announces a chunked one in a header of its own. */
const lengthOf = ({ headers }: IncomingMessage): number | undefined => {
  const announced = headers['content-length'] ?? header({ headers } as IncomingMessage, 'x-expected-entity-length')
  if (announced === undefined) return undefined
  const length = Number(announced)
  if (!Number.isSafeInteger(length) || length < 0) throw new DomainError('BadRequest', 'The length is no number')
  return length
}

const contentTypeOf = ({ headers }: IncomingMessage): string | undefined => {
  const type = headers['content-type']
  // What programs say when they do not know; the name tells more.
  return type === undefined || type === 'application/octet-stream' || type.length > 255 ? undefined : type
}

const partOf = (contentRange: string, size: number) => {
  const { start, end } = parseContentRange(contentRange)
  if (start > size) throw refusal('range-not-satisfiable', 'The part would leave a hole')
  return { start, end }
}
