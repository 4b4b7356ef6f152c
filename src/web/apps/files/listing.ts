// The members of one place. What was seen before shows at once; then the server's word; then what changes, as it changes.
// While a change of our own is under way nothing is asked, so that an answer from before cannot undo what is shown.

import { ApiError } from '../../api/client.ts'
import { dav } from '../../dav/client.ts'
import type { Resource } from '../../dav/multistatus.ts'
import { recall, remember } from '../../ui/cache.ts'
import { Observable } from '../../ui/observable.ts'
import { type Entry, entryOf } from './entry.ts'

type Seen = { readonly entries: readonly Entry[]; readonly token: string }
export type Usage = { readonly used: number; readonly available: number | undefined }

/** Milliseconds until the first part of a long list is shown, and how much longer it is from each part to the next. */
const firstPart = 200
const slower = 1.6

export class Listing extends Observable {
  readonly href: string
  readonly #stop = new AbortController()
  #entries = new Map<string, Entry>()
  #token = ''
  #state: 'loading' | 'ready' | 'missing' | 'failed' = 'loading'
  #known = false
  #refreshing: Promise<void> | undefined
  #writes = 0
  usage: Usage | undefined

  constructor(href: string) {
    super()
    this.href = href
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries
  }

  get state(): 'loading' | 'ready' | 'missing' | 'failed' {
    return this.#state
  }

  async open(): Promise<void> {
    const seen = await recall<Seen>(this.href)
    if (seen !== undefined && this.#state === 'loading') {
      this.#entries = new Map(seen.entries.map((entry) => [entry.href, entry]))
      this.#token = seen.token
      this.#known = true
      this.#become('ready')
    }
    await this.refresh()
  }

  close(): void {
    this.#stop.abort()
  }

  /** Brings the list up to date. Several calls at once are one. */
  refresh(): Promise<void> {
    if (this.#writes > 0) return Promise.resolve()
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Shows a change before the server has it; `work` tells the server. When that fails the change is taken back. */
  async change<T>(show: (entries: Map<string, Entry>) => void, work: () => Promise<T>): Promise<T> {
    const before = new Map(this.#entries)
    this.#writes += 1
    show(this.#entries)
    this.changed()
    try {
      return await work()
    } catch (error) {
      this.#entries = before
      throw error
    } finally {
      this.#writes -= 1
      this.changed()
      void this.refresh()
    }
  }

  /** Shows entries again that a change had taken away. */
  put(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.set(entry.href, entry)
    this.changed()
  }

  async #refresh(): Promise<void> {
    try {
      if (this.#token === '' || !(await this.#update())) await this.#load()
      this.#become('ready')
      void remember(this.href, { entries: [...this.#entries.values()], token: this.#token } satisfies Seen)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      if (error instanceof ApiError && error.status === 404) this.#become('missing')
      else if (!this.#known) this.#become('failed')
      if (!(error instanceof ApiError)) throw error
    }
  }

  /** RFC 6578: what changed since the last time; false when the server cannot say. */
  async #update(): Promise<boolean> {
    let any = false
    for (let more = true; more; ) {
      const answer = await dav.changes(
        this.href,
        this.#token,
        '1',
        (resource) => this.#take(resource, () => (any = true)),
        this.#stop.signal,
      )
      if (answer === 'tooOld') return false
      this.#token = answer.token
      more = answer.more
    }
    if (any || this.usage === undefined) this.#measure(await dav.stat(`${this.href}/`))
    return true
  }

  async #load(): Promise<void> {
    const fresh = new Map<string, Entry>()
    let pause = firstPart
    let next = performance.now() + pause
    const found = (resource: Resource): void => {
      fresh.set(resource.href, entryOf(resource))
      if (this.#known || performance.now() < next) return
      this.#entries = new Map(fresh)
      this.changed()
      pause *= slower
      next = performance.now() + pause
    }
    const self = await dav.list(this.href, found, this.#stop.signal)
    this.#measure(self)
    this.#token = self.token
    if (this.#writes === 0) this.#entries = fresh
  }

  #take(resource: Resource, noticed: () => void): void {
    const before = this.#entries.get(resource.href)
    if (resource.status === 404) {
      if (this.#entries.delete(resource.href)) noticed()
    } else if (
      before === undefined ||
      before.etag !== resource.etag ||
      before.modified !== resource.modified ||
      before.share !== resource.share
    ) {
      this.#entries.set(resource.href, entryOf(resource))
      noticed()
    }
  }

  #measure({ used, available }: Resource): void {
    if (used !== undefined) this.usage = { used, available }
  }

  #become(state: 'ready' | 'missing' | 'failed'): void {
    this.#state = state
    this.#known ||= state === 'ready'
    this.changed()
  }
}
