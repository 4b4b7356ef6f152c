// The lines that iCalendar (RFC 5545 §3.1) and vCard (RFC 6350 §3.3) are made of: a name with parameters and
// a value, folded at 75 octets. Values stay as they were sent; only who knows a property's type decodes them.
import { DomainError } from '../errors.ts'
import { contentLineBytes } from '../limits.ts'

export type Parameter = { name: string; values: string[] }

export type ContentLine = {
  /** vCard's property group (RFC 6350 §3.3), as sent. */
  group: string | undefined
  /** In capitals. */
  name: string
  /** Names in capitals, values without quotes and with RFC 6868 undone. */
  parameters: Parameter[]
  value: string
}

/** Joins folded lines. A lone LF ends a line too: many programs send nothing else. */
export function unfold(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
}

/** @throws DomainError BadRequest for what is no content line. */
export function parseContentLine(line: string): ContentLine {
  if (line.length > contentLineBytes) throw new DomainError('TooLarge', 'A line is too long')
  const head = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)(?=[;:])/.exec(line)
  if (!head?.[2]) throw new DomainError('BadRequest', `This is no content line: ${excerpt(line)}`)
  const parameters: Parameter[] = []
  let at = head[0].length
  while (line[at] === ';') {
    const [parameter, end] = parseParameter(line, at + 1)
    parameters.push(parameter)
    at = end
  }
  if (line[at] !== ':') throw new DomainError('BadRequest', `A line has no value: ${excerpt(line)}`)
  return { group: head[1], name: head[2].toUpperCase(), parameters, value: line.slice(at + 1) }
}

function parseParameter(line: string, start: number): [Parameter, number] {
  nameEnd.lastIndex = start
  const name = nameEnd.exec(line)?.[0]
  if (!name) throw new DomainError('BadRequest', `A parameter has no name: ${excerpt(line)}`)
  let at = start + name.length
  // vCard 2.1 habits live on: a parameter without a value is its own (`TEL;CELL:`).
  if (line[at] !== '=') return [{ name: 'TYPE', values: [name] }, at]
  const values: string[] = []
  do {
    const [value, end] = parseParameterValue(line, at + 1)
    values.push(value)
    at = end
  } while (line[at] === ',')
  return [{ name: name.toUpperCase(), values }, at]
}

const nameEnd = /[A-Za-z0-9-]+/y
const plainValue = /[^",;:]*/y

function parseParameterValue(line: string, start: number): [string, number] {
  if (line[start] === '"') {
    const end = line.indexOf('"', start + 1)
    if (end === -1) throw new DomainError('BadRequest', `A quote is not closed: ${excerpt(line)}`)
    return [decodeCarets(line.slice(start + 1, end)), end + 1]
  }
  plainValue.lastIndex = start
  const value = plainValue.exec(line)?.[0] ?? ''
  return [decodeCarets(value), start + value.length]
}

const carets: Readonly<Record<string, string>> = { '^n': '\n', '^^': '^', "^'": '"' }

// RFC 6868 §3.2: an unknown ^x stays as it is.
const decodeCarets = (value: string): string =>
  value.includes('^') ? value.replace(/\^[n^']/g, (pair) => carets[pair] ?? pair) : value

const encodeCarets = (value: string): string =>
  value.replaceAll('^', '^^').replace(/\r?\n/g, '^n').replaceAll('"', "^'")

export const parameter = (line: Pick<ContentLine, 'parameters'>, name: string): string | undefined =>
  line.parameters.find((one) => one.name === name)?.values[0]

export const parameterValues = (line: Pick<ContentLine, 'parameters'>, name: string): string[] =>
  line.parameters.filter((one) => one.name === name).flatMap((one) => one.values)

/** The line with CRLF, folded where a receiver may rely on it. */
export function writeContentLine({ group, name, parameters, value }: ContentLine): string {
  let line = group === undefined ? name : `${group}.${name}`
  for (const one of parameters) line += `;${one.name}=${one.values.map(writeParameterValue).join(',')}`
  return fold(`${line}:${value}`)
}

function writeParameterValue(value: string): string {
  const encoded = encodeCarets(value)
  return /[,;:]/.test(encoded) || /^\s|\s$/.test(encoded) ? `"${encoded}"` : encoded
}

/** RFC 5545 §3.1: at most 75 octets a line, the line break not counted; a character is never split. */
function fold(line: string): string {
  if (line.length <= 25) return `${line}\r\n` // 3 octets a UTF-16 unit at the most
  let out = ''
  let room = 75
  for (const character of line) {
    const octets = Buffer.byteLength(character)
    if (octets > room) {
      out += '\r\n '
      room = 74
    }
    out += character
    room -= octets
  }
  return `${out}\r\n`
}

/** RFC 5545 §3.3.11, RFC 6350 §3.4 */
export const escapeText = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n')

export const unescapeText = (value: string): string =>
  value.replace(/\\([\\;,:nN"])/g, (_, character: string) =>
    character === 'n' || character === 'N' ? '\n' : character,
  )

/** Splits where the separator is not escaped; the parts stay escaped. */
export function splitValue(value: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '\\') at++
    else if (value[at] === separator) {
      parts.push(value.slice(start, at))
      start = at + 1
    }
  }
  parts.push(value.slice(start))
  return parts
}

const excerpt = (line: string): string => JSON.stringify(line.slice(0, 60))
