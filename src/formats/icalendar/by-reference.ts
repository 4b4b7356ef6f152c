// Time zones by reference (RFC 7809 §3.1.3): the definitions of zones that everybody knows are left out of a text, or put
// into it where it names a zone and does not say what it means. All else stays byte for byte.
import { writtenZones } from '../../limits.ts'
import { writeComponent } from './component.ts'
import { ianaZone } from './iana-zone.ts'
import { writeVtimezone } from './write-vtimezone.ts'

const definition = /^BEGIN:VTIMEZONE[ \t]*\r?\n[\s\S]*?^END:VTIMEZONE[ \t]*(?:\r?\n|$)/gim

const unfolded = (text: string): string => text.replace(/\r?\n[ \t]/g, '')

const nameIn = (vtimezone: string): string | undefined =>
  /^TZID[^:\r\n]*:([^\r\n]*)/im.exec(unfolded(vtimezone))?.[1]?.trim()

/** RFC 7809 §3.1.3: without the definitions of standard zones; one that only this text explains stays. */
export const withoutZones = (text: string): string =>
  text.includes('VTIMEZONE') ? text.replace(definition, (one) => (isStandard(nameIn(one)) ? '' : one)) : text

const isStandard = (tzid: string | undefined): boolean => tzid !== undefined && ianaZone(tzid) !== undefined

/** The zones that times of the text are told in, and what looks like one. */
const referredIn = (text: string): ReadonlySet<string> => {
  const names = unfolded(text).matchAll(/;TZID=(?:"([^"]*)"|([^;:\r\n]*))/gi)
  return new Set(Array.from(names, ([, quoted, plain]) => (quoted ?? plain ?? '').trim()))
}

const missingIn = (text: string): string[] => {
  if (!/TZID=/i.test(text)) return []
  const defined = new Set([...text.matchAll(definition)].map(([one]) => nameIn(one)))
  return [...referredIn(text)].filter((tzid) => !defined.has(tzid))
}

const written = new Map<string, string>()

/** Empty for a name that nobody knows. A report asks for the same few a thousand times. */
const definitionOf = (tzid: string, first: number, year: number): string => {
  const key = `${tzid} ${first} ${year}`
  let text = written.get(key)
  if (text === undefined) {
    const vtimezone = writeVtimezone(tzid, first, year)
    text = vtimezone === undefined ? '' : writeComponent(vtimezone)
    if (written.size >= writtenZones) written.clear()
    written.set(key, text)
  }
  return text
}

/**
 * With a definition of each standard zone that it uses.
 *
 * @param year in which the definitions end in a rule; they begin with the earliest time of the text.
 */
export const withZones = (text: string, year: number): string => {
  const missing = missingIn(text)
  if (missing.length === 0) return text
  const years = Array.from(text.matchAll(/^(?:DTSTART|DUE|RECURRENCE-ID)[^:\r\n]*:(\d{4})/gim), ([, one]) =>
    Number(one),
  )
  const first = Math.min(year, ...years) - 1
  const definitions = missing.map((tzid) => definitionOf(tzid, first, year)).join('')
  const at = text.slice(1).search(/^BEGIN:/im) + 1
  return at === 0 ? text : text.slice(0, at) + definitions + text.slice(at)
}
