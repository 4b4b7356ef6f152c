// Whether the twin answers: what every request found, and what the browser knows of its network.

import { Observable } from '../ui/observable.ts'

class Connection extends Observable {
  #lost = !navigator.onLine

  constructor() {
    super()
    addEventListener('offline', () => this.found(false))
    addEventListener('online', () => this.found(true))
  }

  get lost(): boolean {
    return this.#lost
  }

  found(answered: boolean): void {
    if (this.#lost === !answered) return
    this.#lost = !answered
    this.changed()
  }
}

export const connection = new Connection()
