// Reads the arguments of a command (RFC 9051 §9). A command is its lines with the literals between them; text is in
// octet strings, one character a byte. Nothing here recurses by itself: who reads nested lists bounds their depth.

/** What is wrong with a command: answered with BAD, and its words. */
export class SyntaxProblem extends Error {}

/** A line's text without its line end, a short literal, or a message that was stored as it came. */
export type Piece = string | { readonly bytes: Buffer } | { readonly stored: unknown }

/** Message numbers or UIDs from one to another, both included; Infinity is `*`. */
export type NumberRange = readonly [from: number, to: number]

// Printable ASCII but for what each leaves out (RFC 9051 §9 ATOM-CHAR, ASTRING-CHAR, list-char, tag).
const atom = /[!#$&'+-[^-z|-~]+/y
const astring = /[!#$&'+-[\]^-z|-~]+/y
const listCharacters = /[!#-'*-[\]^-z|-~]+/y
const tag = /[!#$&',-[\]^-z|-~]+/y
const flag = /\\?[!#$&'+-[^-z|-~]+/y
const quoted = /"((?:[^"\\]|\\["\\])*)"/y
const number = /\d{1,16}/y
const sequenceSet = /(?:\*|[1-9]\d{0,9})(?::(?:\*|[1-9]\d{0,9}))?(?:,(?:\*|[1-9]\d{0,9})(?::(?:\*|[1-9]\d{0,9}))?)*/y

export class Scanner {
  readonly #pieces: readonly Piece[]
  #index = 0
  #at = 0

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces
  }

  get #text(): string {
    const piece = this.#pieces[this.#index]
    return typeof piece === 'string' ? piece : ''
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at += found[0].length
    return found
  }

  /** The text is read; a literal may follow. */
  #literal(): Exclude<Piece, string> | undefined {
    const announced = /\{\d+\+?\}$/y
    announced.lastIndex = this.#at
    const next = this.#pieces[this.#index + 1]
    if (!announced.test(this.#text) || next === undefined || typeof next === 'string') return undefined
    this.#index += 2
    this.#at = 0
    return next
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length && this.#index >= this.#pieces.length - 1
  }

  end(): void {
    if (!this.isAtEnd) throw new SyntaxProblem('There is more than the command takes')
  }

  /** True, and past it, when this text is next. */
  skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  expect(text: string): void {
    if (!this.skip(text)) throw new SyntaxProblem(text === ' ' ? 'A space is missing' : `${text} is missing`)
  }

  space(): void {
    this.expect(' ')
  }

  tag(): string {
    const found = this.#take(tag)
    if (found === undefined) throw new SyntaxProblem('A tag is missing')
    return found[0]
  }

  /** Is this the next word, in any case? */
  isNextWord(word: string): boolean {
    return this.#text.slice(this.#at, this.#at + word.length + 1).toUpperCase() === `${word} `
  }

  isNext(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  /** In upper case: names of commands, items and keys. */
  word(): string {
    const found = this.#take(atom)
    if (found === undefined) throw new SyntaxProblem('A word is missing')
    return found[0].toUpperCase()
  }

  /** Gives back the last characters of a word. */
  back(characters: number): void {
    this.#at -= characters
  }

  number(): number {
    const found = this.#take(number)
    const value = Number(found?.[0])
    if (!Number.isSafeInteger(value)) throw new SyntaxProblem('A number is missing')
    return value
  }

  #string(): string | undefined {
    const found = this.#take(quoted)
    if (found !== undefined) return (found[1] as string).replace(/\\(["\\])/g, '$1')
    const literal = this.#literal()
    if (literal === undefined) return undefined
    if (!('bytes' in literal)) throw new SyntaxProblem('A message is not expected here')
    return literal.bytes.toString('latin1')
  }

  astring(): string {
    const found = this.#take(astring)?.[0] ?? this.#string()
    if (found === undefined) throw new SyntaxProblem('A string is missing')
    return found
  }

  /** Undefined for NIL. */
  nstring(): string | undefined {
    const found = this.#string()
    if (found !== undefined) return found
    if (this.word() !== 'NIL') throw new SyntaxProblem('A string is missing')
    return undefined
  }

  /** With wildcards (RFC 9051 `list-mailbox`). */
  listMailbox(): string {
    const found = this.#take(listCharacters)?.[0] ?? this.#string()
    if (found === undefined) throw new SyntaxProblem('A mailbox is missing')
    return found
  }

  /** A message that was stored while it came, or a short literal. */
  message(): Exclude<Piece, string> {
    const literal = this.#literal()
    if (literal === undefined) throw new SyntaxProblem('A message is missing')
    return literal
  }

  flag(): string {
    const found = this.#take(flag)
    if (found === undefined) throw new SyntaxProblem('A flag is missing')
    return found[0]
  }

  flags(): string[] {
    return this.list(() => this.flag())
  }

  /** `(a b c)`, empty too. */
  list<T>(read: () => T): T[] {
    this.expect('(')
    const found: T[] = []
    if (this.skip(')')) return found
    do found.push(read())
    while (this.skip(' '))
    this.expect(')')
    return found
  }

  sequenceSet(): NumberRange[] {
    const found = this.#take(sequenceSet)
    if (found === undefined) throw new SyntaxProblem('Message numbers are missing')
    return found[0].split(',').map((range) => {
      const [from, to = from] = range.split(':').map((one) => (one === '*' ? Number.POSITIVE_INFINITY : Number(one)))
      return [Math.min(from as number, to as number), Math.max(from as number, to as number)]
    })
  }

  get isSequenceSet(): boolean {
    return /[\d*]/.test(this.#text[this.#at] ?? '')
  }
}
