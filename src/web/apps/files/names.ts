// All names of the account's files, for search: fetched once, kept in this browser, brought up to date by what changed.

import type { Resource } from '../../dav/multistatus.ts'
import { within } from '../../dav/paths.ts'
import { type Entry, entryOf } from './entry.ts'

type Changes = (
  token: string,
  found: (resource: Resource) => void,
) => Promise<{ readonly token: string; readonly more: boolean } | 'tooOld'>

type Kept = { readonly token: string; readonly entries: readonly Entry[] }

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The entries whose names have every word of `text` in them; accents and capitals do not matter; best first. */
export const matching = (entries: Iterable<Entry>, text: string, limit: number): readonly Entry[] => {
  const words = plain(text)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return []
  const first: Entry[] = []
  const then: Entry[] = []
  for (const entry of entries) {
    const name = plain(entry.name)
    if (!words.every((word) => name.includes(word))) continue
    if (words.some((word) => name.startsWith(word))) first.push(entry)
    else then.push(entry)
    if (first.length >= limit) break
  }
  return [...first, ...then].slice(0, limit)
}

export class NameIndex {
  readonly entries = new Map<string, Entry>()
  readonly #changes: Changes
  #token = ''
  #running: Promise<void> | undefined

  constructor(changes: Changes, kept?: Kept) {
    this.#changes = changes
    if (kept === undefined) return
    this.#token = kept.token
    for (const entry of kept.entries) this.entries.set(entry.href, entry)
  }

  get kept(): Kept {
    return { token: this.#token, entries: [...this.entries.values()] }
  }

  /** Asks for what is new; `progress` is told how many names there are so far. */
  update(progress: (count: number) => void): Promise<void> {
    this.#running ??= this.#update(progress).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #update(progress: (count: number) => void): Promise<void> {
    for (;;) {
      const answer = await this.#changes(this.#token, (resource) => this.#take(resource))
      if (answer === 'tooOld') {
        if (this.#token === '') throw new Error('the server refuses its first sync')
        this.#token = ''
        this.entries.clear()
        continue
      }
      this.#token = answer.token
      progress(this.entries.size)
      if (!answer.more) return
    }
  }

  #take(resource: Resource): void {
    if (resource.status !== 404) {
      // RFC 6578 §3.3: a folder that others share, of which nothing more is told here.
      const isApart = resource.status === 403
      this.entries.set(resource.href, entryOf({ ...resource, folder: resource.folder || isApart }))
      return
    }
    if (this.entries.get(resource.href)?.folder === true) {
      for (const href of this.entries.keys()) if (within(resource.href, href)) this.entries.delete(href)
    }
    this.entries.delete(resource.href)
  }
}
