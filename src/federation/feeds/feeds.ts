// Looks at the sources of subscribed calendars when they are due. Of several twins on one database one looks at each,
// who claimed its row; a source that fails is asked less and less often, and what was read before stays.

import { DomainError, isDomainError } from '../../errors.ts'
import { parseDuration } from '../../formats/icalendar/values.ts'
import { feedBounds } from '../../limits.ts'
import type { Logger } from '../../log.ts'
import type { Collection, CollectionSettings } from '../../store/collections/collections.ts'
import { claimFeed, type Feed, feedsTopic, recordFeed } from '../../store/collections/feed.ts'
import type { Store } from '../../store/store.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { readFeed } from './read-feed.ts'
import { storeFeed } from './store-feed.ts'

export type FeedsOptions = { readonly store: Store; readonly outbound: Outbound; readonly log: Logger }

export class Feeds {
  readonly #options: FeedsOptions
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #unwatch: () => void = () => {}
  #running: Promise<void> | undefined
  #again = false

  constructor(options: FeedsOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.round(), feedBounds.everyMilliseconds).unref()
    this.#unwatch = this.#options.store.watch(feedsTopic, () => void this.round())
  }

  /** Looks at all that is due; resolves when that is done. */
  round(): Promise<void> {
    this.#again = this.#running !== undefined
    this.#running ??= this.#round()
      .catch((error) => this.#options.log.error({ err: error }, 'the subscribed calendars cannot be looked at'))
      .finally(() => {
        this.#running = undefined
        if (this.#again && !this.#closing.signal.aborted) void this.round()
      })
    return this.#running
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#unwatch()
    this.#closing.abort(new DomainError('Unavailable', 'The twin stops.'))
    await this.#running
  }

  async #round(): Promise<void> {
    await Promise.all(Array.from({ length: feedBounds.atOnce }, () => this.#work()))
  }

  async #work(): Promise<void> {
    const { store } = this.#options
    while (!this.#closing.signal.aborted) {
      const feed = await store.write(claimFeed)
      if (feed === undefined) return
      await this.#look(feed)
    }
  }

  async #look(feed: Feed): Promise<void> {
    const { store, outbound, log } = this.#options
    const collection = await store.read((view) => store.collections.get(view, feed.collectionId))
    if (collection?.source == null) return
    try {
      const content = await readFeed(outbound, collection.source, feed, this.#closing.signal)
      const problem = content ? await storeFeed(store, collection, content.objects) : collection.sourceError
      const { etag, lastModified, digest } = content ?? feed
      const nextAt = store.now() + pause(intervalOf(collection, content?.refreshInterval), 0)
      const seen = { etag, lastModified, digest, nextAt, failures: 0, refreshedAt: store.now() }
      // After a failure the error is of no use, though nothing came since.
      await this.#record(feed, seen, content || feed.failures === 0 ? problem : null, content)
    } catch (error) {
      if (!isDomainError(error)) log.error({ err: error, calendar: collection.id }, 'a subscribed calendar failed')
      const failures = feed.failures + 1
      const wait = pause(intervalOf(collection, undefined), failures, retryAfter(error))
      const text = isDomainError(error) ? error.message : 'The twin failed to store it.'
      if (!this.#closing.signal.aborted) await this.#record(feed, { failures, nextAt: store.now() + wait }, text)
      else await store.write((tx) => recordFeed(tx, feed.id, { nextAt: feed.nextAt }))
    }
  }

  /** A calendar takes a new position only when its error is another one, or it gets a name that it had not. */
  async #record(
    feed: Feed,
    seen: Partial<Feed>,
    sourceError: string | null,
    told?: Pick<Collection, 'displayName' | 'colour'>,
  ): Promise<void> {
    const { store } = this.#options
    await store.write(async (tx) => {
      await recordFeed(tx, feed.id, seen)
      const collection = await store.collections.get(tx, feed.collectionId)
      if (collection === undefined) return
      const news: Partial<CollectionSettings> = {
        ...(collection.sourceError !== sourceError && { sourceError }),
        // What its owner calls it counts more.
        ...(collection.displayName === null && told?.displayName && { displayName: told.displayName }),
        ...(collection.colour === null && told?.colour && { colour: told.colour }),
      }
      if (Object.keys(news).length > 0) await store.collections.update(tx, collection, news)
    })
  }
}

const intervalOf = ({ refreshRate }: Collection, asked: string | undefined): number => {
  const { least, usual, most } = feedBounds.refresh
  return Math.min(Math.max(durationOf(refreshRate) ?? durationOf(asked) ?? usual, least), most)
}

const durationOf = (text: string | null | undefined): number | undefined => {
  if (text == null) return undefined
  try {
    const { days, milliseconds } = parseDuration(text)
    return days * 86_400_000 + milliseconds
  } catch {
    return undefined
  }
}

/** Seconds, as the source asked for. */
const retryAfter = (error: unknown): number =>
  isDomainError(error) && typeof error.detail.retryAfter === 'number' ? error.detail.retryAfter : 0

const pause = (interval: number, failures: number, retrySeconds = 0): number => {
  const { backoffMost, refresh, jitter } = feedBounds
  const slower =
    failures === 0 ? interval : Math.min(interval * 2 ** Math.min(failures, 20), Math.max(backoffMost, interval))
  const wait = Math.max(slower, Math.min(retrySeconds * 1000, refresh.most))
  return Math.round(wait * (1 + jitter * Math.random()))
}
