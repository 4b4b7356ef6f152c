// The zones that one calendar object names (RFC 5545 §3.2.19). A name of the IANA database means that zone, whatever a
// VTIMEZONE beside it says: clients ship outdated and invented ones. Only names that nobody knows take the VTIMEZONE.
import { isDomainError } from '../../errors.ts'
import { parameter } from '../content-line.ts'
import { type Component, parseCalendar, property } from './component.ts'
import { ianaZone } from './iana-zone.ts'
import type { Time } from './values.ts'
import { zoneOf } from './vtimezone.ts'
import { windowsZones } from './windows-zones.ts'
import { utc, type Zone } from './zone.ts'

export type Zones = {
  /** Undefined for a name that nobody knows and no VTIMEZONE explains: its times float. */
  named(tzid: string): Zone | undefined
  /** The zone that a time is told in; `floating` where it has none. */
  of(time: Pick<Time, 'isDate' | 'isUtc' | 'zone'>, floating: Zone): Zone
}

/** @throws DomainError BadRequest, from `named`, when the only VTIMEZONE that explains a name is broken. */
export function zonesOf(calendar: Component): Zones {
  const definitions = new Map<string, Component>()
  for (const component of calendar.components) {
    const tzid = component.name === 'VTIMEZONE' ? property(component, 'TZID')?.value : undefined
    if (tzid !== undefined && !definitions.has(tzid)) definitions.set(tzid, component)
  }
  const known = new Map<string, Zone | undefined>()
  const named = (tzid: string): Zone | undefined => {
    if (known.has(tzid)) return known.get(tzid)
    const definition = definitions.get(tzid)
    const zone = zoneByName(tzid) ?? (definition && zoneOf(definition))
    known.set(tzid, zone)
    return zone
  }
  const of: Zones['of'] = ({ isDate, isUtc, zone }, floating) =>
    isUtc ? utc : isDate || zone === undefined ? floating : (named(zone) ?? floating)
  return { named, of }
}

/** The name of a zone that times of the object are told in and that nobody knows; undefined where there is none. */
export function unknownZone(calendar: Component): string | undefined {
  const { named } = zonesOf(calendar)
  const within = ({ properties, components }: Component): string | undefined => {
    for (const line of properties) {
      const tzid = parameter(line, 'TZID')
      if (tzid !== undefined && named(tzid) === undefined) return tzid
    }
    for (const component of components) {
      const unknown = within(component)
      if (unknown !== undefined) return unknown
    }
    return undefined
  }
  return within(calendar)
}

/** A zone known by its name alone: IANA's, Windows', or one of those behind a vendor's prefix. */
export function zoneByName(tzid: string): Zone | undefined {
  const name = tzid.trim()
  const windows = windowsZones.get(name)
  if (windows !== undefined) return ianaZone(windows)
  if (!name.startsWith('/')) return ianaZone(name)
  // RFC 5545 §3.8.3.1: a leading solidus marks a registry's own name; those in use end in the IANA name.
  const parts = name.split('/').filter((part) => part !== '')
  for (const length of [3, 2]) {
    const zone = ianaZone(parts.slice(-length).join('/'))
    if (zone) return zone
  }
  return undefined
}

/** The zone that a calendar-timezone says (RFC 4791 §5.2.2): a VTIMEZONE in its iCalendar object, or a zone's name. */
export function zoneIn(value: string): Zone | undefined {
  const text = value.trim()
  const named = zoneByName(text)
  if (named !== undefined || !text.includes(':')) return named
  try {
    const calendar = parseCalendar(text)
    const definition = calendar.components.find(({ name }) => name === 'VTIMEZONE')
    const tzid = definition && property(definition, 'TZID')?.value
    return tzid === undefined ? undefined : zonesOf(calendar).named(tzid)
  } catch (error) {
    if (isDomainError(error)) return undefined // what cannot be read is no zone
    throw error
  }
}
