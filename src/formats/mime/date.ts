// Date fields (RFC 5322 §3.3), with the obsolete zones and two-digit years of §4.3.

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const zones: Readonly<Record<string, number>> = {
  ut: 0,
  gmt: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
}

const pattern =
  /^(?:[a-z]{3,9}\s*,\s*)?(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{2,4})\s+(\d{1,2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2}))?(?:\s+([+-]\d{4}|[a-z]{1,5}))?/i

/** Milliseconds since 1970; undefined for what is no date. An unknown zone is UTC. */
export function parseDate(text: string | undefined): number | undefined {
  const match = pattern.exec(text ?? '')
  if (match === null) return undefined
  const [, day, month, year, hour, minute, second = '0', zone = ''] = match as unknown as string[]
  const number = Number(year)
  const full =
    (year as string).length >= 4 ? number : number + ((year as string).length === 2 && number < 50 ? 2000 : 1900)
  const index = months.indexOf((month as string).toLowerCase())
  const time = Date.UTC(full, index, Number(day), Number(hour), Number(minute), Math.min(Number(second), 59))
  const isDate = index >= 0 && new Date(Date.UTC(full, index, Number(day))).getUTCDate() === Number(day)
  return isDate && Number(hour) < 24 && Number(minute) < 60 ? time - offset(zone) * 60_000 : undefined
}

function offset(zone: string): number {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(zone)
  if (match === null) return zones[zone.toLowerCase()] ?? 0
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return match[1] === '-' ? -minutes : minutes
}

/** A time as a Date field has it, in UTC (RFC 5322 §3.3). */
export function writeDate(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000')
}
