// The one state that follows from several (Matrix v1.19 Rooms, "State resolution"), whichever the room's version.

import type { RoomVersion } from '../room-versions.ts'
import { type StateMap, split, type Timeline } from './sets.ts'
import { resolveV1 } from './v1.ts'
import { resolveV2 } from './v2.ts'

/**
 * `states` map the names of entries (room-state.ts) to events' identifiers. `timeline` knows all events in them and in
 * their auth chains. Every server that gets the same states, in whatever order, gets the same result.
 */
export function resolveState(states: readonly StateMap[], timeline: Timeline, version: RoomVersion): StateMap {
  const sets = split(states)
  if (sets.conflicted.size === 0) return sets.unconflicted
  return version.stateResolution === 'v1'
    ? resolveV1(sets, timeline, version)
    : resolveV2({ ...sets, states }, timeline, version)
}
