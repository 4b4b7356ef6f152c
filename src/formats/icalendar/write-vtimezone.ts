// A VTIMEZONE (RFC 5545 §3.6.5) for a zone of the IANA database: each change of the clocks from a year on, and the rule by
// which they go on, where the last years follow one. Programs without the database of their own live by it.
import { icalendarZoneYears } from '../../limits.ts'
import type { Component, Property } from './component.ts'
import { ianaZone } from './iana-zone.ts'
import { DAY, formatTime, type Wall, wallOf } from './values.ts'

type Onset = { readonly wall: Wall; readonly from: number; readonly to: number }

const line = (name: string, value: string): Property => ({ group: undefined, name, parameters: [], value })

/** RFC 5545 §3.3.14; zones of the nineteenth century have seconds. */
const offset = (milliseconds: number): string => {
  const seconds = Math.round(Math.abs(milliseconds) / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hours, minutes, rest] = parts.map((part) => String(part).padStart(2, '0'))
  return `${milliseconds < 0 ? '-' : '+'}${hours}${minutes}${rest === '00' ? '' : rest}`
}

const local = (wall: Wall): string => formatTime({ wall, isDate: false, isUtc: false })

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const

/** How a yearly rule may say the day of an onset: the nth or the last of its weekday in its month. */
const places = (wall: Wall): ReadonlySet<number> => {
  const date = new Date(wall)
  const day = date.getUTCDate()
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return new Set([...(day <= 28 ? [Math.ceil(day / 7)] : []), ...(day + 7 > days ? [-1] : [])])
}

/** True for two onsets that one yearly rule may have, but for the place of their weekday. */
const alike = (one: Onset, other: Onset): boolean => {
  const [a, b] = [new Date(one.wall), new Date(other.wall)]
  return (
    one.from === other.from &&
    one.to === other.to &&
    a.getUTCMonth() === b.getUTCMonth() &&
    a.getUTCDay() === b.getUTCDay() &&
    one.wall % DAY === other.wall % DAY
  )
}

type Tail = { readonly year: number; readonly rules: readonly { readonly onset: Onset; readonly place: number }[] }

/** The first year from which on every year is as the last one. */
const tailOf = (years: readonly (readonly Onset[])[], first: number): Tail | undefined => {
  const last = years.at(-1) ?? []
  if (last.length === 0) return undefined
  let candidates = last.map(({ wall }) => places(wall))
  let begin = years.length - 1
  for (let index = years.length - 2; index >= 0; index--) {
    const onsets = years[index] ?? []
    if (onsets.length !== last.length || !onsets.every((onset, n) => alike(onset, last[n] as Onset))) break
    const narrowed = candidates.map((set, n) => set.intersection(places((onsets[n] as Onset).wall)))
    if (narrowed.some(({ size }) => size === 0)) break
    candidates = narrowed
    begin = index
  }
  if (years.length - begin < 5) return undefined // fewer years prove no rule
  const rules = (years[begin] ?? []).map((onset, n) => ({ onset, place: Math.min(...(candidates[n] ?? [])) }))
  return { year: first + begin, rules }
}

const observance = ({ wall, from, to }: Onset, more: readonly Property[]): Component => ({
  // RFC 5545 §3.6.5: what brings the clocks forward is DAYLIGHT.
  name: to > from ? 'DAYLIGHT' : 'STANDARD',
  properties: [
    line('DTSTART', local(wall)),
    line('TZOFFSETFROM', offset(from)),
    line('TZOFFSETTO', offset(to)),
    ...more,
  ],
  components: [],
})

/** Onsets of one kind, as one observance. */
const grouped = (onsets: readonly Onset[]): Component[] => {
  const groups = Map.groupBy(onsets, ({ from, to }) => `${from} ${to}`)
  return [...groups.values()].map((group) => {
    const rest = group.slice(1).map(({ wall }) => local(wall))
    return observance(group[0] as Onset, rest.length === 0 ? [] : [line('RDATE', rest.join(','))])
  })
}

/**
 * The definition of an IANA zone from the beginning of a year on; undefined for a name that is none.
 *
 * @param now the year up to which, and some years beyond, the clocks' changes are looked at.
 */
export function writeVtimezone(tzid: string, first: number, now: number): Component | undefined {
  const zone = ianaZone(tzid)
  if (zone === undefined) return undefined
  const from = Math.min(Math.max(first, icalendarZoneYears.first), now)
  const years = Array.from({ length: now + icalendarZoneYears.ahead - from + 1 }, (_, index) => {
    const { before, transitions } = zone.year(from + index)
    const offsets = [before, ...transitions.map((one) => one.offset)]
    return transitions.map(
      ({ at, offset: to }, n): Onset => ({ wall: at + (offsets[n] ?? to), from: offsets[n] ?? to, to }),
    )
  })
  const { before } = zone.year(from)
  const start: Onset = { wall: wallOf(from, 1, 1), from: before, to: before }
  const tail = tailOf(years, from)
  const single = (tail === undefined ? years : years.slice(0, tail.year - from)).flat()
  const ruled = (tail?.rules ?? []).map(({ onset, place }) => {
    const date = new Date(onset.wall)
    const byday = `${place}${weekdays[date.getUTCDay()] ?? ''}`
    return observance(onset, [line('RRULE', `FREQ=YEARLY;BYMONTH=${date.getUTCMonth() + 1};BYDAY=${byday}`)])
  })
  return {
    name: 'VTIMEZONE',
    properties: [line('TZID', tzid)],
    components: [observance(start, []), ...grouped(single), ...ruled],
  }
}
