// RECUR values (RFC 5545 §3.3.10): what they say, and that they say it within the standard.
import { DomainError } from '../../errors.ts'
import { parseTime, type Time } from './values.ts'

export type Frequency = 'SECONDLY' | 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'

/** Sunday is 0; `nth` is 0 for every one. */
export type ByDay = { day: number; nth: number }

export type Rule = {
  freq: Frequency
  interval: number
  count: number | undefined
  until: Time | undefined
  wkst: number
  bySecond: readonly number[]
  byMinute: readonly number[]
  byHour: readonly number[]
  byDay: readonly ByDay[]
  byMonthDay: readonly number[]
  byYearDay: readonly number[]
  byWeekNo: readonly number[]
  byMonth: readonly number[]
  bySetPos: readonly number[]
}

const frequencies: readonly Frequency[] = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const known = new Set(
  'FREQ INTERVAL COUNT UNTIL WKST BYSECOND BYMINUTE BYHOUR BYDAY BYMONTHDAY BYYEARDAY BYWEEKNO BYMONTH BYSETPOS RSCALE SKIP'.split(
    ' ',
  ),
)

const refuse = (reason: string): never => {
  throw new DomainError('BadRequest', `The recurrence rule cannot be used: ${reason}`, { rule: true })
}

/** @throws DomainError BadRequest naming the part at fault. */
export function parseRule(value: string): Rule {
  const parts = new Map<string, string>()
  for (const part of value.trim().replace(/;$/, '').split(';')) {
    const equals = part.indexOf('=')
    const name = part.slice(0, equals).toUpperCase()
    if (equals < 1 || parts.has(name)) refuse(`${part.slice(0, 40)} is not one of its parts`)
    if (!known.has(name) && !name.startsWith('X-')) refuse(`there is no part ${name.slice(0, 40)}`)
    parts.set(name, part.slice(equals + 1).toUpperCase())
  }
  // RFC 7529: another calendar would need its months; one that says Gregorian changes nothing.
  if ((parts.get('RSCALE') ?? 'GREGORIAN') !== 'GREGORIAN') refuse('only the Gregorian calendar is known')
  if ((parts.get('SKIP') ?? 'OMIT') !== 'OMIT') refuse('days that do not exist can only be omitted')
  const rule = readParts(parts)
  checkTogether(rule)
  return rule
}

function readParts(parts: Map<string, string>): Rule {
  const numbers = (name: string, most: number, negative: boolean, least = negative ? 1 : 0) =>
    readNumbers(name, parts.get(name), { least, most, negative })
  const freq = parts.get('FREQ') as Frequency
  if (!frequencies.includes(freq)) refuse('FREQ is missing or unknown')
  const until = parts.get('UNTIL')
  return {
    freq,
    interval: readPositive('INTERVAL', parts.get('INTERVAL')) ?? 1,
    count: readPositive('COUNT', parts.get('COUNT')),
    until: until === undefined ? undefined : parseTime(until),
    wkst: readWeekday(parts.get('WKST') ?? 'MO'),
    bySecond: numbers('BYSECOND', 60, false).map((second) => Math.min(second, 59)),
    byMinute: numbers('BYMINUTE', 59, false),
    byHour: numbers('BYHOUR', 23, false),
    byDay: (parts.get('BYDAY')?.split(',') ?? []).map(readByDay),
    byMonthDay: numbers('BYMONTHDAY', 31, true),
    byYearDay: numbers('BYYEARDAY', 366, true),
    byWeekNo: numbers('BYWEEKNO', 53, true),
    byMonth: numbers('BYMONTH', 12, false, 1),
    bySetPos: numbers('BYSETPOS', 366, true),
  }
}

function readNumbers(
  name: string,
  value: string | undefined,
  { least, most, negative }: { least: number; most: number; negative: boolean },
): number[] {
  if (value === undefined) return []
  const numbers = value.split(',').map((part) => {
    const number = /^[+-]?\d{1,3}$/.test(part) ? Number(part) : Number.NaN
    const size = negative ? Math.abs(number) : number
    return size >= least && size <= most ? number : refuse(`${name} has ${part.slice(0, 20)}`)
  })
  return [...new Set(numbers)].sort((a, b) => a - b)
}

function readPositive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d{1,15}$/.test(value) ? Number(value) : 0
  return number >= 1 ? number : refuse(`${name} is ${value.slice(0, 20)}`)
}

function readWeekday(value: string): number {
  const day = weekdays.indexOf(value)
  return day >= 0 ? day : refuse(`${value.slice(0, 20)} is no weekday`)
}

function readByDay(value: string): ByDay {
  const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(value)
  if (!match) return refuse(`BYDAY has ${value.slice(0, 20)}`)
  const nth = match[1] === undefined ? 0 : Number(match[1])
  if (match[1] !== undefined && (nth === 0 || Math.abs(nth) > 53)) refuse(`BYDAY has ${value}`)
  return { day: readWeekday(match[2] ?? ''), nth }
}

/** RFC 5545 §3.3.10: what does not go with what. */
function checkTogether(rule: Rule): void {
  const { freq } = rule
  if (rule.count !== undefined && rule.until !== undefined) refuse('it has both COUNT and UNTIL')
  if (rule.byWeekNo.length > 0 && freq !== 'YEARLY') refuse('BYWEEKNO goes with YEARLY alone')
  if (rule.byYearDay.length > 0 && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(freq))
    refuse(`BYYEARDAY does not go with ${freq}`)
  if (rule.byMonthDay.length > 0 && freq === 'WEEKLY') refuse('BYMONTHDAY does not go with WEEKLY')
  if (rule.byDay.some(({ nth }) => nth !== 0)) {
    if (freq !== 'MONTHLY' && freq !== 'YEARLY') refuse(`a numbered BYDAY does not go with ${freq}`)
    if (rule.byWeekNo.length > 0) refuse('a numbered BYDAY does not go with BYWEEKNO')
  }
  const others = [
    rule.bySecond,
    rule.byMinute,
    rule.byHour,
    rule.byDay,
    rule.byMonthDay,
    rule.byYearDay,
    rule.byWeekNo,
    rule.byMonth,
  ]
  if (rule.bySetPos.length > 0 && others.every((list) => list.length === 0)) refuse('BYSETPOS needs another BY part')
}
