// Short notices at the edge of the page; what can be undone offers it there. An error stays until it is closed.

import { errorKey } from '../api/client.ts'
import { type Key, t } from '../i18n/i18n.ts'
import type { Values } from '../i18n/messages.ts'
import { Observable } from './observable.ts'

export type Notice = {
  readonly id: number
  readonly kind: 'done' | 'error' | 'info'
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => unknown } | undefined
}

const shownFor = { done: 8_000, info: 8_000, error: undefined } as const

class Notices extends Observable {
  #list: readonly Notice[] = []
  #last = 0

  get list(): readonly Notice[] {
    return this.#list
  }

  show(kind: Notice['kind'], key: Key, values?: Values, action?: Notice['action']): number {
    this.#last += 1
    const id = this.#last
    this.#list = [...this.#list.slice(-3), { id, kind, text: t(key, values), action }]
    this.changed()
    const duration = shownFor[kind]
    if (duration !== undefined) setTimeout(() => this.close(id), duration)
    return id
  }

  /** `what` says what did not happen; the error's own sentence says why. */
  failed(what: Key, error: unknown, values?: Values): void {
    this.show('error', 'error.because', { what: t(what, values), why: t(errorKey(error)) })
  }

  close(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id)
    this.changed()
  }
}

export const notices = new Notices()
