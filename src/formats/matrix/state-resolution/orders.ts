// The two orders of state resolution v2 (Matrix v1.19 Rooms, v2 "Definitions").

import { byCodePoint } from '../json.ts'
import type { Event } from '../pdu.ts'
import type { Timeline } from './sets.ts'

/**
 * "Reverse topological power ordering": each after its auth events, and among those that could be next the one whose
 * sender had more power, then the earlier, then by identifier (Kahn's algorithm).
 */
export function powerOrder(
  ids: ReadonlySet<string>,
  timeline: Timeline,
  levelOfSender: (event: Event) => number,
): string[] {
  const level = new Map([...ids].map((id) => [id, levelOfSender(timeline.event(id))]))
  const compare = (a: string, b: string): number => {
    const [ofA, ofB] = [level.get(a) as number, level.get(b) as number]
    return ofA === ofB ? byAge(timeline.event(a), timeline.event(b)) : ofB > ofA ? 1 : -1
  }
  const waitsFor = new Map<string, number>()
  const allows = new Map<string, string[]>([...ids].map((id) => [id, []]))
  for (const id of ids) {
    const above = new Set(timeline.event(id).authEvents.filter((each) => ids.has(each)))
    waitsFor.set(id, above.size)
    for (const each of above) allows.get(each)?.push(id)
  }
  const next = [...ids].filter((id) => waitsFor.get(id) === 0).sort(compare)
  const order: string[] = []
  for (let id = next.shift(); id !== undefined; id = next.shift()) {
    order.push(id)
    for (const each of allows.get(id) ?? []) {
      const left = (waitsFor.get(each) as number) - 1
      waitsFor.set(each, left)
      if (left === 0) next.splice(placeOf(each, next, compare), 0, each)
    }
  }
  return order
}

/** Where an item belongs in a sorted list. */
function placeOf(item: string, sorted: readonly string[], compare: (a: string, b: string) => number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compare(sorted[middle] as string, item) <= 0) from = middle + 1
    else to = middle
  }
  return from
}

/** "Mainline ordering": by how far back the power levels are that an event relies on, the oldest first. */
export function mainlineOrder(ids: readonly string[], levels: string | undefined, timeline: Timeline): string[] {
  const position = new Map<string, number>()
  for (let id = levels; id !== undefined; id = levelsOf(id, timeline)) position.set(id, position.size)
  const positionOf = (id: string): number => {
    const passed: string[] = []
    let at = levelsOf(id, timeline)
    while (at !== undefined && !position.has(at)) {
      passed.push(at)
      at = levelsOf(at, timeline)
    }
    const found = at === undefined ? Number.POSITIVE_INFINITY : (position.get(at) as number)
    for (const each of passed) position.set(each, found)
    return found
  }
  return ids
    .map((id) => ({ event: timeline.event(id), position: positionOf(id) }))
    .sort((a, b) => (a.position === b.position ? byAge(a.event, b.event) : b.position > a.position ? 1 : -1))
    .map(({ event }) => event.id)
}

function levelsOf(id: string, timeline: Timeline): string | undefined {
  return timeline.event(id).authEvents.find((each) => {
    const { type, stateKey } = timeline.event(each)
    return type === 'm.room.power_levels' && stateKey === ''
  })
}

function byAge(a: Event, b: Event): number {
  return a.originServerTs - b.originServerTs || byCodePoint(a.id, b.id)
}
