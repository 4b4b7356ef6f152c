// When somebody is busy (RFC 4791 §7.10), of the calendar objects that count for it. Periods are clipped to the range,
// merged, and never overlap: where two kinds meet, the stronger one stands.
import { parameter } from '../content-line.ts'
import { type Component, type Property, properties, property } from './component.ts'
import type { CalendarObject } from './object.ts'
import { eachOccurrence } from './occurrences.ts'
import { periodsOf, type TimeRange } from './timing.ts'
import { formatUtc } from './values.ts'
import { utc, type Zone } from './zone.ts'

/** Weakest first. */
export const busyKinds = ['BUSY-TENTATIVE', 'BUSY-UNAVAILABLE', 'BUSY'] as const

export type BusyType = (typeof busyKinds)[number]

/** Milliseconds UTC. */
export type BusyPeriod = { start: number; end: number; type: BusyType }

/**
 * The periods of one object in the range, neither merged nor in order.
 *
 * @param isSelf whether an address is that of whose calendar it is: what that attendee answers counts.
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export function* busyPeriods(
  object: CalendarObject,
  range: TimeRange,
  floating: Zone = utc,
  isSelf: (calendarUser: string) => boolean = () => false,
): Generator<BusyPeriod, void> {
  const clipped = (start: number, end: number, type: BusyType): BusyPeriod[] =>
    clip(start, end, range).map((part) => ({ ...part, type }))
  if (object.type === 'VEVENT') {
    for (const { start, end, component } of eachOccurrence(object, range, floating)) {
      const type = typeOfEvent(component, isSelf)
      if (type) yield* clipped(start, end, type)
    }
  } else if (object.type === 'VFREEBUSY') {
    for (const component of object.calendar.components.filter(({ name }) => name === 'VFREEBUSY')) {
      for (const line of properties(component, 'FREEBUSY')) {
        const type = typeOfFreeBusy(line)
        if (type) for (const { start, end } of periodsOf(line, object.zones, floating)) yield* clipped(start, end, type)
      }
    }
  }
}

/** The part of a period that is in the range, if any is. */
export const clip = (start: number, end: number, range: TimeRange): TimeRange[] => {
  const from = Math.max(start, range.start)
  const to = Math.min(end, range.end)
  return from < to ? [{ start: from, end: to }] : []
}

/** RFC 4791 §7.10: transparent and cancelled events take no time; nor does what one has declined, or left to another. */
function typeOfEvent(component: Component, isSelf: (calendarUser: string) => boolean): BusyType | undefined {
  const value = (name: string): string | undefined => property(component, name)?.value.trim().toUpperCase()
  if (value('TRANSP') === 'TRANSPARENT' || value('STATUS') === 'CANCELLED') return undefined
  const attendee = properties(component, 'ATTENDEE').find((line) => isSelf(line.value))
  switch (attendee && parameter(attendee, 'PARTSTAT')?.toUpperCase()) {
    case 'DECLINED':
    case 'DELEGATED':
      return undefined
    case 'TENTATIVE':
    case 'NEEDS-ACTION':
      return 'BUSY-TENTATIVE'
  }
  return value('STATUS') === 'TENTATIVE' ? 'BUSY-TENTATIVE' : 'BUSY'
}

/** RFC 5545 §3.2.9: what is not known is BUSY. */
function typeOfFreeBusy(line: Property): BusyType | undefined {
  const type = parameter(line, 'FBTYPE')?.toUpperCase() ?? 'BUSY'
  return type === 'FREE' ? undefined : (busyKinds.find((kind) => kind === type) ?? 'BUSY')
}

/** Ascending, without overlaps. */
export function mergeBusy(periods: Iterable<BusyPeriod>): BusyPeriod[] {
  // Swept from edge to edge: at each, how many periods of each kind are open.
  const edges = [...periods].flatMap(({ start, end, type }) => [
    { at: start, type, step: 1 },
    { at: end, type, step: -1 },
  ])
  edges.sort((a, b) => a.at - b.at)
  const open: Record<BusyType, number> = { 'BUSY-TENTATIVE': 0, 'BUSY-UNAVAILABLE': 0, BUSY: 0 }
  const merged: BusyPeriod[] = []
  let since = 0
  for (const { at, type, step } of edges) {
    const strongest = busyKinds.findLast((kind) => open[kind] > 0)
    if (strongest && at > since) append(merged, { start: since, end: at, type: strongest })
    open[type] += step
    since = at
  }
  return merged
}

function append(merged: BusyPeriod[], period: BusyPeriod): void {
  const last = merged.at(-1)
  if (last && last.end === period.start && last.type === period.type) last.end = period.end
  else merged.push(period)
}

/** The VFREEBUSY that answers a free-busy-query, one FREEBUSY a period. */
export function freeBusyComponent(
  periods: readonly BusyPeriod[],
  range: TimeRange,
  head: readonly Property[],
): Component {
  const line = (name: string, value: string, type?: string): Property => ({
    group: undefined,
    name,
    parameters: type === undefined ? [] : [{ name: 'FBTYPE', values: [type] }],
    value,
  })
  const busy = periods.map(({ start, end, type }) =>
    line('FREEBUSY', `${formatUtc(start)}/${formatUtc(end)}`, type === 'BUSY' ? undefined : type),
  )
  const times = [line('DTSTART', formatUtc(range.start)), line('DTEND', formatUtc(range.end))]
  return { name: 'VFREEBUSY', properties: [...head, ...times, ...busy], components: [] }
}
