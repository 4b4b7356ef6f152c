// A vCard as its lines: version 3.0 (RFC 2426) or 4.0 (RFC 6350). Properties keep their order and their values as sent,
// so that what is written again differs from what was read by folding and by the case of names alone.

import { DomainError } from '../../errors.ts'
import { type ContentLine, parseContentLine, unfold, writeContentLine } from '../content-line.ts'

export type Version = '3.0' | '4.0'

export type Card = {
  version: Version
  /** All but BEGIN, VERSION and END. */
  properties: ContentLine[]
}

const isVersion = (value: string): value is Version => value === '3.0' || value === '4.0'

/**
 * Parses one vCard.
 *
 * @throws DomainError BadRequest for what is no vCard or more than one, Unsupported for another version.
 */
export const parseCard = (text: string): Card => {
  const [begin, ...lines] = unfold(text).map(parseContentLine)
  const end = lines.pop()
  if (!isBoundary(begin, 'BEGIN') || !isBoundary(end, 'END')) return refuse('This is no vCard')
  if (lines.some(({ name }) => name === 'BEGIN' || name === 'END')) return refuse('There is more than one vCard')
  const [version, ...more] = lines.filter(({ name }) => name === 'VERSION')
  if (version === undefined || more.length > 0) return refuse('A vCard has one VERSION')
  const value = version.value.trim()
  if (!isVersion(value)) throw new DomainError('Unsupported', `vCard ${value.slice(0, 10)} is not understood`)
  return { version: value, properties: lines.filter((line) => line !== version) }
}

const isBoundary = (line: ContentLine | undefined, name: 'BEGIN' | 'END'): boolean =>
  line?.name === name && line.value.trim().toUpperCase() === 'VCARD'

const refuse = (message: string): never => {
  throw new DomainError('BadRequest', message)
}

export const writeCard = ({ version, properties }: Card): string =>
  `BEGIN:VCARD\r\nVERSION:${version}\r\n${properties.map(writeContentLine).join('')}END:VCARD\r\n`

/**
 * The texts of all vCards of a file, as they are there. What stands between them is left out; a card that is not
 * closed ends where the next one begins.
 */
export const splitCards = (text: string): string[] => {
  const starts = [...text.matchAll(/^\uFEFF?BEGIN:VCARD[ \t]*$/gim)].map(({ index }) => index)
  return starts.map((start, index) => {
    const part = text.slice(start, starts[index + 1])
    const end = /^END:VCARD[ \t]*(\r?\n|(?![\s\S]))/im.exec(part)
    return end === null ? part : part.slice(0, end.index + end[0].length)
  })
}

export const property = ({ properties }: Card, name: string): ContentLine | undefined =>
  properties.find((line) => line.name === name)
