// Tells devices that something changed, over Web Push (RFC 8030), for whatever protocol they registered with.
// - What is to be told follows from the store, never from a queue: a signal only makes it look again. What was told last
//   is kept with the subscription, so a restart, a failure or a second twin on the database loses and repeats nothing.
// - Nobody waits for it: a push service that hangs or fails holds up neither a write nor another push service, nor one
//   account another.
// - The address that a push service gave a device is a secret: it is in no log.
import type { Logger } from 'pino'
import { isDomainError } from '../../errors.ts'
import { pushes } from '../../limits.ts'
import type { Counter, Metrics } from '../../metrics.ts'
import type { PushSubscription } from '../../store/push-subscriptions.ts'
import { pushSubscriptionsTopic } from '../../store/push-subscriptions.ts'
import type { Store, View } from '../../store/store.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { encryptMessage } from './message.ts'
import { Slots } from './slots.ts'
import type { Vapid } from './vapid.ts'

/** What a subscription should know now. */
export type Telling = {
  /** Compared with what was told last: the same is not told again. */
  readonly state: string
  readonly contentType: string
  readonly message: Uint8Array
  /** RFC 8030 §5.4: a message takes the place of an undelivered one of the same topic. At most 32 of base64url. */
  readonly topic?: string
}

/** One protocol's subscriptions. */
export type PushSource = {
  readonly kind: string
  /** 'gone' when there is nothing to tell of any more, or not to this account. */
  look(view: View, subscription: PushSubscription): Promise<Telling | 'gone'>
}

/** Those of limits.ts that a test may set. */
export type PushBounds = {
  readonly gatherMilliseconds: number
  readonly everyMilliseconds: number
  readonly sendMilliseconds: number
  readonly retryMilliseconds: { readonly first: number; readonly most: number }
}

export type PusherOptions = {
  readonly store: Pick<Store, 'read' | 'write' | 'watch' | 'now' | 'pushSubscriptions'>
  readonly sources: readonly PushSource[]
  readonly vapid: Vapid
  readonly outbound: Pick<Outbound, 'fetchUntrusted'>
  readonly log: Logger
  readonly metrics: Metrics
  readonly bounds?: Partial<PushBounds>
}

type Outcome = { readonly kind: 'delivered' | 'gone' | 'failed'; readonly retryAfter?: number }

export class Pusher {
  readonly #options: PusherOptions
  readonly #bounds: PushBounds
  readonly #sources: ReadonlyMap<string, PushSource>
  readonly #slots = new Slots(pushes.atOnce.all)
  readonly #sent: Counter
  /** How to stop watching each topic. */
  readonly #watched = new Map<string, () => void>()
  /** When each topic is looked at next. */
  readonly #alarms = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>()
  /** Subscriptions that are being looked after, and whether their topic was signalled meanwhile. */
  readonly #busy = new Map<number, boolean>()
  readonly #running = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  #unwatch: (() => void) | undefined

  constructor(options: PusherOptions) {
    this.#options = options
    this.#bounds = { ...pushes, ...options.bounds }
    this.#sources = new Map(options.sources.map((source) => [source.kind, source]))
    this.#sent = options.metrics.counter('twin_push_messages_total', 'Messages to push services', ['outcome'])
  }

  start(): void {
    this.#unwatch ??= this.#options.store.watch(pushSubscriptionsTopic, () => this.#run(() => this.#refresh()))
    this.#run(() => this.#refresh())
  }

  /** Resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#unwatch?.()
    for (const unwatch of this.#watched.values()) unwatch()
    for (const { timer } of this.#alarms.values()) clearTimeout(timer)
    await Promise.all(this.#running)
  }

  #run(work: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.log.error({ err: error }, 'telling devices of changes failed')
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Watches what somebody waits for, and nothing else. What is new may have changed already. */
  async #refresh(): Promise<void> {
    const { store } = this.#options
    const wanted = new Set(await store.read((view) => store.pushSubscriptions.topics(view)))
    if (this.#stop.signal.aborted) return
    for (const [topic, unwatch] of this.#watched)
      if (!wanted.has(topic)) {
        unwatch()
        this.#watched.delete(topic)
      }
    for (const topic of wanted)
      if (!this.#watched.has(topic)) {
        this.#watched.set(
          topic,
          store.watch(topic, () => this.#lookIn(topic, this.#bounds.gatherMilliseconds)),
        )
        this.#lookIn(topic, 0)
      }
  }

  /** Looks at a topic in so many milliseconds, unless it does so sooner. */
  #lookIn(topic: string, milliseconds: number): void {
    if (this.#stop.signal.aborted) return
    const at = Date.now() + milliseconds
    const alarm = this.#alarms.get(topic)
    if (alarm !== undefined && alarm.at <= at) return
    clearTimeout(alarm?.timer)
    const timer = setTimeout(() => {
      this.#alarms.delete(topic)
      this.#run(() => this.#round(topic))
    }, milliseconds).unref()
    this.#alarms.set(topic, { at, timer })
  }

  async #round(topic: string): Promise<void> {
    const { store } = this.#options
    for (const subscription of await store.read((view) => store.pushSubscriptions.ofTopic(view, topic))) {
      if (this.#busy.has(subscription.id)) this.#busy.set(subscription.id, true)
      else this.#run(() => this.#lookAfter(subscription))
    }
  }

  async #lookAfter(subscription: PushSubscription): Promise<void> {
    const { id, topic } = subscription
    this.#busy.set(id, false)
    let again: number | undefined = this.#bounds.retryMilliseconds.first
    try {
      again = await this.#bringUpToDate(subscription)
    } finally {
      const signalled = this.#busy.get(id)
      this.#busy.delete(id)
      if (again !== undefined) this.#lookIn(topic, again)
      else if (signalled) this.#lookIn(topic, this.#bounds.gatherMilliseconds)
    }
  }

  /** Sends what is new. Answers in how many milliseconds it has to be looked at again. */
  async #bringUpToDate(subscription: PushSubscription): Promise<number | undefined> {
    const { store } = this.#options
    const { id, accountId, dueAt, endpoint } = subscription
    const telling = await store.read((view) => this.#look(view, subscription))
    if (telling === 'gone') return this.#drop(id)
    if (telling.state === subscription.told) return undefined
    // After the clock was set back it may be more than a timer takes (31 bits).
    if (dueAt > store.now()) return Math.min(dueAt - store.now(), this.#bounds.retryMilliseconds.most)
    const kinds = [
      { name: new URL(endpoint).origin, most: pushes.atOnce.service },
      { name: String(accountId), most: pushes.atOnce.account },
    ]
    using _slot = await this.#slots.take(kinds, this.#stop.signal)
    const claimed = await store.write((tx) => store.pushSubscriptions.claim(tx, id, tx.now + pushes.leaseMilliseconds))
    if (claimed === undefined) return pushes.leaseMilliseconds
    try {
      const now = await store.read((view) => this.#look(view, claimed))
      return now === 'gone' ? await this.#drop(id) : await this.#note(claimed, now, await this.#send(claimed, now))
    } catch (error) {
      // Cut off by the end of this twin: whoever comes next need not wait for the lease.
      const { failures } = claimed
      await store.write((tx) => store.pushSubscriptions.note(tx, id, { failures, dueAt: 0 }))
      throw error
    }
  }

  async #look(view: View, subscription: PushSubscription): Promise<Telling | 'gone'> {
    return (await this.#sources.get(subscription.kind)?.look(view, subscription)) ?? 'gone'
  }

  async #drop(id: number): Promise<undefined> {
    const { store } = this.#options
    await store.write((tx) => store.pushSubscriptions.drop(tx, id))
  }

  async #note(subscription: PushSubscription, { state }: Telling, outcome: Outcome): Promise<number | undefined> {
    const { store } = this.#options
    const { id } = subscription
    this.#sent.add(1, outcome.kind)
    const failures = outcome.kind === 'failed' ? subscription.failures + 1 : 0
    if (outcome.kind === 'gone' || failures >= pushes.failuresMost) return this.#drop(id)
    const wait = failures === 0 ? this.#bounds.everyMilliseconds : this.#backoff(failures, outcome.retryAfter)
    const told = failures === 0 ? { told: state } : {}
    await store.write((tx) => store.pushSubscriptions.note(tx, id, { ...told, failures, dueAt: tx.now + wait }))
    return wait
  }

  #backoff(failures: number, retryAfter = 0): number {
    const { first, most } = this.#bounds.retryMilliseconds
    return Math.min(most, Math.max(retryAfter, first * 4 ** (failures - 1)))
  }

  async #send(subscription: PushSubscription, { message, contentType, topic }: Telling): Promise<Outcome> {
    const { outbound, vapid, log } = this.#options
    const { endpoint } = subscription
    const request = {
      method: 'POST',
      headers: {
        authorization: vapid.authorization(endpoint),
        'content-type': contentType,
        'content-encoding': 'aes128gcm', // RFC 8291 §4
        ttl: String(pushes.ttlSeconds), // RFC 8030 §5.2
        urgency: 'normal',
        ...(topic !== undefined && { topic }),
      },
      body: encryptMessage(message, subscription),
      bytes: pushes.answerBytes,
      milliseconds: this.#bounds.sendMilliseconds,
      signal: this.#stop.signal,
    }
    try {
      return await outbound.fetchUntrusted(endpoint, request, async ({ status, headers }) =>
        outcomeOf(status, headers['retry-after']),
      )
    } catch (error) {
      if (this.#stop.signal.aborted) throw error
      log.debug({ service: new URL(endpoint).origin, reason: (error as Error).message }, 'a push message was not sent')
      // An address that may not be reached never will be.
      return { kind: isDomainError(error, 'Forbidden') || isDomainError(error, 'BadRequest') ? 'gone' : 'failed' }
    }
  }
}

/** RFC 8030 §5, §7.3: 404 and 410 say that the device is no longer there. */
const outcomeOf = (status: number, retryAfter: string | undefined): Outcome => {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status === 404 || status === 410) return { kind: 'gone' }
  const seconds = Number(retryAfter)
  return { kind: 'failed', ...(Number.isFinite(seconds) && { retryAfter: seconds * 1000 }) }
}
