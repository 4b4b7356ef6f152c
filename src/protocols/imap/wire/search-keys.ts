// What SEARCH asks for (RFC 9051 §6.4.4): a tree of conditions.

import { searchDepth, searchKeys } from '../../../limits.ts'
import { type NumberRange, type Scanner, SyntaxProblem } from './scanner.ts'

export type SearchKey =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly keys: readonly SearchKey[] }
  | { readonly kind: 'not'; readonly key: SearchKey }
  | { readonly kind: 'keyword'; readonly keyword: string }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'numbers'; readonly isUid: boolean; readonly ranges: readonly NumberRange[] }
  /** The result that the client had kept (RFC 9051 §6.4.4.1). */
  | { readonly kind: 'saved' }
  | { readonly kind: 'header'; readonly field: string; readonly text: string }
  | { readonly kind: 'body' | 'text'; readonly text: string }
  | { readonly kind: 'larger' | 'smaller'; readonly bytes: number }
  /** Whole days: milliseconds since 1970, of the beginning of a day in UTC. */
  | { readonly kind: 'before' | 'on' | 'since' | 'sentbefore' | 'senton' | 'sentsince'; readonly day: number }
  /** RFC 5032: seconds of age. */
  | { readonly kind: 'older' | 'younger'; readonly seconds: number }
  | { readonly kind: 'modseq'; readonly from: number }

const keywords: Readonly<Record<string, string>> = {
  ANSWERED: '$answered',
  DRAFT: '$draft',
  FLAGGED: '$flagged',
  SEEN: '$seen',
}

const headers = ['BCC', 'CC', 'FROM', 'SUBJECT', 'TO']
const days = ['BEFORE', 'ON', 'SINCE', 'SENTBEFORE', 'SENTON', 'SENTSINCE']
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Keys up to the end of the command. @param decode makes text of the charset's octets. */
export function readSearchKeys(scanner: Scanner, decode: (octets: string) => string): SearchKey {
  return new Reader(scanner, decode).keysToTheEnd()
}

class Reader {
  readonly #scanner: Scanner
  readonly #decode: (octets: string) => string
  #count = 0

  constructor(scanner: Scanner, decode: (octets: string) => string) {
    this.#scanner = scanner
    this.#decode = decode
  }

  keysToTheEnd(): SearchKey {
    const keys = [this.#key(0)]
    while (this.#scanner.skip(' ')) keys.push(this.#key(0))
    this.#scanner.end()
    return keys.length === 1 ? (keys[0] as SearchKey) : { kind: 'and', keys }
  }

  #key(depth: number): SearchKey {
    const scanner = this.#scanner
    if (depth > searchDepth || ++this.#count > searchKeys) throw new SyntaxProblem('The search is too large')
    if (scanner.isNext('(')) return { kind: 'and', keys: scanner.list(() => this.#key(depth + 1)) }
    if (scanner.skip('$')) return { kind: 'saved' }
    if (scanner.isSequenceSet) return { kind: 'numbers', isUid: false, ranges: scanner.sequenceSet() }
    return this.#named(scanner.word(), depth)
  }

  #named(word: string, depth: number): SearchKey {
    if (word === 'NOT') return { kind: 'not', key: this.#next(depth) }
    if (word === 'OR') return { kind: 'or', keys: [this.#next(depth), this.#next(depth)] }
    const flag = flagKey(word)
    if (flag !== undefined) return flag
    if (headers.includes(word)) return { kind: 'header', field: word.toLowerCase(), text: this.#text() }
    if (days.includes(word)) return { kind: word.toLowerCase() as 'on', day: this.#day() }
    this.#scanner.space()
    switch (word) {
      case 'UID':
        return { kind: 'numbers', isUid: true, ranges: this.#scanner.sequenceSet() }
      case 'HEADER':
        return { kind: 'header', field: this.#scanner.astring().toLowerCase(), text: this.#text() }
      case 'BODY':
      case 'TEXT':
        return { kind: word === 'BODY' ? 'body' : 'text', text: this.#decode(this.#scanner.astring()) }
      case 'KEYWORD':
        return { kind: 'keyword', keyword: this.#scanner.flag().toLowerCase() }
      case 'UNKEYWORD':
        return { kind: 'not', key: { kind: 'keyword', keyword: this.#scanner.flag().toLowerCase() } }
      case 'LARGER':
      case 'SMALLER':
        return { kind: word === 'LARGER' ? 'larger' : 'smaller', bytes: this.#scanner.number() }
      case 'OLDER':
      case 'YOUNGER':
        return { kind: word === 'OLDER' ? 'older' : 'younger', seconds: this.#scanner.number() }
      case 'MODSEQ':
        return this.#modseq()
      default:
        throw new SyntaxProblem(`There is no key ${word}`)
    }
  }

  #next(depth: number): SearchKey {
    this.#scanner.space()
    return this.#key(depth + 1)
  }

  #text(): string {
    this.#scanner.space()
    return this.#decode(this.#scanner.astring())
  }

  /** RFC 7162 §3.1.5: what flag, and whose, does not matter here. */
  #modseq(): SearchKey {
    if (this.#scanner.isNext('"')) {
      this.#scanner.astring()
      this.#scanner.space()
      this.#scanner.word()
      this.#scanner.space()
    }
    return { kind: 'modseq', from: this.#scanner.number() }
  }

  /** `2-Jan-2026`, quoted or not. */
  #day(): number {
    this.#scanner.space()
    const match = /^(\d{1,2})-([a-z]{3})-(\d{4})$/i.exec(this.#scanner.astring())
    const month = months.indexOf((match?.[2] ?? '').toLowerCase())
    if (match === null || month === -1) throw new SyntaxProblem('A date is missing')
    return Date.UTC(Number(match[3]), month, Number(match[1]))
  }
}

function flagKey(word: string): SearchKey | undefined {
  const keyword = (name: string): SearchKey | undefined =>
    Object.hasOwn(keywords, name) ? { kind: 'keyword', keyword: keywords[name] as string } : undefined
  switch (word) {
    // RFC 3501 §6.4.4: nothing is \Recent here, as RFC 9051 has it for all.
    case 'ALL':
    case 'OLD':
      return { kind: 'all' }
    case 'NEW':
    case 'RECENT':
      return { kind: 'not', key: { kind: 'all' } }
    case 'DELETED':
      return { kind: 'deleted' }
    case 'UNDELETED':
      return { kind: 'not', key: { kind: 'deleted' } }
  }
  const not = word.startsWith('UN') ? keyword(word.slice(2)) : undefined
  return not ? { kind: 'not', key: not } : keyword(word)
}
