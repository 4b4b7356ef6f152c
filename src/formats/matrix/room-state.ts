// The state of a room as the rules see it: the one event for each type and key.

import { ownString } from './json.ts'
import type { Event } from './pdu.ts'

/** Where the rules look state up. */
export type StateLookup = (type: string, stateKey: string) => Event | undefined

/** Names an entry of the state; the length keeps ("ab", "c") and ("a", "bc") apart. */
export function entryName(type: string, stateKey: string): string {
  return `${type.length}.${type}${stateKey}`
}

export function entryOf(event: Event): string {
  return entryName(event.type, event.stateKey ?? '')
}

/** State given as a list of events, such as those that an event lists in `auth_events`. */
export function lookupIn(events: Iterable<Event>): StateLookup {
  const byName = new Map<string, Event>()
  for (const event of events) if (event.stateKey !== undefined) byName.set(entryOf(event), event)
  return (type, stateKey) => byName.get(entryName(type, stateKey))
}

export function membershipOf(state: StateLookup, user: string): string | undefined {
  const member = state('m.room.member', user)
  return member && ownString(member.content, 'membership')
}
