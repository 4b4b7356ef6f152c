// BDAY, ANNIVERSARY and REV: version 3 has ISO 8601 in the basic and the extended form (RFC 2426 §3.1.5), version 4 the
// basic one alone, and dates without a year (RFC 6350 §4.3).

import type { ContentLine } from '../content-line.ts'
import { parameter } from '../content-line.ts'
import { withoutParameters, withParameter } from './parameters.ts'

const full = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(?:(Z)|([+-]\d\d)(?::?(\d\d))?)?)?$/i
const withoutYear = /^--(\d\d)-?(\d\d)$/

/** How Apple's programs say in version 3 that a year means nothing; the year is theirs, too. */
const omitYear = 'X-APPLE-OMIT-YEAR'
const yearOfNone = '1604'

const write = (value: string, dash: string, colon: string): string => {
  const match = full.exec(value.trim())
  if (match === null) return value
  const [, year, month, day, hour, minute, second = '00', utc, offset, offsetMinute = '00'] = match
  const date = `${year}${dash}${month}${dash}${day}`
  if (hour === undefined) return date
  const zone = utc ? 'Z' : offset === undefined ? '' : `${offset}${colon}${offsetMinute}`
  return `${date}T${hour}${colon}${minute}${colon}${second}${zone}`
}

const isText = (line: ContentLine): boolean => parameter(line, 'VALUE')?.toLowerCase() === 'text'

export const dateToVersion4 = (line: ContentLine): ContentLine => {
  if (isText(line)) return line
  const bare = withoutParameters(line, 'VALUE', omitYear)
  const value = write(line.value, '', '')
  const none = parameter(line, omitYear)
  if (none !== undefined && value.startsWith(none)) return { ...bare, value: `--${value.slice(4, 8)}` }
  return { ...bare, value: value.replace(withoutYear, '--$1$2') }
}

export const dateToVersion3 = (line: ContentLine): ContentLine => {
  if (isText(line)) return line
  const bare = withoutParameters(line, 'VALUE', 'CALSCALE')
  const [, month, day] = withoutYear.exec(line.value) ?? []
  if (month !== undefined)
    return { ...withParameter(bare, omitYear, yearOfNone), value: `${yearOfNone}-${month}-${day}` }
  return { ...bare, value: write(line.value, '-', ':') }
}

/** RFC 6350 §6.7.4: a timestamp has its time. */
export const revisionToVersion4 = (line: ContentLine): ContentLine => {
  const value = write(line.value, '', '')
  return { ...withoutParameters(line, 'VALUE'), value: /^\d{8}$/.test(value) ? `${value}T000000Z` : value }
}

export const revisionToVersion3 = (line: ContentLine): ContentLine => ({
  ...withoutParameters(line, 'VALUE'),
  value: write(line.value, '-', ':'),
})
