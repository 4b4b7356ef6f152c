// A stream of many events and tasks (RFC 5545 §3.4) as the objects that CalDAV stores: one for each UID, with the zones
// that it names (RFC 4791 §4.1). Lines are cut and put together, never written anew: what is in a component stays as it
// was. Text is a byte a character (latin1), so that nothing is lost of what is not UTF-8; the result is bytes.
import { DomainError } from '../../errors.ts'
import { icalendarComponents, icalendarDepth } from '../../limits.ts'

/** A component below VCALENDAR. */
type Piece = {
  readonly calendar: Calendar
  readonly name: string
  /** Where it begins, from 1. */
  readonly line: number
  uid: string
  tzid: string | undefined
  readonly text: string[]
}

/** What all components of one VCALENDAR share. */
type Calendar = { readonly head: string[]; readonly zones: Map<string, string> }

export type SplitObject = {
  /** Empty where the component has none; then it stands alone. */
  readonly uid: string
  /** Where its first component begins, from 1. */
  readonly line: number
  /** Its first SUMMARY, for who tells a person about it. */
  readonly name: string | undefined
  /** The whole object. */
  bytes(): Buffer
  /** Its components without VCALENDAR and zones. */
  readonly components: readonly string[]
  /** The zones that its components name and the stream has, by TZID. */
  zones(): ReadonlyMap<string, string>
}

export class CalendarSplitter {
  readonly #pieces = new Map<string, Piece[]>()
  readonly #facts = new Map<string, string>()
  readonly #open: string[] = []
  #rest = ''
  /** The physical lines of one logical line. */
  #raw = ''
  #line = 0
  #begins = 0
  #count = 0
  #calendar: Calendar | undefined
  #piece: Piece | undefined
  #calendars = 0

  /**
   * Takes what comes next.
   *
   * @throws DomainError BadRequest for what is no iCalendar, TooLarge for too many or too deep components.
   */
  push(chunk: Buffer): void {
    const piece = chunk.toString('latin1')
    // A line may be as long as the stream: what is known to have no end is not looked through again.
    if (!piece.includes('\n')) {
      this.#rest += piece
      return
    }
    const text = this.#rest + piece
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#take(text.slice(start, end + 1))
      start = end + 1
    }
    this.#rest = text.slice(start)
  }

  /**
   * The objects, in the order of their first components.
   *
   * @throws DomainError BadRequest for a stream that is none, or that is cut off.
   */
  end(): SplitObject[] {
    if (this.#rest !== '') this.#take(`${this.#rest}\r\n`)
    this.#rest = ''
    this.#logical()
    const left = this.#open.at(-1)
    if (left !== undefined) throw new DomainError('BadRequest', `${left} is not closed: the file is cut off`)
    if (this.#calendars === 0) throw new DomainError('BadRequest', 'This is no iCalendar')
    return [...this.#pieces.values()].map(objectOf)
  }

  /** The value of a property of VCALENDAR itself, such as NAME; the first there is. */
  fact(name: string): string | undefined {
    return this.#facts.get(name)
  }

  #take(physical: string): void {
    this.#line++
    if (/^[ \t]/.test(physical) && this.#raw !== '') {
      this.#raw += physical
      return
    }
    this.#logical()
    this.#raw = physical
    this.#begins = this.#line
  }

  #logical(): void {
    const raw = this.#begins === 1 ? this.#raw.replace(/^\xEF\xBB\xBF/, '') : this.#raw
    this.#raw = ''
    const head = /^([A-Za-z0-9-]+)[;:]/.exec(raw)?.[1]?.toUpperCase()
    if (head === 'BEGIN') this.#begin(valueIn(raw).toUpperCase(), raw)
    else if (head === 'END') this.#end(valueIn(raw).toUpperCase(), raw)
    else if (this.#piece !== undefined) {
      this.#piece.text.push(raw)
      if (this.#open.length === 2) this.#note(this.#piece, head, raw)
    } else if (this.#calendar !== undefined && head !== undefined) {
      if (head === 'PRODID' || head === 'CALSCALE') this.#calendar.head.push(raw)
      if (!this.#facts.has(head)) this.#facts.set(head, decode(valueIn(raw)))
    } else if (raw.trim() !== '') throw new DomainError('BadRequest', `Line ${this.#begins} is no iCalendar`)
  }

  #note(piece: Piece, head: string | undefined, raw: string): void {
    if (head === 'UID') piece.uid = valueIn(raw)
    else if (head === 'TZID') piece.tzid = valueIn(raw)
  }

  #begin(name: string, raw: string): void {
    if (this.#open.length >= icalendarDepth || ++this.#count > icalendarComponents)
      throw new DomainError('TooLarge', 'There are too many components')
    if (this.#open.length === 0) {
      if (name !== 'VCALENDAR') throw new DomainError('BadRequest', `Line ${this.#begins} is no iCalendar`)
      this.#calendars++
      this.#calendar = { head: [], zones: new Map() }
    } else if (this.#open.length === 1 && this.#calendar !== undefined)
      this.#piece = { calendar: this.#calendar, name, line: this.#begins, uid: '', tzid: undefined, text: [] }
    this.#open.push(name)
    this.#piece?.text.push(raw)
  }

  #end(name: string, raw: string): void {
    if (this.#open.pop() !== name) throw new DomainError('BadRequest', `Line ${this.#begins} closes nothing`)
    this.#piece?.text.push(raw)
    if (this.#open.length === 1 && this.#piece !== undefined) this.#close(this.#piece)
    if (this.#open.length <= 1) this.#piece = undefined
    if (this.#open.length === 0) this.#calendar = undefined
  }

  #close(piece: Piece): void {
    const { calendar, name, uid, tzid } = piece
    if (name === 'VTIMEZONE') {
      if (tzid !== undefined && !calendar.zones.has(tzid)) calendar.zones.set(tzid, piece.text.join(''))
      return
    }
    const key = uid === '' ? `\n${piece.line}` : uid
    const others = this.#pieces.get(key)
    if (others) others.push(piece)
    else this.#pieces.set(key, [piece])
  }
}

/** The value of a line as it comes, unfolded; none of those that are looked at has parameters with a colon. */
const valueIn = (raw: string): string => {
  const line = raw.replace(/\r?\n[ \t]/g, '').trimEnd()
  return line.slice(line.indexOf(':') + 1).trim()
}

const decode = (text: string): string => Buffer.from(text, 'latin1').toString()

const objectOf = (pieces: readonly Piece[]): SplitObject => {
  const [first] = pieces as [Piece, ...Piece[]]
  const components = pieces.map(({ text }) => text.join(''))
  const zones = () => new Map(pieces.flatMap(({ calendar }, index) => zonesOf(components[index] ?? '', calendar)))
  return {
    uid: decode(first.uid),
    line: first.line,
    get name() {
      const summary = first.text.find((line) => /^SUMMARY[;:]/i.test(line))
      return summary === undefined ? undefined : decode(valueIn(summary))
    },
    bytes: () => {
      const head = ['BEGIN:VCALENDAR\r\n', 'VERSION:2.0\r\n', ...first.calendar.head]
      return Buffer.from([...head, ...zones().values(), ...components, 'END:VCALENDAR\r\n'].join(''), 'latin1')
    },
    components,
    zones,
  }
}

const zonesOf = (component: string, { zones }: Calendar): [string, string][] => {
  if (zones.size === 0) return []
  const named = new Set<string>()
  for (const [, quoted, plain] of component
    .replace(/\r?\n[ \t]/g, '')
    .matchAll(/;TZID=(?:"([^"\r\n]*)"|([^":;,\r\n]*))/gi))
    named.add(quoted ?? plain ?? '')
  return [...named].flatMap((tzid) => {
    const text = zones.get(tzid)
    return text === undefined ? [] : [[tzid, text] as [string, string]]
  })
}
