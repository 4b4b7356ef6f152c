// Zones of the IANA database as the runtime carries it, by name. Asking Intl for an offset is slow, so each year's
// transitions are found once: by looking every few days and halving the interval where the offset changed.
import { ianaZones } from '../../limits.ts'
import { DAY } from './values.ts'
import { offsetIn, type Transition, type Zone } from './zone.ts'

/** No two transitions of any zone are nearer (Morocco's around Ramadan are weeks apart). */
const stride = 7 * DAY

/** No zone changed before: places had their own time. */
const firstYear = 1800

/** From 2100 on rules repeat for ever, as the Gregorian calendar does every 400 years, weekdays included. */
const lastYear = 2499
const turn = 146_097 * DAY

type Year = { readonly before: number; readonly transitions: readonly Transition[] }

class IanaZone implements Zone {
  readonly id: string
  readonly #format: Intl.DateTimeFormat
  readonly #years = new Map<number, Year>()

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', day: 'numeric' })
    this.id = this.#format.resolvedOptions().timeZone
  }

  offsetAt(instant: number): number {
    const year = new Date(instant).getUTCFullYear()
    // A hostile rule may visit thousands of years, and each new one costs: they are taken for others that are the same.
    if (year < firstYear) return this.offsetAt(Date.UTC(firstYear, 0, 1))
    if (year > lastYear) return this.offsetAt(instant - Math.ceil((year - lastYear) / 400) * turn)
    const { before, transitions } = this.year(year)
    return offsetIn(transitions, instant, before)
  }

  /** What happens in a year (UTC), and the offset in which it begins. */
  year(year: number): Year {
    let known = this.#years.get(year)
    if (!known) {
      known = this.#look(year)
      this.#years.set(year, known)
    }
    return known
  }

  #look(year: number): Year {
    const start = Date.UTC(year, 0, 1)
    const end = Date.UTC(year + 1, 0, 1)
    const before = this.#ask(start)
    const transitions: Transition[] = []
    let offset = before
    for (let low = start; low < end; low += stride) {
      const high = Math.min(low + stride, end)
      const next = this.#ask(high)
      if (next !== offset) transitions.push({ at: this.#boundary(low, high, offset), offset: next })
      offset = next
    }
    return { before, transitions }
  }

  /** The first second in (low, high] at which the offset is no longer `offset`. */
  #boundary(low: number, high: number, offset: number): number {
    let from = low / 1000
    let to = high / 1000
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2)
      if (this.#ask(middle * 1000) === offset) from = middle
      else to = middle
    }
    return to * 1000
  }

  /** `1, GMT-04:56:02`: one part of a date besides the offset is what is fastest. */
  #ask(instant: number): number {
    const [, sign, hours, minutes, seconds = 0] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(this.#format.format(instant)) ?? []
    if (sign === undefined) return 0
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offset : offset
  }
}

const zones = new Map<string, IanaZone | undefined>()

/** Told apart by its name: two of one name are the same. */
export const isIanaZone = (zone: Zone): boolean => zone instanceof IanaZone

/** Undefined for a name that is not in the IANA database. Names are compared without regard to case. */
export function ianaZone(name: string): (Zone & { year(year: number): Year }) | undefined {
  const key = name.toLowerCase()
  if (zones.has(key)) return zones.get(key)
  const zone = open(name)
  if (zones.size < ianaZones) zones.set(key, zone)
  return zone
}

function open(name: string): IanaZone | undefined {
  // Intl takes `+01:00` for a zone as well; no TZID means that.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return undefined
  try {
    return new IanaZone(name)
  } catch {
    return undefined
  }
}
