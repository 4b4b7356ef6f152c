// A listing of 100,000 members asks for twice as many dates: the part of a day is written once, the rest is looked up.

const dayMilliseconds = 24 * 60 * 60_000

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

const clock = (seconds: number): string =>
  `${twoDigits[Math.floor(seconds / 3600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}`

/** `write` gives the text of a day; the answer puts the time of day behind it. */
const remembering = (write: (date: Date) => string, end: string): ((milliseconds: number) => string) => {
  let day = Number.NaN
  let text = ''
  return (milliseconds) => {
    const wanted = Math.floor(milliseconds / dayMilliseconds)
    if (wanted !== day) {
      text = write(new Date(wanted * dayMilliseconds))
      day = wanted
    }
    return text + clock(Math.floor((milliseconds - wanted * dayMilliseconds) / 1000)) + end
  }
}

/** RFC 9110 §5.6.7: IMF-fixdate, from milliseconds since 1970. */
export const httpDate = remembering((date) => date.toUTCString().slice(0, 17), ' GMT')

/** RFC 3339 to the second, as RFC 4918 §15.1 asks. */
export const isoSeconds = remembering((date) => date.toISOString().slice(0, 11), 'Z')
