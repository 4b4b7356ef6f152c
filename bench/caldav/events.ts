// The same 10,000 events for every server: five years of a busy person, one in ten recurs, as calendars that people
// bring along look (a VTIMEZONE in each, attendees, an alarm). The same index is always the same event.

export const count = 10_000
const recurringEvery = 10
const days = 5 * 365
const day = 86_400_000
const first = Date.UTC(2023, 8, 1)

/** The month that is asked for: in the middle of it all. */
export const month = { start: '20260301T000000Z', end: '20260401T000000Z' }

const zone = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`

const local = (at: number): string => new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')
const date = (at: number): string => local(at).slice(0, 8)

/** Endless, bounded by COUNT, bounded by UNTIL, of whole days, with an exception: a fifth of what recurs each. */
const rules: readonly ((at: number) => string)[] = [
  () => 'RRULE:FREQ=WEEKLY',
  () => 'RRULE:FREQ=DAILY;COUNT=20',
  (at) => `RRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=${local(at + 365 * day)}Z`,
  () => 'RRULE:FREQ=YEARLY',
  (at) => `RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=26\nEXDATE;TZID=Europe/Berlin:${local(at + 14 * day)}`,
]

export const eventName = (index: number): string => `event-${String(index).padStart(5, '0')}.ics`

export const eventText = (index: number, title = `Meeting ${index}`): string => {
  const at = first + ((index * 7919) % days) * day + (8 + (index % 10)) * 3_600_000
  const recurring = index % recurringEvery === 0
  const kind = (index / recurringEvery) % rules.length
  const wholeDay = recurring && kind === 3
  const times = wholeDay
    ? `DTSTART;VALUE=DATE:${date(at)}\nDTEND;VALUE=DATE:${date(at + day)}`
    : `DTSTART;TZID=Europe/Berlin:${local(at)}\nDTEND;TZID=Europe/Berlin:${local(at + 3_600_000)}`
  const rule = recurring ? `${rules[kind]?.(at)}\n` : ''
  return `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//bench//EN
${zone}
BEGIN:VEVENT
UID:${eventName(index)}@bench.example
DTSTAMP:20260101T120000Z
CREATED:20260101T120000Z
LAST-MODIFIED:20260101T120000Z
${times}
${rule}SUMMARY:${title}
LOCATION:Room ${index % 40}
DESCRIPTION:What was agreed last time\\, what is open\\, and who does it until when.
ORGANIZER;CN=Ann:mailto:ann@bench.example
ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:bob@bench.example
ATTENDEE;CN=Cid;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT:mailto:cid@bench.example
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:${title}
TRIGGER:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n')
}
