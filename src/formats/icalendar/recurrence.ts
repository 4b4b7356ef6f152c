// The instances of a recurrence rule (RFC 5545 §3.3.10), as wall clocks in ascending order.
// A period (a year, a month, … by FREQ and INTERVAL) has days and times of day; its instances are their product,
// which is never made whole: BYSETPOS indexes into it. Nothing is longer than a year's days, and the search for
// the next instance is bounded: the Gregorian calendar repeats after 400 years, so what has found nothing by then never will.
// Every day looked at and every instance found is a step of the caller's effort.
import { recurrenceSearchDays } from '../../limits.ts'
import { Effort } from './effort.ts'
import type { ByDay, Rule } from './recurrence-rule.ts'
import { DAY, type Wall, wallOf } from './values.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const SECOND = 1000

/** Times of day in milliseconds and days as walls of midnight, both ascending. */
type Period = { days: readonly Wall[]; times: readonly number[] }

/** What lies before `from` is skipped without a visit, and nothing is looked for behind `to`. */
export type Bounds = { from: Wall; to: Wall; effort: Effort }

const lastWall = wallOf(9999, 12, 31, 23, 59, 59)

/**
 * The walls at which `rule` recurs, not before `start`; COUNT and UNTIL are the caller's. DTSTART itself is among
 * them only if the rule says so.
 *
 * @throws DomainError TooLarge when `effort` is used up.
 */
export function* instances(rule: Rule, start: Wall, bounds: Partial<Bounds> = {}): Generator<Wall, void> {
  const { from = start, to = lastWall, effort = new Effort() } = bounds
  const earliest = Math.max(start, from)
  const latest = Math.min(to, lastWall)
  const within = { from: earliest, to: latest, effort }
  for (const { days, times } of periods(complete(rule, start), start, within)) {
    const size = days.length * times.length
    const at = (index: number): Wall =>
      (days[Math.floor(index / times.length)] ?? 0) + (times[index % times.length] ?? 0)
    for (const index of rule.bySetPos.length === 0 ? range(size) : positions(rule.bySetPos, size)) {
      effort.spend()
      const wall = at(index)
      if (wall > latest) return
      if (wall >= earliest) yield wall
    }
  }
}

function* range(size: number): Generator<number, void> {
  for (let index = 0; index < size; index++) yield index
}

const positions = (bySetPos: readonly number[], size: number): number[] =>
  [...new Set(bySetPos.map((position) => (position > 0 ? position - 1 : size + position)))]
    .filter((index) => index >= 0 && index < size)
    .sort((a, b) => a - b)

/** Whether a period with so many days and times has one at a position that is asked for. */
const hasInstances = ({ bySetPos }: Rule, size: number): boolean =>
  bySetPos.length === 0 ? size > 0 : bySetPos.some((position) => Math.abs(position) <= size)

/** RFC 5545 §3.3.10: what the rule leaves open comes from DTSTART. */
function complete(rule: Rule, start: Wall): Rule {
  const date = new Date(start)
  const { freq, byMonth, byWeekNo, byYearDay, byMonthDay, byDay } = rule
  const filled = { ...rule }
  const noDay = byYearDay.length + byMonthDay.length + byDay.length === 0
  if (freq === 'YEARLY' && noDay && byWeekNo.length === 0) {
    filled.byMonthDay = [date.getUTCDate()]
    if (byMonth.length === 0) filled.byMonth = [date.getUTCMonth() + 1]
  }
  if (freq === 'MONTHLY' && noDay) filled.byMonthDay = [date.getUTCDate()]
  if ((freq === 'WEEKLY' || byWeekNo.length > 0) && noDay) filled.byDay = [{ day: date.getUTCDay(), nth: 0 }]
  const coarse = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(freq)
  if (coarse && rule.byHour.length === 0) filled.byHour = [date.getUTCHours()]
  if ((coarse || freq === 'HOURLY') && rule.byMinute.length === 0) filled.byMinute = [date.getUTCMinutes()]
  if (freq !== 'SECONDLY' && rule.bySecond.length === 0) filled.bySecond = [date.getUTCSeconds()]
  return filled
}

function periods(rule: Rule, start: Wall, bounds: Bounds): Generator<Period, void> {
  switch (rule.freq) {
    case 'SECONDLY':
      return shortPeriods(rule, start, bounds, SECOND)
    case 'MINUTELY':
      return shortPeriods(rule, start, bounds, MINUTE)
    case 'HOURLY':
      return shortPeriods(rule, start, bounds, HOUR)
    default:
      return longPeriods(rule, start, bounds)
  }
}

/** The first period of a frequency of a day or longer, and the one `steps` after it, as the walls it spans. */
const spans = {
  DAILY: (start: Wall, steps: number) => {
    const first = midnight(start) + steps * DAY
    return [first, first + DAY] as const
  },
  WEEKLY: (start: Wall, steps: number, wkst: number) => {
    const first = weekStart(midnight(start), wkst) + steps * 7 * DAY
    return [first, first + 7 * DAY] as const
  },
  MONTHLY: (start: Wall, steps: number) => {
    const date = new Date(start)
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + steps
    return [monthStart(month), monthStart(month + 1)] as const
  },
  YEARLY: (start: Wall, steps: number) => {
    const year = new Date(start).getUTCFullYear() + steps
    return [wallOf(year, 1, 1), wallOf(year + 1, 1, 1)] as const
  },
}

const longest = { DAILY: DAY, WEEKLY: 7 * DAY, MONTHLY: 31 * DAY, YEARLY: 366 * DAY }

function* longPeriods(rule: Rule, start: Wall, { from, to, effort }: Bounds): Generator<Period, void> {
  const freq = rule.freq as keyof typeof spans
  const times = timesOfDay(rule.byHour, rule.byMinute, rule.bySecond)
  effort.spend(times.length)
  const matches = dayFilter(rule)
  const months = new Set(rule.byMonth)
  const step = rule.interval
  const skipped = Math.floor(Math.max(0, from - start - 2 * longest[freq]) / longest[freq] / step)
  let empty = 0
  for (let steps = skipped * step; empty < recurrenceSearchDays; steps += step) {
    const [first, end] = spans[freq](start, steps, rule.wkst)
    if (!(first <= to)) return
    const days = daysBetween(first, end, months, matches, effort)
    const found = hasInstances(rule, days.length * times.length)
    empty = found ? 0 : empty + (end - first) / DAY
    if (found) yield { days, times }
  }
}

/** The days that match; months that the rule leaves out are passed over in one step. */
function daysBetween(
  first: Wall,
  end: Wall,
  months: Set<number>,
  matches: (day: Wall) => boolean,
  effort: Effort,
): Wall[] {
  const days: Wall[] = []
  for (let day = first; day < end; ) {
    effort.spend()
    const date = new Date(day)
    const month = date.getUTCMonth() + 1
    if (months.size > 0 && !months.has(month)) day = wallOf(date.getUTCFullYear(), month + 1, 1)
    else {
      if (matches(day)) days.push(day)
      day += DAY
    }
  }
  return days
}

/** Hours, minutes and seconds: steps of a fixed length from DTSTART on, in the days and times that the rule lets through. */
function* shortPeriods(rule: Rule, start: Wall, { from, to, effort }: Bounds, unit: number): Generator<Period, void> {
  const step = unit * rule.interval
  const matches = dayFilter(rule)
  const origin = Math.floor(start / unit) * unit
  const hours = new Set(rule.byHour)
  const minutes = new Set(rule.byMinute)
  const seconds = new Set(rule.bySecond)
  const within =
    unit === HOUR
      ? timesOfDay([0], rule.byMinute, rule.bySecond)
      : unit === MINUTE
        ? timesOfDay([0], [0], rule.bySecond)
        : [0]
  effort.spend(within.length)
  if (!hasInstances(rule, within.length)) return
  let wall = origin + Math.floor(Math.max(0, from - origin - unit) / step) * step
  const skipTo = (target: Wall) => {
    wall += Math.max(1, Math.ceil((target - wall) / step)) * step
  }
  for (let tried = 0; wall <= to && tried < recurrenceSearchDays; tried++) {
    effort.spend()
    const day = midnight(wall)
    if (!matches(day)) skipTo(day + DAY)
    else if (hours.size > 0 && !hours.has(Math.floor((wall - day) / HOUR)))
      skipTo(Math.floor(wall / HOUR) * HOUR + HOUR)
    else if (unit < HOUR && minutes.size > 0 && !minutes.has(Math.floor((wall % HOUR) / MINUTE)))
      skipTo(Math.floor(wall / MINUTE) * MINUTE + MINUTE)
    else if (unit < MINUTE && seconds.size > 0 && !seconds.has(Math.floor((wall % MINUTE) / SECOND))) wall += step
    else {
      tried = 0
      yield { days: [day], times: within.map((time) => wall - day + time) }
      wall += step
    }
  }
}

function timesOfDay(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]): number[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => [...new Set(seconds)].map((second) => hour * HOUR + minute * MINUTE + second * SECOND)),
  )
}

/** Whether a day passes the rule's BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY. */
function dayFilter(rule: Rule): (day: Wall) => boolean {
  const months = new Set(rule.byMonth)
  const { byWeekNo, byYearDay, byMonthDay, byDay, wkst } = rule
  // RFC 5545 §3.3.10: a number with BYDAY counts within the month if months are given, otherwise within the year.
  const withinMonth = rule.freq === 'MONTHLY' || months.size > 0
  return (day) => {
    const date = new Date(day)
    const month = date.getUTCMonth()
    if (months.size > 0 && !months.has(month + 1)) return false
    const year = date.getUTCFullYear()
    const inMonth = date.getUTCDate()
    const monthDays = daysOfMonth(year, month)
    if (byMonthDay.length > 0 && !either(byMonthDay, inMonth, monthDays)) return false
    const inYear = (day - wallOf(year, 1, 1)) / DAY + 1
    const yearDays = isLeap(year) ? 366 : 365
    if (byYearDay.length > 0 && !either(byYearDay, inYear, yearDays)) return false
    if (byWeekNo.length > 0 && !either(byWeekNo, ...weekNumber(day, wkst))) return false
    if (byDay.length === 0) return true
    const [position, length] = withinMonth ? [inMonth, monthDays] : [inYear, yearDays]
    return byDay.some((one) => one.day === date.getUTCDay() && isNth(one, position, length))
  }
}

/** Counted from the front, or from the end where negative. */
const either = (list: readonly number[], position: number, length: number): boolean =>
  list.includes(position) || list.includes(position - length - 1)

const isNth = ({ nth }: ByDay, position: number, length: number): boolean =>
  nth === 0 || nth === Math.ceil(position / 7) || nth === -Math.ceil((length - position + 1) / 7)

const midnight = (wall: Wall): Wall => Math.floor(wall / DAY) * DAY

const weekStart = (day: Wall, wkst: number): Wall => day - ((new Date(day).getUTCDay() - wkst + 7) % 7) * DAY

/** `month` counts from the year 0. */
const monthStart = (month: number): Wall => wallOf(Math.floor(month / 12), (((month % 12) + 12) % 12) + 1, 1)

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysOfMonth = (year: number, month: number): number =>
  month === 1 ? (isLeap(year) ? 29 : 28) : [3, 5, 8, 10].includes(month) ? 30 : 31

/** ISO 8601 with weeks that begin on WKST: the week's number in the year that has most of it, and how many that year has. */
function weekNumber(day: Wall, wkst: number): [number, number] {
  const monday = weekStart(day, wkst)
  const year = new Date(monday + 3 * DAY).getUTCFullYear()
  const first = firstWeek(year, wkst)
  return [(monday - first) / (7 * DAY) + 1, (firstWeek(year + 1, wkst) - first) / (7 * DAY)]
}

/** The week with the 4th of January is the first. */
const firstWeek = (year: number, wkst: number): Wall => weekStart(wallOf(year, 1, 4), wkst)
