// State resolution of version 1 rooms (Matrix v1.19 Rooms, v1): in passes, the depth decides.

import { createHash } from 'node:crypto'
import { authProblem } from '../auth-rules.ts'
import type { Event } from '../pdu.ts'
import { entryName, type StateLookup } from '../room-state.ts'
import type { RoomVersion } from '../room-versions.ts'
import type { Sets, StateMap, Timeline } from './sets.ts'

const passes = ['m.room.power_levels', 'm.room.join_rules', 'm.room.member']

export function resolveV1({ unconflicted, conflicted }: Sets, timeline: Timeline, version: RoomVersion): StateMap {
  const result = new Map(unconflicted)
  const allows = (event: Event, own: ReadonlyMap<string, string>): boolean => {
    const state: StateLookup = (type, key) => {
      const id = own.get(entryName(type, key)) ?? result.get(entryName(type, key))
      return id === undefined ? undefined : timeline.event(id)
    }
    return authProblem(event, state, version) === undefined
  }
  const groups = [...conflicted].map(([name, ids]) => {
    const events = [...ids].map((id) => timeline.event(id)).sort(ascending)
    return { name, events, type: (events[0] as Event).type }
  })
  for (const type of passes) {
    // Entries of one pass are judged apart, so that their order decides nothing.
    const ofPass = new Map<string, string>()
    for (const { name, events } of groups.filter((group) => group.type === type)) {
      const own = new Map<string, string>()
      for (const event of events) {
        if (own.size > 0 && !allows(event, own)) break
        own.set(name, event.id)
      }
      ofPass.set(name, own.get(name) as string)
    }
    for (const [name, id] of ofPass) result.set(name, id)
  }
  // No other event allows anything, so each is judged in what came of the passes.
  for (const { name, events } of groups.filter((group) => !passes.includes(group.type))) {
    const chosen = events.reverse().find((event) => allows(event, result))
    if (chosen !== undefined) result.set(name, chosen.id)
  }
  return result
}

/** By ascending depth, then descending SHA-1 of the identifier. */
function ascending(a: Event, b: Event): number {
  return a.depth - b.depth || Buffer.compare(sha1(b.id), sha1(a.id))
}

function sha1(text: string): Buffer {
  return createHash('sha1').update(text).digest()
}
