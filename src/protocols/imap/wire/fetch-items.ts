// What FETCH asks for (RFC 9051 §6.4.5).

import { type Scanner, SyntaxProblem } from './scanner.ts'

export type Section = {
  /** `BODY[1.2.MIME]` is part [1, 2]. */
  readonly part: readonly number[]
  readonly what: 'all' | 'header' | 'text' | 'mime' | 'fields' | 'other-fields'
  /** In lower case. */
  readonly fields: readonly string[]
}

export type FetchItem =
  | {
      readonly kind:
        | 'uid'
        | 'flags'
        | 'internaldate'
        | 'size'
        | 'envelope'
        | 'body'
        | 'bodystructure'
        | 'modseq'
        | 'emailid'
    }
  | {
      readonly kind: 'section'
      /** As the answer names it. */
      readonly name: string
      readonly section: Section
      readonly partial: { readonly start: number; readonly length: number } | undefined
      /** Marks the message as seen. */
      readonly isRead: boolean
    }

const simple = {
  UID: 'uid',
  FLAGS: 'flags',
  INTERNALDATE: 'internaldate',
  'RFC822.SIZE': 'size',
  ENVELOPE: 'envelope',
  BODY: 'body',
  BODYSTRUCTURE: 'bodystructure',
  MODSEQ: 'modseq',
  EMAILID: 'emailid',
} as const

const macros: Readonly<Record<string, readonly (keyof typeof simple)[]>> = {
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
}

const whole = { part: [], what: 'all', fields: [] } as const

export function readFetchItems(scanner: Scanner): FetchItem[] {
  if (scanner.isNext('(')) return scanner.list(() => readItem(scanner, itemName(scanner)))
  const name = itemName(scanner)
  const macro = macros[name]
  return macro ? macro.map((one) => ({ kind: simple[one] })) : [readItem(scanner, name)]
}

/** Up to the bracket. */
function itemName(scanner: Scanner): string {
  const word = scanner.word()
  return word.replace(/\[.*$/, (rest) => {
    scanner.back(rest.length)
    return ''
  })
}

function readItem(scanner: Scanner, name: string): FetchItem {
  if (name === 'BODY' || name === 'BODY.PEEK') {
    if (scanner.isNext('[')) return readSection(scanner, name === 'BODY')
    if (name === 'BODY') return { kind: 'body' }
  }
  if (name === 'RFC822') return { kind: 'section', name, section: whole, partial: undefined, isRead: true }
  if (name === 'RFC822.HEADER') {
    return { kind: 'section', name, section: { ...whole, what: 'header' }, partial: undefined, isRead: false }
  }
  if (name === 'RFC822.TEXT') {
    return { kind: 'section', name, section: { ...whole, what: 'text' }, partial: undefined, isRead: true }
  }
  if (!Object.hasOwn(simple, name)) throw new SyntaxProblem(`There is no item ${name}`)
  return { kind: simple[name as keyof typeof simple] }
}

function readSection(scanner: Scanner, isRead: boolean): FetchItem {
  scanner.expect('[')
  const part: number[] = []
  while (scanner.isSequenceSet) {
    part.push(scanner.number())
    if (!scanner.skip('.')) break
  }
  const { what, fields } = scanner.isNext(']') ? whole : readSectionText(scanner, part)
  scanner.expect(']')
  const named = what === 'fields' || what === 'other-fields'
  const text = {
    all: '',
    header: 'HEADER',
    text: 'TEXT',
    mime: 'MIME',
    fields: 'HEADER.FIELDS',
    'other-fields': 'HEADER.FIELDS.NOT',
  }[what]
  const list = named ? ` (${fields.map((field) => field.toUpperCase()).join(' ')})` : ''
  const path = [...part, ...(text === '' ? [] : [text])].join('.')
  const partial = scanner.isNext('<') ? readPartial(scanner) : undefined
  const origin = partial === undefined ? '' : `<${partial.start}>`
  return { kind: 'section', name: `BODY[${path}${list}]${origin}`, section: { part, what, fields }, partial, isRead }
}

function readSectionText(scanner: Scanner, part: readonly number[]): Pick<Section, 'what' | 'fields'> {
  const word = scanner.word()
  if (word === 'HEADER') return { what: 'header', fields: [] }
  if (word === 'TEXT') return { what: 'text', fields: [] }
  if (word === 'MIME' && part.length > 0) return { what: 'mime', fields: [] }
  if (word !== 'HEADER.FIELDS' && word !== 'HEADER.FIELDS.NOT') throw new SyntaxProblem(`There is no section ${word}`)
  scanner.space()
  const fields = scanner.list(() => scanner.astring().toLowerCase())
  return { what: word === 'HEADER.FIELDS' ? 'fields' : 'other-fields', fields }
}

function readPartial(scanner: Scanner): { start: number; length: number } {
  scanner.expect('<')
  const start = scanner.number()
  scanner.expect('.')
  const length = scanner.number()
  scanner.expect('>')
  if (length === 0) throw new SyntaxProblem('A length is missing')
  return { start, length }
}
