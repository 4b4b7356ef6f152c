// The corpus as text (*.txt): blocks of a name, the lines of a component, and the dates that they mean on the wall
// clock of DTSTART's zone: `1997-09-02,04..06@09:00,12:00` is four days with two times each; `...` goes on for ever.
// `! …` says why dateutil is known to answer otherwise, with the standard's sentence.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parameter, splitValue } from '../../src/formats/content-line.ts'
import { properties, property } from '../../src/formats/icalendar/component.ts'
import { type CalendarObject, parseObject } from '../../src/formats/icalendar/object.ts'
import { eachOccurrence } from '../../src/formats/icalendar/occurrences.ts'
import { timingOf } from '../../src/formats/icalendar/timing.ts'
import { DAY, timeOf } from '../../src/formats/icalendar/values.ts'
import { toWall, utc } from '../../src/formats/icalendar/zone.ts'

export type Case = {
  name: string
  lines: string[]
  /** Wall clocks in milliseconds. */
  expected: number[]
  endless: boolean
  differs: string | undefined
}

export const corpus = (): Case[] =>
  readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(import.meta.dirname, name), 'utf8')
        .split(/\n{2,}/)
        .slice(1),
    )
    .map(readCase)

function readCase(block: string): Case {
  const rows = block.trim().split('\n')
  const starting = (mark: string): string[] =>
    rows.filter((row) => row.startsWith(`${mark} `)).map((row) => row.slice(2))
  const lines = rows.filter((row) => /^[A-Z]/.test(row))
  const [dates = ''] = starting('=')
  const time = /^DTSTART[^:]*:\d{8}T(\d\d)(\d\d)/.exec(lines[0] ?? '')
  const tokens = dates.split(' ').filter((token) => token !== '...')
  const expected = tokens.flatMap((token) => readDates(token, time ? `${time[1]}:${time[2]}` : '00:00'))
  return { name: starting('#').join(' '), lines, expected, endless: dates.endsWith('...'), differs: starting('!')[0] }
}

function readDates(token: string, time: string): number[] {
  const [dates = '', times = time] = token.split('@')
  const month = dates.slice(0, 8)
  const days = dates
    .slice(8)
    .split(',')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('..').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(2, '0'))
    })
  return days.flatMap((day) => times.split(',').map((at) => Date.parse(`${month}${day}T${at}Z`)))
}

export const objectOf = (lines: readonly string[]): CalendarObject =>
  parseObject(
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'),
  )

/** The first instances in ms UTC, found by looking at ever longer ranges. */
export function firstInstances(object: CalendarObject, most: number): number[] {
  const start = startOf(object).start
  for (let days = 1; ; days *= 8) {
    const last = days > 4_000_000
    const range = { start: Number.NEGATIVE_INFINITY, end: last ? Number.POSITIVE_INFINITY : start + days * DAY }
    const found = [...eachOccurrence(object, range)].map((one) => one.start).sort((a, b) => a - b)
    if (found.length >= most || last) return found.slice(0, most)
  }
}

export const wallsOf = (object: CalendarObject, instants: readonly number[]): number[] =>
  instants.map((instant) => toWall(startOf(object).zone, instant))

const startOf = (object: CalendarObject) => timingOf(master(object), object.zones, utc)

const master = (object: CalendarObject) => {
  if (!object.master) throw new Error('a case has one component')
  return object.master
}

/** The case as agree.py takes it. */
export function question(object: CalendarObject, most: number) {
  const event = master(object)
  const start = property(event, 'DTSTART')
  const zone = (start && parameter(start, 'TZID')) ?? null
  const times = (name: string) =>
    properties(event, name).flatMap((line) =>
      splitValue(line.value, ',').map((value) => [
        value,
        parameter(line, 'TZID') ?? (timeOf({ ...line, value }).isUtc ? null : zone),
      ]),
    )
  const rules = properties(event, 'RRULE').map(({ value }) => value)
  return { start: start?.value, zone, rules, rdates: times('RDATE'), exdates: times('EXDATE'), most }
}
