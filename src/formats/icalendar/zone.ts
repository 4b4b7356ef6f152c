// Wall clocks and instants. A zone knows its offset at any instant; what a wall clock means follows from that
// (RFC 5545 §3.3.5): in a gap the offset before it counts, in an overlap the first of the two instants.
import { DAY, type Wall } from './values.ts'

export type Zone = {
  readonly id: string
  /** Milliseconds east of UTC at an instant. */
  offsetAt(instant: number): number
}

export const utc: Zone = { id: 'UTC', offsetAt: () => 0 }

export const toWall = (zone: Zone, instant: number): Wall => instant + zone.offsetAt(instant)

export function toInstant(zone: Zone, wall: Wall): number {
  const before = zone.offsetAt(wall - DAY)
  const after = zone.offsetAt(wall + DAY)
  if (before === after || zone.offsetAt(wall - before) === before) return wall - before
  // RFC 5545 §3.3.5: a time that does not exist is interpreted with the offset before the gap.
  return zone.offsetAt(wall - after) === after ? wall - after : wall - before
}

/** `at` and the offset from then on, ascending. */
export type Transition = { at: number; offset: number }

/** The offset of a sorted list at an instant. */
export function offsetIn(transitions: readonly Transition[], instant: number, before: number): number {
  let low = 0
  let high = transitions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((transitions[middle] as Transition).at <= instant) low = middle + 1
    else high = middle
  }
  return transitions[low - 1]?.offset ?? before
}
