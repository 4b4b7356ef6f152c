// Values of iCalendar (RFC 5545 §3.3). A date or a local time is its wall clock as milliseconds: what Date.UTC gives
// for its fields, with no zone in it. That makes arithmetic on wall clocks plain; a Zone turns it into an instant.
import { DomainError } from '../../errors.ts'
import { parameter } from '../content-line.ts'
import type { Property } from './component.ts'

/** Milliseconds of a wall clock, as if it stood in UTC. */
export type Wall = number

export type Time = {
  wall: Wall
  /** A DATE: the whole day. */
  isDate: boolean
  /** Ends in Z. */
  isUtc: boolean
  /** TZID, if there is one. */
  zone: string | undefined
}

/** RFC 5545 §3.3.6: days and weeks are nominal (a day is a day though the clocks change), the rest is exact. */
export type Duration = { days: number; milliseconds: number }

export const DAY = 86_400_000

const refuse = (what: string, value: string): never => {
  throw new DomainError('BadRequest', `This is no ${what}: ${JSON.stringify(value.slice(0, 60))}`)
}

/** RFC 5545 §3.3.4 and §3.3.5 */
export function parseTime(value: string, zone?: string): Time {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/i.exec(value.trim())
  if (!match) return refuse('date or time', value)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const isDate = match[4] === undefined
  const wall = wallOf(year, month, day, hour, minute, Math.min(second, 59)) // §3.3.12: a leap second is 59 to those who know none
  const date = new Date(wall)
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second <= 60
  if (!real) return refuse('date or time', value)
  return { wall, isDate, isUtc: match[7] !== undefined, zone: match[7] === undefined ? zone : undefined }
}

/** `month` counts from 1. Date.UTC would take the years 0 to 99 for the 1900s. */
export function wallOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): Wall {
  const wall = Date.UTC(2000, month - 1, day, hour, minute, second)
  return year === 2000 ? wall : new Date(wall).setUTCFullYear(year, month - 1, day)
}

/** The time of a DTSTART, DTEND, DUE, RECURRENCE-ID, … with its TZID. */
export function timeOf(line: Property): Time {
  return parseTime(line.value, parameter(line, 'TZID'))
}

export function formatTime({ wall, isDate, isUtc }: Pick<Time, 'wall' | 'isDate' | 'isUtc'>): string {
  const text = new Date(wall).toISOString().replace(/[-:]|\.\d+/g, '')
  return isDate ? text.slice(0, 8) : isUtc ? text : text.slice(0, -1)
}

/** An instant in RFC 5545's UTC form. */
export const formatUtc = (milliseconds: number): string =>
  formatTime({ wall: milliseconds, isDate: false, isUtc: true })

/** RFC 5545 §3.3.6 */
export function parseDuration(value: string): Duration {
  const match =
    /^([+-])?P(?=.)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i.exec(
      value.trim(),
    )
  if (!match) return refuse('duration', value)
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0))
  const sign = match[1] === '-' ? -1 : 1
  return {
    days: sign * (weeks * 7 + days) || 0,
    milliseconds: sign * ((hours * 60 + minutes) * 60 + seconds) * 1000 || 0,
  }
}

/** RFC 5545 §3.3.14: `+0100`, `-053020`; milliseconds. */
export function parseOffset(value: string): number {
  const match = /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(value.trim())
  if (!match) return refuse('UTC offset', value)
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0))
  return (match[1] === '-' ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds) * 1000
}

export type Period = { start: Time; end: Time } | { start: Time; duration: Duration }

/** RFC 5545 §3.3.9 */
export function parsePeriod(value: string, zone?: string): Period {
  const [start = '', end = ''] = value.split('/', 2)
  const from = parseTime(start, zone)
  return /^[+-]?P/i.test(end)
    ? { start: from, duration: parseDuration(end) }
    : { start: from, end: parseTime(end, zone) }
}
