// Every view has an address; a link is a plain <a href>, a click on it changes the view without loading the page.

import { Observable } from '../ui/observable.ts'

class Router extends Observable {
  /** The present view was come back to. */
  returned = false

  get path(): string {
    return location.pathname
  }

  get query(): URLSearchParams {
    return new URLSearchParams(location.search)
  }

  start(): void {
    addEventListener('popstate', () => {
      this.returned = true
      this.changed()
    })
    addEventListener('click', (event) => this.#click(event))
  }

  go(address: string, how: 'push' | 'replace' = 'push'): void {
    if (how === 'push') history.pushState({ pushed: true }, '', address)
    else history.replaceState(history.state, '', address)
    this.returned = false
    this.changed()
  }

  /** Leaves what was opened over a view: back to it where one came from there, else to `address` in its place. */
  leave(change: Readonly<Record<string, undefined>>): void {
    if ((history.state as { pushed?: boolean } | null)?.pushed) history.back()
    else this.ask(change, 'replace')
  }

  /** Sets or removes (`undefined`) members of the query of the present view. */
  ask(change: Readonly<Record<string, string | undefined>>, how: 'push' | 'replace' = 'push'): void {
    const query = this.query
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) query.delete(name)
      else query.set(name, value)
    }
    const text = query.toString()
    this.go(`${this.path}${text === '' ? '' : `?${text}`}`, how)
  }

  #click(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    const anchor = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement)
    if (
      anchor === undefined ||
      anchor.target !== '' ||
      anchor.hasAttribute('download') ||
      anchor.origin !== location.origin
    )
      return
    if (anchor.pathname.startsWith('/dav/') || anchor.pathname.startsWith('/api/')) return
    event.preventDefault()
    if (anchor.href !== location.href) this.go(anchor.href)
  }
}

export const router = new Router()
