// RFC 2426 to RFC 6350 (its appendix A lists the differences). What version 4 does not know stays as an extension, but
// for PROFILE, which says nothing.

import { type ContentLine, parameter, unescapeText } from '../content-line.ts'
import type { Card } from './card.ts'
import { dateToVersion4, revisionToVersion4 } from './dates.ts'
import { isMedia, isUri, mediaToVersion4 } from './media.ts'
import { types, withoutParameters, withParameter } from './parameters.ts'

/** Names that programs gave in version 3 to what came with version 4. */
const renamed: Readonly<Record<string, string>> = {
  'X-ADDRESSBOOKSERVER-KIND': 'KIND',
  'X-ADDRESSBOOKSERVER-MEMBER': 'MEMBER',
  'X-ANNIVERSARY': 'ANNIVERSARY',
  'X-GENDER': 'GENDER',
}

export const toVersion4 = ({ properties }: Card): Card => {
  const lines = properties.filter(({ name }) => name !== 'PROFILE').map(convert)
  return { version: '4.0', properties: withoutRepeated(withLabels(withSortAs(lines))) }
}

const convert = (line: ContentLine): ContentLine => {
  const encoding = parameter(line, 'ENCODING')
  const named = { ...decoded(line, encoding), name: renamed[line.name] ?? line.name }
  const plain = withPreference(withoutParameters(named, 'ENCODING', 'CHARSET'))
  return isMedia(plain) ? mediaToVersion4(plain, encoding) : convertValue(plain)
}

/** RFC 2426 §5 took quoted-printable away; programs that began with version 2.1 still write it. */
const decoded = (line: ContentLine, encoding: string | undefined): ContentLine => {
  if (encoding?.toUpperCase() !== 'QUOTED-PRINTABLE') return line
  const bytes = Buffer.from(
    Buffer.from(line.value)
      .toString('latin1')
      .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  const charset = parameter(line, 'CHARSET')?.toLowerCase()
  const text = bytes.toString(charset === 'iso-8859-1' ? 'latin1' : 'utf8')
  return { ...line, value: text.replace(/\r?\n/g, '\\n') }
}

/** TYPE=pref becomes PREF=1 (RFC 6350 §5.3); INTERNET is what an EMAIL is anyway (RFC 2426 §3.3.2). */
const withPreference = (line: ContentLine): ContentLine => {
  const said = types(line)
  const left = said.filter((type) => !/^pref$/i.test(type) && !(line.name === 'EMAIL' && /^internet$/i.test(type)))
  if (left.length === said.length) return line
  const typed = withParameter(withoutParameters(line, 'TYPE'), 'TYPE', ...left)
  const preferred = said.some((type) => /^pref$/i.test(type)) && parameter(line, 'PREF') === undefined
  return preferred ? withParameter(typed, 'PREF', '1') : typed
}

const convertValue = (line: ContentLine): ContentLine => {
  switch (line.name) {
    case 'BDAY':
    case 'ANNIVERSARY':
      return dateToVersion4(line)
    case 'REV':
      return revisionToVersion4(line)
    case 'GEO': // RFC 6350 §6.5.2
      return { ...line, value: line.value.replace(/^\s*([-+\d.]+)\s*\\?[;,]\s*([-+\d.]+)\s*$/, 'geo:$1,$2') }
    case 'TZ':
      return timeZone(line)
    case 'UID': // RFC 6350 §6.7.6: a URI unless it says that it is text
      return isUri(line.value) ? line : withParameter(withoutParameters(line, 'VALUE'), 'VALUE', 'text')
    case 'URL':
    case 'SOURCE':
    case 'IMPP':
    case 'FBURL':
    case 'CALURI':
    case 'CALADRURI':
      return { ...withoutParameters(line, 'VALUE'), value: line.value.replace(/\\([:;,])/g, '$1') }
    case 'AGENT': // RFC 6350 §6.6.6
      return parameter(line, 'VALUE')?.toLowerCase() === 'uri'
        ? withParameter({ ...withoutParameters(line, 'VALUE'), name: 'RELATED' }, 'TYPE', 'agent')
        : line
    default:
      return line
  }
}

const timeZone = (line: ContentLine): ContentLine => {
  const bare = withoutParameters(line, 'VALUE')
  const offset = /^([+-]\d\d):?(\d\d)$/.exec(line.value.trim())
  return offset === null ? bare : { ...withParameter(bare, 'VALUE', 'utc-offset'), value: `${offset[1]}${offset[2]}` }
}

/** SORT-STRING becomes a parameter of N (RFC 6350 §5.9). */
const withSortAs = (lines: readonly ContentLine[]): ContentLine[] => {
  const sort = lines.find(({ name }) => name === 'SORT-STRING')
  const name = lines.find((line) => line.name === 'N')
  if (sort === undefined || name === undefined) return [...lines]
  return lines
    .filter((line) => line !== sort)
    .map((line) => (line === name ? withParameter(line, 'SORT-AS', unescapeText(sort.value)) : line))
}

/** LABEL becomes a parameter of the address with the same types (RFC 6350 §6.3.1), or of one that has nothing else. */
const withLabels = (lines: readonly ContentLine[]): ContentLine[] => {
  const labels = lines.filter(({ name }) => name === 'LABEL')
  const labelled = lines.flatMap((line) => {
    if (line.name === 'LABEL') return []
    const at = line.name === 'ADR' ? labels.findIndex((label) => sameTypes(label, line)) : -1
    const [label] = at === -1 ? [] : labels.splice(at, 1)
    return [label === undefined ? line : withParameter(line, 'LABEL', unescapeText(label.value))]
  })
  const left = labels.map((label) =>
    withParameter({ ...label, name: 'ADR', value: ';;;;;;' }, 'LABEL', unescapeText(label.value)),
  )
  return [...labelled, ...left]
}

const sameTypes = (one: ContentLine, other: ContentLine): boolean => typeKey(one) === typeKey(other)

const typeKey = (line: ContentLine): string =>
  types(line)
    .map((type) => type.toLowerCase())
    .sort()
    .join()

/** Some programs write both names of KIND and MEMBER. */
const withoutRepeated = (lines: readonly ContentLine[]): ContentLine[] => {
  const seen = new Set<string>()
  return lines.filter(({ name, value }) => {
    if (name !== 'KIND' && name !== 'MEMBER') return true
    const key = name === 'KIND' ? name : value
    return !seen.has(key) && seen.add(key)
  })
}
