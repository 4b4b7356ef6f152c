// Header fields of a message (RFC 5322 §2.2) and the parameters of MIME's (RFC 2045 §5.1). Values are octet strings,
// one character a byte (latin1): what was sent comes out again unchanged, whatever it was.

export type Field = {
  /** In lower case. */
  readonly name: string
  /** Unfolded, without the white space around it. */
  readonly value: string
}

export type Parameter = readonly [name: string, value: string]

/** `text/plain; charset=utf-8`, `attachment; filename="a b"`: a value with parameters. */
export type Parameterized = {
  /** In lower case, such as `text/plain` or `attachment`. */
  readonly value: string
  /** Names in lower case, values as they were sent; RFC 2231's stay in their pieces. */
  readonly parameters: readonly Parameter[]
}

/** The fields of a header block, in their order. What is no field is left out. */
export function readFields(block: Buffer): Field[] {
  const unfolded = block.toString('latin1').replace(/\r?\n(?=[ \t])/g, '')
  const fields: Field[] = []
  for (const line of unfolded.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    fields.push({ name: line.slice(0, colon).trimEnd().toLowerCase(), value: line.slice(colon + 1).trim() })
  }
  return fields
}

/** The first field of a name; a second one is not looked at (HTML mailers and forgers write both). */
export const fieldValue = (fields: readonly Field[], name: string): string | undefined =>
  fields.find((field) => field.name === name)?.value

const token = /[^\s()<>@,;:\\"/[\]?=]+(?:\/[^\s()<>@,;:\\"/[\]?=]+)?/y
const parameterName = /\s*;\s*(?:([^\s()<>@,;:\\"/[\]?=]+)\s*=\s*)?/y
const quoted = /"((?:[^"\\]|\\[\s\S])*)"?/y
/** Senders forget the quotes: whatever comes before the next semicolon is the value. */
const loose = /[^;]*/y

/** Undefined for a value that has no token to begin with. */
export function readParameterized(text: string): Parameterized | undefined {
  const clean = withoutComments(text)
  const value = match(token, clean, 0)
  if (value === undefined) return undefined
  const parameters: Parameter[] = []
  let at = value[0].length
  for (;;) {
    const start = match(parameterName, clean, at)
    if (start === undefined) break
    at += start[0].length
    const string = match(quoted, clean, at)
    const found = string ?? (match(loose, clean, at) as RegExpExecArray)
    at += found[0].length
    if (start[1] === undefined) continue
    const content = string ? (string[1] as string).replace(/\\([\s\S])/g, '$1') : found[0].trim()
    parameters.push([start[1].toLowerCase(), content])
  }
  return { value: value[0].toLowerCase(), parameters }
}

export const parameterOf = ({ parameters }: Pick<Parameterized, 'parameters'>, name: string): string | undefined =>
  parameters.find(([one]) => one === name)?.[1]

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** RFC 5322 §3.2.2: comments may be nested, and stand wherever white space may. */
export function withoutComments(text: string): string {
  if (!text.includes('(')) return text.trim()
  let clean = ''
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (character === '\\' && (inString || depth > 0)) {
      if (depth === 0) clean += character + (text[at + 1] ?? '')
      at++
    } else if (character === '"' && depth === 0) {
      inString = !inString
      clean += character
    } else if (character === '(' && !inString) depth++
    else if (character === ')' && depth > 0) {
      depth--
      if (depth === 0) clean += ' '
    } else if (depth === 0) clean += character
  }
  return clean.trim()
}
