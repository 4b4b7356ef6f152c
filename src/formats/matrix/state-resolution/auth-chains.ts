// Walks along `auth_events`, without recursion: a chain may be as long as the room's life.

import type { StateMap, Timeline } from './sets.ts'

/** All that can be reached from the auth events of some events; not themselves, unless one leads to another. */
export function authChain(
  from: Iterable<string>,
  timeline: Timeline,
  known: ReadonlySet<string> = new Set(),
): Set<string> {
  const chain = new Set<string>()
  const open = [...from].flatMap((id) => timeline.event(id).authEvents)
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (chain.has(id) || known.has(id)) continue
    chain.add(id)
    open.push(...timeline.event(id).authEvents)
  }
  return chain
}

/**
 * "Auth difference": what is in the full auth chain of some state and not of every one. The chains of what all states
 * share are in every one, so that only what lies beyond them is walked for each state.
 */
export function authDifference(states: readonly StateMap[], unconflicted: StateMap, timeline: Timeline): Set<string> {
  const shared = authChain(unconflicted.values(), timeline)
  const counts = new Map<string, number>()
  for (const state of states) {
    const own = [...state].filter(([name]) => !unconflicted.has(name)).map(([, id]) => id)
    for (const id of authChain(own, timeline, shared)) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, count]) => count < states.length).map(([id]) => id))
}

/** Matrix v1.19 Rooms, v12 "Conflicted state subgraph": all paths between two events of the set, with their ends. */
export function conflictedSubgraph(conflicted: ReadonlySet<string>, timeline: Timeline): Set<string> {
  const below = authChain(conflicted, timeline)
  const subgraph = new Set(conflicted)
  // Backwards: from each conflicted event to what lists it, as long as that can be reached from a conflicted one.
  const listedBy = new Map<string, string[]>()
  for (const id of new Set([...below, ...conflicted])) {
    for (const above of timeline.event(id).authEvents) {
      const listing = listedBy.get(above)
      if (listing === undefined) listedBy.set(above, [id])
      else listing.push(id)
    }
  }
  const open = [...conflicted]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const listing of listedBy.get(id) ?? []) {
      if (subgraph.has(listing)) continue
      subgraph.add(listing)
      open.push(listing)
    }
  }
  return subgraph
}
