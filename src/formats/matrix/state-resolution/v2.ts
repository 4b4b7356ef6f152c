// State resolution of versions 2 to 11, and 2.1 of version 12 (Matrix v1.19 Rooms, v2 and v12): what may take power
// away is ordered first, by who had it; the rest follows the line of power levels that came out.

import { authProblem } from '../auth-rules.ts'
import { ownString } from '../json.ts'
import type { Event } from '../pdu.ts'
import { PowerLevels } from '../power-levels.ts'
import { entryName, entryOf, lookupIn, type StateLookup } from '../room-state.ts'
import type { RoomVersion } from '../room-versions.ts'
import { authChain, authDifference, conflictedSubgraph } from './auth-chains.ts'
import { mainlineOrder, powerOrder } from './orders.ts'
import type { Sets, StateMap, Timeline } from './sets.ts'

export function resolveV2(
  { states, unconflicted, conflicted }: Sets & { readonly states: readonly StateMap[] },
  timeline: Timeline,
  version: RoomVersion,
): StateMap {
  const isV21 = version.stateResolution === 'v2.1'
  const conflictedIds = new Set([...conflicted.values()].flatMap((ids) => [...ids]))
  const full = new Set([...conflictedIds, ...authDifference(states, unconflicted, timeline)])
  if (isV21) for (const id of conflictedSubgraph(conflictedIds, timeline)) full.add(id)

  const power = new Set<string>()
  for (const id of full) {
    if (!isPowerEvent(timeline.event(id))) continue
    power.add(id)
    for (const above of authChain([id], timeline)) if (full.has(above)) power.add(above)
  }
  const result = new Map(isV21 ? [] : unconflicted)
  const levelOfSender = (event: Event): number =>
    new PowerLevels(authState(event, timeline, version), version).ofUser(event.sender)
  applyAllowed(powerOrder(power, timeline, levelOfSender), result, { timeline, version })

  const rest = [...full].filter((id) => !power.has(id))
  const levels = result.get(entryName('m.room.power_levels', ''))
  applyAllowed(mainlineOrder(rest, levels, timeline), result, { timeline, version })
  for (const [name, id] of unconflicted) result.set(name, id)
  return result
}

/** What might take away somebody's power to do something. */
function isPowerEvent(event: Event): boolean {
  if (event.stateKey === undefined) return false
  if (event.type === 'm.room.power_levels' || event.type === 'm.room.join_rules') return true
  const membership = ownString(event.content, 'membership') ?? ''
  return event.type === 'm.room.member' && ['leave', 'ban'].includes(membership) && event.sender !== event.stateKey
}

/** "Iterative auth checks": what the state lacks is looked up in the event's own auth events. */
function applyAllowed(
  ids: readonly string[],
  result: Map<string, string>,
  { timeline, version }: { readonly timeline: Timeline; readonly version: RoomVersion },
): void {
  for (const id of ids) {
    const event = timeline.event(id)
    if (event.stateKey === undefined) continue
    const fallback = authState(event, timeline, version)
    const state: StateLookup = (type, key) => {
      const found = result.get(entryName(type, key))
      return found === undefined ? fallback(type, key) : timeline.event(found)
    }
    if (authProblem(event, state, version) === undefined) result.set(entryOf(event), id)
  }
}

/** The state that an event's auth events are, and in version 12 the create event that its room is named by. */
function authState(event: Event, timeline: Timeline, version: RoomVersion): StateLookup {
  const listed = event.authEvents.filter((id) => !timeline.isRejected(id)).map((id) => timeline.event(id))
  const isLater = version.roomIdIsHash && event.type !== 'm.room.create'
  return lookupIn(isLater ? [...listed, timeline.event(`$${event.roomId.slice(1)}`)] : listed)
}
