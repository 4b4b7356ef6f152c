import { DomainError } from '../../../errors.ts'
import type { EntityTag } from './entity-tag.ts'
import { readEntityTag } from './entity-tag.ts'

/** RFC 4918 §10.4.2 */
export type Condition = { readonly not: boolean } & ({ readonly token: string } | { readonly entityTag: EntityTag })

/** True when every condition holds for the resource. */
export type List = {
  /** The Resource-Tag's reference; undefined is the resource of the request itself. */
  readonly resource: string | undefined
  readonly conditions: readonly Condition[]
}

/**
 * RFC 4918 §10.4: the `If` header. It holds when any of its lists holds.
 *
 * @throws DomainError BadRequest when it does not follow the grammar.
 */
export const parseIf = (value: string): readonly List[] => {
  const reader = new Reader(value)
  const lists: List[] = []
  reader.skipSpace()
  const tagged = reader.peek() === '<'
  while (!reader.atEnd()) {
    const resource = tagged ? reader.coded() : undefined
    // §10.4.2: a Resource-Tag is followed by one or more lists.
    do {
      lists.push({ resource, conditions: parseList(reader) })
      reader.skipSpace()
    } while (reader.peek() === '(')
  }
  if (lists.length === 0) reader.fail()
  return lists
}

const parseList = (reader: Reader): Condition[] => {
  const conditions: Condition[] = []
  reader.skipSpace()
  reader.expect('(')
  reader.skipSpace()
  do {
    const not = reader.accept(/not/iy)
    reader.skipSpace()
    if (reader.peek() === '<') {
      const token = reader.coded()
      if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(token)) reader.fail() // State-token = Coded-URL: an absolute URI
      conditions.push({ not, token })
    } else {
      reader.expect('[')
      const entityTag = reader.entityTag()
      reader.expect(']')
      conditions.push({ not, entityTag })
    }
    reader.skipSpace()
  } while (reader.peek() !== ')')
  reader.expect(')')
  return conditions
}

/** Every state token of the header, wherever it stands: §10.4.1, a token is submitted by being named. */
export const submittedTokens = (lists: readonly List[]): Set<string> => {
  const tokens = new Set<string>()
  for (const { conditions } of lists)
    for (const condition of conditions) if ('token' in condition) tokens.add(condition.token)
  return tokens
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  peek(): string | undefined {
    return this.#text[this.#at]
  }

  fail(): never {
    throw new DomainError('BadRequest', 'The If header does not follow RFC 4918 §10.4.2')
  }

  skipSpace(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.#at++
  }

  expect(character: string): void {
    if (this.peek() !== character) this.fail()
    this.#at++
  }

  accept(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  /** `<…>` */
  coded(): string {
    this.expect('<')
    const end = this.#text.indexOf('>', this.#at)
    const inside = end === -1 ? '' : this.#text.slice(this.#at, end)
    if (inside === '' || /[\s<]/.test(inside)) this.fail()
    this.#at = end + 1
    return inside
  }

  entityTag(): EntityTag {
    const found = readEntityTag(this.#text, this.#at)
    if (found === undefined) this.fail()
    this.#at = found.end
    return found.entityTag
  }
}
