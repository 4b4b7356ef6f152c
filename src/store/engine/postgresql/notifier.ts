// Tells the other twins on the same database which topics changed, after the commit and in few messages:
// a NOTIFY inside a transaction would make all commits wait for each other. A message can be lost with a
// connection, so everybody also looks by themselves from time to time, and after each reconnection.
import type pg from 'pg'
import { notifyPayloadCharacters, pollMilliseconds, reconnectMilliseconds } from '../../../limits.ts'
import { connect } from './connection.ts'

export type NotifierOptions = {
  url: string
  /** What others changed; undefined when it may be anything. */
  onChanged: (topics: readonly string[] | undefined) => void
}

const channel = 'twin'

export class Notifier {
  readonly #options: NotifierOptions
  readonly #poll: NodeJS.Timeout
  #client: pg.Client | undefined
  #connecting: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #unsent = new Set<string>()
  #closed = false

  constructor(options: NotifierOptions) {
    this.#options = options
    this.#poll = setInterval(() => options.onChanged(undefined), pollMilliseconds).unref()
  }

  /** Resolves when it listens, or has failed to and will try again. */
  listen(): Promise<void> {
    this.#connecting ??= this.#connect()
      .catch(() => this.#lost())
      .finally(() => {
        this.#connecting = undefined
      })
    return this.#connecting
  }

  publish(topics: Iterable<string>): void {
    for (const topic of topics) this.#unsent.add(topic)
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#poll)
    clearTimeout(this.#retry)
    await this.#sending
    await this.#connecting
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const client = await connect(this.#options.url)
    client.on('notification', (message) => this.#heard(client, message))
    client.once('error', () => this.#lost())
    client.once('end', () => this.#lost())
    await client.query(`LISTEN ${channel}`)
    this.#client = client
    this.#options.onChanged(undefined)
    this.publish([])
  }

  #lost(): void {
    this.#client = undefined
    clearTimeout(this.#retry)
    if (!this.#closed) this.#retry = setTimeout(() => void this.listen(), reconnectMilliseconds).unref()
  }

  #heard(client: pg.Client, { processId, payload }: pg.Notification): void {
    if (processId === (client as unknown as { processID: number }).processID) return // our own
    this.#options.onChanged(payload ? payload.split('\n') : undefined)
  }

  /** What cannot be sent stays until there is a connection again. */
  async #send(): Promise<void> {
    while (this.#unsent.size > 0 && this.#client) {
      const topics = [...this.#unsent]
      this.#unsent.clear()
      const all = topics.join('\n')
      const payload = all.length > notifyPayloadCharacters ? '' : all // the empty one stands for everything
      try {
        await this.#client.query('SELECT pg_notify($1, $2)', [channel, payload])
      } catch {
        for (const topic of topics) this.#unsent.add(topic)
        return
      }
    }
  }
}
