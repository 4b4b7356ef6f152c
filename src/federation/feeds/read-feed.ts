// One look at the source of a subscribed calendar: asks whether it changed, and cuts what comes into objects. A source
// that answers something else than a whole calendar changes nothing.

import { createHash } from 'node:crypto'
import { DomainError } from '../../errors.ts'
import { unescapeText } from '../../formats/content-line.ts'
import { CalendarSplitter, type SplitObject } from '../../formats/icalendar/split.ts'
import { displayNameCharacters, feedBounds } from '../../limits.ts'
import type { Feed } from '../../store/collections/feed.ts'
import type { Outbound, OutboundAnswer } from '../outbound/outbound.ts'

export type FeedContent = {
  readonly objects: readonly SplitObject[]
  /** How often its maker wants it looked at (RFC 7986 §5.7, and what was there before it). */
  readonly refreshInterval: string | undefined
  /** What its maker calls it, and shows it in (RFC 7986 §5.1, and what was there before it). */
  readonly displayName: string | null
  readonly colour: string | null
} & Pick<Feed, 'etag' | 'lastModified' | 'digest'>

/**
 * @returns undefined for a source that did not change.
 * @throws DomainError with a sentence for people, and `detail.retryAfter` in seconds where the source says so.
 */
export const readFeed = (
  outbound: Outbound,
  source: string,
  former: Feed,
  signal: AbortSignal,
): Promise<FeedContent | undefined> => {
  const headers = {
    accept: 'text/calendar, */*;q=0.1',
    ...(former.etag !== null && { 'if-none-match': former.etag }),
    ...(former.etag === null && former.lastModified !== null && { 'if-modified-since': former.lastModified }),
  }
  const { bytes, milliseconds } = feedBounds
  return outbound.fetchUntrusted(source, { headers, bytes, milliseconds, signal }, (answer) => read(answer, former))
}

const read = async ({ status, headers, url, body }: OutboundAnswer, former: Feed): Promise<FeedContent | undefined> => {
  if (status === 304) return undefined
  if (status !== 200) throw refused(status, url.hostname, headers['retry-after'])
  const hash = createHash('sha256')
  const splitter = new CalendarSplitter()
  for await (const chunk of body) {
    hash.update(chunk)
    splitter.push(chunk)
  }
  const objects = splitter.end()
  if (objects.length > feedBounds.objects)
    throw new DomainError('TooLarge', `It has more than ${feedBounds.objects} events.`)
  const digest = hash.digest()
  if (former.digest !== null && digest.equals(former.digest)) return undefined
  const { etag = null, 'last-modified': lastModified = null } = headers
  const refreshInterval = splitter.fact('REFRESH-INTERVAL') ?? splitter.fact('X-PUBLISHED-TTL')
  const name = unescapeText(splitter.fact('NAME') ?? splitter.fact('X-WR-CALNAME') ?? '').trim()
  const displayName = [...name].slice(0, displayNameCharacters).join('') || null
  const colour = /^#[0-9a-f]{6}(?:[0-9a-f]{2})?$/i.exec(splitter.fact('X-APPLE-CALENDAR-COLOR') ?? '')?.[0] ?? null
  return { objects, refreshInterval, displayName, colour, etag, lastModified, digest }
}

const reasons: Readonly<Record<number, string>> = {
  401: 'wants a name and a password',
  403: 'does not let the twin read this',
  404: 'has nothing at this address',
  410: 'says that this is gone for good',
  429: 'wants to be asked less often',
}

const refused = (status: number, host: string, retryAfter: string | undefined): DomainError => {
  const seconds = /^\d{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
  return new DomainError('Unavailable', `${host} ${reasons[status] ?? 'fails'} (${status}).`, { retryAfter: seconds })
}
