// A store says only that something in it changed, at most once a turn; who shows it reads it again.

import type { Context } from '@lit/context'
import { ContextConsumer } from '@lit/context'
import type { ReactiveControllerHost } from 'lit'

export class Observable {
  readonly #listeners = new Set<() => void>()
  #pending = false

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  protected changed(): void {
    if (this.#pending) return
    this.#pending = true
    queueMicrotask(() => {
      this.#pending = false
      for (const listener of [...this.#listeners]) listener()
    })
  }
}

type Host = ReactiveControllerHost & HTMLElement

/** Renders its host again whenever the store changes, as long as the host is in the document. */
export const observe = (host: Host, store: Observable): void => {
  let forget: (() => void) | undefined
  host.addController({
    hostConnected() {
      forget = store.subscribe(() => host.requestUpdate())
    },
    hostDisconnected() {
      forget?.()
    },
  })
}

/** The store of the nearest provider, observed. Reading `value` before the host is connected is a defect. */
export const consume = <S extends Observable>(host: Host, context: Context<unknown, S>): { readonly value: S } => {
  let store: S | undefined
  new ContextConsumer(host, {
    context,
    callback: (value) => {
      if (store !== undefined) return
      store = value
      observe(host, value)
      host.requestUpdate()
    },
  })
  return {
    get value() {
      if (store === undefined) throw new Error('no provider of this store above the element')
      return store
    },
  }
}

/** What the nearest provider gives, once: for what never changes. */
export const provided = <V>(host: Host, context: Context<unknown, V>): { readonly value: V } => {
  const consumer = new ContextConsumer(host, { context })
  return {
    get value() {
      if (consumer.value === undefined) throw new Error('no provider of this context above the element')
      return consumer.value
    },
  }
}
