// Who is signed in. What this browser keeps of a person's files is forgotten when they sign out.

import { ApiError, api, type Me, signedOut } from '../api/client.ts'
import { forgetAll } from '../ui/cache.ts'
import { Observable } from '../ui/observable.ts'

class Session extends Observable {
  #me: Me | undefined
  /** Who was signed in since the page was loaded. */
  #name: string | undefined
  #state: 'unknown' | 'in' | 'out' | 'offline' = 'unknown'

  get me(): Me {
    if (this.#me === undefined) throw new Error('nobody is signed in')
    return this.#me
  }

  get state(): 'unknown' | 'in' | 'out' | 'offline' {
    return this.#state
  }

  /** Asks the server; without an answer, the one who was signed in last goes on with what this browser has kept. */
  async load(): Promise<void> {
    try {
      this.begin(await api.me())
    } catch (error) {
      const kept = localStorage.getItem('twin.me')
      if (error instanceof ApiError && error.status === 401) await this.end()
      else if (kept !== null) this.#set('in', JSON.parse(kept) as Me)
      else this.#set('offline', undefined)
    }
  }

  begin(me: Me): void {
    const before = this.#name
    this.#name = me.name
    localStorage.setItem('twin.me', JSON.stringify(me))
    this.#set('in', me)
    if (before !== undefined && before !== me.name) location.reload()
  }

  /** The session is over by the server's word. */
  async end(): Promise<void> {
    localStorage.removeItem('twin.me')
    this.#set('out', undefined)
    await forgetAll()
  }

  /** Nothing of this person stays in the memory of the page, either: what shows next is a new document. */
  async signOut(): Promise<void> {
    await api.signOut()
    localStorage.removeItem('twin.me')
    await forgetAll()
    location.assign('/sign-in')
  }

  #set(state: 'in' | 'out' | 'offline', me: Me | undefined): void {
    this.#state = state
    this.#me = me
    this.changed()
  }
}

export const session = new Session()
signedOut.addEventListener('signed-out', () => {
  if (session.state === 'in') void session.end()
})
