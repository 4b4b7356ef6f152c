// Sends what waits in the queue. One connection for each destination and a bounded number of them, so that a server that
// is slow or away holds up nobody else's mail; what waits for a later time costs one timer.

import { lookup } from 'node:dns/promises'
import { Readable } from 'node:stream'
import { queueBounds } from '../../limits.ts'
import type { Logger } from '../../log.ts'
import type { Counter, Metrics } from '../../metrics.ts'
import { mailQueueTopic, type QueuedMail } from '../../store/mail/queue.ts'
import type { Store } from '../../store/store.ts'
import { prepareReport, type Reported } from './reports.ts'
import { findHosts, type MailResolver, NoRoute } from './routes.ts'
import type { MailSigner } from './signer.ts'
import { returnPath } from './trace.ts'
import { type Outcome, outcomeOf, type Peer, Transmitter } from './transmit.ts'

export type MailSenderOptions = {
  readonly store: Store
  readonly log: Logger
  readonly metrics: Metrics
  readonly signer: MailSigner
  readonly resolver: MailResolver
  readonly mayReach: (address: string) => boolean
  /** Of other servers. */
  readonly port: number
  /** Authorities that a smarthost is trusted by, in place of the usual ones (PEM). */
  readonly ca?: string | undefined
  readonly smarthost?: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
  }
}

/** setTimeout takes no more. */
const longestTimer = 2 ** 31 - 1

export class MailSender {
  readonly #options: MailSenderOptions
  readonly #results: Counter
  readonly #busy = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  #unwatch: () => void = () => {}
  #timer: NodeJS.Timeout | undefined
  readonly #stop = new AbortController()
  #isLooking = false
  #again = false

  constructor(options: MailSenderOptions) {
    this.#options = options
    this.#results = options.metrics.counter('twin_mail_sent_total', 'Recipients at other servers', ['outcome'])
  }

  start(): void {
    this.#unwatch = this.#options.store.watch(mailQueueTopic, () => this.#look())
    this.#look()
  }

  /** Cuts what is under way: what the other server has not answered is sent again. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('The twin stops.'))
    this.#unwatch()
    clearTimeout(this.#timer)
    await Promise.all(this.#running)
  }

  /** Starts on all destinations that are due and not busy, and sets the timer for the next. */
  #look(): void {
    this.#again = this.#isLooking
    if (this.#isLooking || this.#stop.signal.aborted) return
    this.#isLooking = true
    this.#run(async () => {
      try {
        await this.#startDue()
      } finally {
        this.#isLooking = false
      }
      if (this.#again) this.#look()
    })
  }

  async #startDue(): Promise<void> {
    const { store } = this.#options
    const now = store.now()
    const limit = queueBounds.destinations + this.#busy.size
    const { due, next } = await store.read(async (view) => ({
      due: await store.mailQueue.due(view, now, limit),
      next: await store.mailQueue.nextDueAt(view, now),
    }))
    for (const destination of due) {
      if (this.#stop.signal.aborted || this.#busy.size >= queueBounds.destinations) break
      if (this.#busy.has(destination)) continue
      this.#busy.add(destination)
      this.#run(() => this.#serveAlone(destination))
    }
    clearTimeout(this.#timer)
    if (next === undefined || this.#stop.signal.aborted) return
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(next - now, 0) + 1, longestTimer)).unref()
  }

  async #serveAlone(destination: string): Promise<void> {
    const free = () => {
      this.#busy.delete(destination)
      this.#look()
    }
    try {
      await this.#serve(destination)
      free()
    } catch (error) {
      // What came of it could not be kept (a full disk): at once again would send the same again and again.
      setTimeout(free, queueBounds.afterFailureMilliseconds).unref()
      throw error
    }
  }

  #run(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.log.error({ err: error }, 'sending mail failed')
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #serve(destination: string): Promise<void> {
    const { store } = this.#options
    const rows = await store.read((view) => store.mailQueue.dueFor(view, destination, store.now()))
    let left = messagesOf(rows)
    try {
      const transmitter = await this.#connect(destination)
      try {
        for (const message of left) {
          if (this.#stop.signal.aborted) return
          const outcomes = await this.#send(transmitter, message)
          left = left.slice(1)
          await this.#record(message, outcomes)
        }
      } finally {
        transmitter.close()
      }
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const outcome = unreachable(destination, error)
      for (const message of left) {
        await this.#record(
          message,
          message.map(() => outcome),
        )
      }
    }
  }

  async #connect(destination: string): Promise<Transmitter> {
    const { store, smarthost, resolver, port, ca } = this.#options
    let peers: Peer[]
    if (smarthost === undefined) {
      const hosts = await findHosts(destination, resolver, this.#options.mayReach)
      peers = hosts.map((host) => ({ ...host, port }))
    } else {
      const { host, user, password } = smarthost
      // The owner's own setting may be a name of their network, so that the system is asked.
      const found = await lookup(host, { all: true })
      peers = found.map(({ address }) => ({
        name: host,
        address,
        port: smarthost.port,
        smarthost: { user, password, ca },
      }))
    }
    let failure: unknown
    for (const peer of peers) {
      if (this.#stop.signal.aborted) break
      try {
        return await Transmitter.open(peer, store.domain, this.#stop.signal)
      } catch (error) {
        // RFC 5321 §5.1: a host that does not take it leaves the others to be tried.
        failure = new HostFailure(peer.name, error as Error)
      }
    }
    throw failure ?? new Error('The twin stops.')
  }

  /** The message signed, and without the line that only a mailbox has (RFC 5321 §4.4). */
  async #send(transmitter: Transmitter, message: readonly QueuedMail[]): Promise<Outcome[]> {
    const { store, signer } = this.#options
    const { blobId, sender } = message[0] as QueuedMail
    const blob = await store.read((view) => store.blobs.get(view, blobId))
    if (blob === undefined) throw new Error('the content of a queued message is missing')
    const start = returnPath(sender).length
    const open = (): Readable => {
      const content = store.blobs.open(blob, { start, end: blob.size - 1 })
      return content instanceof Readable ? content : Readable.from([content])
    }
    const signatures = await signer.sign(open())
    async function* signed() {
      yield signatures
      yield* open()
    }
    return transmitter.send({
      sender,
      recipients: message.map((row) => row.recipient),
      size: signatures.length + blob.size - start,
      message: () => Readable.from(signed(), { objectMode: false }),
    })
  }

  /** One write for a message: its rows leave or wait, and its sender is told. */
  async #record(message: readonly QueuedMail[], outcomes: readonly Outcome[]): Promise<void> {
    const { store, log } = this.#options
    const now = store.now()
    const gone: number[] = []
    const failed: Reported[] = []
    const late: Reported[] = []
    const postponed: Reported[] = []
    for (const [index, row] of message.entries()) {
      const outcome = outcomes[index] as Outcome
      if (outcome.kind === 'sent') gone.push(row.id)
      else if (outcome.kind === 'refused' || row.expiresAt <= now) failed.push({ row, outcome })
      else {
        postponed.push({ row, outcome })
        if (row.warnAt !== null && row.warnAt <= now) late.push({ row, outcome })
      }
      const result = outcome.kind === 'later' && row.expiresAt <= now ? 'expired' : outcome.kind
      this.#results.add(1, result)
      const { recipient, sender } = row
      const text = outcome.kind === 'sent' ? undefined : outcome.text
      log.info({ sender, recipient, outcome: result, reason: text }, 'mail to another server')
    }
    const reports = [
      ...(failed.length > 0 ? [await prepareReport(store, 'failed', failed)] : []),
      ...(late.length > 0 ? [await prepareReport(store, 'delayed', late)] : []),
    ]
    await store.write(async (tx) => {
      const ids = [...gone, ...failed.map(({ row }) => row.id)]
      if (ids.length > 0) await store.mailQueue.remove(tx, ids)
      for (const { row, outcome } of postponed) {
        await store.mailQueue.postpone(
          tx,
          row,
          outcome.text,
          late.some((each) => each.row === row),
        )
      }
      for (const report of reports) await report(tx)
    })
  }
}

class HostFailure extends Error {
  readonly host: string

  constructor(host: string, cause: Error) {
    super(cause.message, { cause })
    this.host = host
  }
}

/** Rows of the same message next to each other, as one. */
function messagesOf(rows: readonly QueuedMail[]): QueuedMail[][] {
  const messages: QueuedMail[][] = []
  for (const row of rows) {
    const last = messages.at(-1)
    const isSame = last?.[0]?.blobId === row.blobId && last[0].sender === row.sender
    if (last !== undefined && isSame) last.push(row)
    else messages.push([row])
  }
  return messages
}

function unreachable(destination: string, error: unknown): Outcome {
  if (error instanceof NoRoute) return { kind: 'refused', status: error.status, text: error.message }
  const { host, cause } = error instanceof HostFailure ? error : { host: destination, cause: error }
  // A server that greets with 554 may take mail another day: only answers about a message are final.
  return {
    ...(outcomeOf(cause as Error, { name: host }) as Extract<Outcome, { text: string }>),
    kind: 'later',
    status: '4.4.1',
  }
}
