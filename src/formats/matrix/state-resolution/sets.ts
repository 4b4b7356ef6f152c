// What several states agree on and what they do not.

import type { Event } from '../pdu.ts'

/** Names of entries (room-state.ts) to identifiers of events. */
export type StateMap = ReadonlyMap<string, string>

export type Timeline = {
  /** Throws for an event that is not known. */
  event(id: string): Event
  /** Whether the event was rejected for its auth events: such a one is never used to allow another. */
  isRejected(id: string): boolean
}

export type Sets = {
  readonly unconflicted: StateMap
  /** Each name with all the events that some state has for it. */
  readonly conflicted: ReadonlyMap<string, ReadonlySet<string>>
}

export function split(states: readonly StateMap[]): Sets {
  const unconflicted = new Map<string, string>()
  const conflicted = new Map<string, Set<string>>()
  for (const name of new Set(states.flatMap((state) => [...state.keys()]))) {
    const ids = new Set(states.map((state) => state.get(name)))
    const [only] = ids
    if (ids.size === 1 && only !== undefined) unconflicted.set(name, only)
    else conflicted.set(name, new Set([...ids].filter((id) => id !== undefined)))
  }
  return { unconflicted, conflicted }
}
