// Numbers, sizes and dates as a language writes them. Pure: the language and the clock are arguments.

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const

/** Bytes in the largest unit that leaves one or more, three digits at most: `999 byte`, `1.5 MB`. */
export const formatSize = (language: string, bytes: number): string => {
  let step = 0
  let value = bytes
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000
    step += 1
  }
  const digits = step === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value)
}

/** The shortest that is still clear: the time today, day and month this year, else with the year. */
export const formatWhen = (language: string, at: number, now: number): string => {
  const then = new Date(at)
  const today = new Date(now)
  if (then.toDateString() === today.toDateString()) {
    return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(then)
  }
  if (then.getFullYear() === today.getFullYear()) {
    return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }).format(then)
  }
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }).format(then)
}

/** Day and time in full. */
export const formatMoment = (language: string, at: number): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))

const spans = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** How long ago, or how far ahead, in one unit: `3 hours ago`, `in 5 days`. */
export const formatAgo = (language: string, at: number, now: number): string => {
  const seconds = (at - now) / 1000
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [unit, length] of spans) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit)
  }
  return words.format(0, 'minute')
}

/** A whole percentage; never 100 before all is done. */
export const formatPercent = (language: string, fraction: number): string =>
  new Intl.NumberFormat(language, { style: 'percent' }).format(fraction >= 1 ? 1 : Math.floor(fraction * 100) / 100)
