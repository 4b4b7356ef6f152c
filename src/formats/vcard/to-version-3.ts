// RFC 6350 to RFC 2426, as programs read it that know no other. What version 3 does not know stays as an extension, but
// for XML and for what identifies and aligns properties (PID, CLIENTPIDMAP, ALTID).

import { type ContentLine, escapeText, parameter, parameterValues, unescapeText } from '../content-line.ts'
import type { Card } from './card.ts'
import { dateToVersion3, revisionToVersion3 } from './dates.ts'
import { isMedia, isUri, mediaToVersion3 } from './media.ts'
import { types, withoutParameters, withParameter } from './parameters.ts'

const renamed: Readonly<Record<string, string>> = {
  KIND: 'X-ADDRESSBOOKSERVER-KIND',
  MEMBER: 'X-ADDRESSBOOKSERVER-MEMBER',
  ANNIVERSARY: 'X-ANNIVERSARY',
  GENDER: 'X-GENDER',
}

export const toVersion3 = ({ properties }: Card): Card => {
  const known = firstOfEach(properties.filter(({ name }) => name !== 'XML' && name !== 'CLIENTPIDMAP'))
  const preferred = mostPreferred(known)
  const lines = known.flatMap((line) => convert(line, preferred.has(line)))
  return { version: '3.0', properties: withName(lines) }
}

/** RFC 6350 §5.4: lines with one ALTID are one property, said in several ways. */
const firstOfEach = (lines: readonly ContentLine[]): ContentLine[] => {
  const seen = new Set<string>()
  return lines.filter((line) => {
    const id = parameter(line, 'ALTID')
    const key = `${line.name} ${id}`
    return id === undefined || (!seen.has(key) && seen.add(key))
  })
}

/** RFC 6350 §5.3: of each property the line with the lowest PREF, which is all that version 3 can say. */
const mostPreferred = (lines: readonly ContentLine[]): Set<ContentLine> => {
  const best = new Map<string, { line: ContentLine; preference: number }>()
  for (const line of lines) {
    const preference = Number(parameter(line, 'PREF') ?? Number.NaN)
    if (preference < (best.get(line.name)?.preference ?? 101)) best.set(line.name, { line, preference })
  }
  return new Set([...best.values()].map(({ line }) => line))
}

const convert = (line: ContentLine, preferred: boolean): ContentLine[] => {
  const named = { ...line, name: renamed[line.name] ?? line.name }
  const plain = withoutParameters(named, 'PREF', 'PID', 'ALTID', 'SORT-AS', 'LABEL', 'GEO', 'TZ')
  const value = isMedia(plain) ? mediaToVersion3(plain) : convertValue(plain)
  const converted = preferred ? withParameter(value, 'TYPE', 'pref') : value
  if (line.name === 'ADR') return address(converted, parameter(line, 'LABEL'))
  const sortAs = line.name === 'N' ? parameterValues(line, 'SORT-AS') : []
  return sortAs.length === 0 ? [converted] : [converted, property('SORT-STRING', escapeText(sortAs.join()))]
}

const property = (name: string, value: string): ContentLine => ({ group: undefined, name, parameters: [], value })

const convertValue = (line: ContentLine): ContentLine => {
  switch (line.name) {
    case 'BDAY':
    case 'X-ANNIVERSARY':
      return dateToVersion3(line)
    case 'REV':
      return revisionToVersion3(line)
    case 'GEO': // RFC 2426 §3.4.2
      return {
        ...withoutParameters(line, 'VALUE'),
        value: line.value.replace(/^geo:([-+\d.]+),([-+\d.]+).*$/i, '$1;$2'),
      }
    case 'TZ':
      return timeZone(line)
    case 'UID':
      return withoutParameters(line, 'VALUE')
    case 'TEL': // RFC 6350 §6.4.1
      return { ...withoutParameters(line, 'VALUE', 'MEDIATYPE'), value: line.value.replace(/^tel:/i, '') }
    case 'RELATED':
      return agent(line)
    default:
      return line
  }
}

const timeZone = (line: ContentLine): ContentLine => {
  const bare = withoutParameters(line, 'VALUE')
  const offset = /^([+-]\d\d):?(\d\d)?$/.exec(line.value.trim())
  if (offset !== null) return { ...bare, value: `${offset[1]}:${offset[2] ?? '00'}` }
  return withParameter(bare, 'VALUE', parameter(line, 'VALUE')?.toLowerCase() === 'uri' ? 'uri' : 'text')
}

/** RFC 2426 §3.5.4 */
const agent = (line: ContentLine): ContentLine => {
  const isAgent = types(line).some((type) => type.toLowerCase() === 'agent')
  if (!isAgent || !isUri(line.value)) return line
  return withParameter({ ...withoutParameters(line, 'TYPE', 'VALUE'), name: 'AGENT' }, 'VALUE', 'uri')
}

/** RFC 2426 §3.2.2: the label is a property of its own; an address that had nothing else was made for it. */
const address = (line: ContentLine, label: string | undefined): ContentLine[] => {
  if (label === undefined) return [line]
  const separate = { ...line, name: 'LABEL', value: escapeText(label) }
  return /^;*$/.test(line.value) ? [separate] : [line, { ...separate, group: undefined }]
}

/** RFC 2426 §3.1.2: N must be there, and some programs show nothing else. */
const withName = (lines: readonly ContentLine[]): ContentLine[] => {
  const at = lines.findIndex(({ name }) => name === 'FN')
  const formatted = lines[at]
  if (formatted === undefined || lines.some(({ name }) => name === 'N')) return [...lines]
  const name = property('N', `${escapeText(unescapeText(formatted.value))};;;;`)
  return lines.toSpliced(at + 1, 0, name)
}
