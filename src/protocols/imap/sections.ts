// Where the section that a client asks for lies in a message (RFC 9051 §6.4.5.1).

import type { Part } from '../../formats/mime/structure.ts'
import { type PlacedEmail, structureOf } from '../../store/mail/mail.ts'
import type { Section } from './wire/fetch-items.ts'

/** Bytes from `start` to before `end`; with `fields`, the header fields of those bytes that are wanted. */
export type Span = {
  readonly start: number
  readonly end: number
  readonly keeps?: (field: string) => boolean
}

/** Undefined for a part that is not there. */
export function findSection(email: PlacedEmail, { part: path, what, fields }: Section): Span | undefined {
  const { size } = email
  // The whole message is known without its structure.
  if (path.length === 0 && what === 'all') return { start: 0, end: size }
  const message = structureOf(email)
  const part = path.length === 0 ? undefined : findPart(message, path)
  if (path.length > 0 && part === undefined) return undefined
  if (what === 'all') return part && { start: part.bodyStart, end: part.bodyEnd }
  if (what === 'mime') return part && { start: part.headerStart, end: part.bodyStart }
  const inner = part === undefined ? message : part.message?.part
  if (inner === undefined) return undefined
  if (what === 'text') return { start: inner.bodyStart, end: part === undefined ? size : inner.bodyEnd }
  const header = { start: inner.headerStart, end: inner.bodyStart }
  if (what === 'header') return header
  return { ...header, keeps: (field) => fields.includes(field) === (what === 'fields') }
}

/** A number counts the parts of a multipart; in a message that has only one, that one is number 1. */
function findPart(message: Part, path: readonly number[]): Part | undefined {
  let part: Part | undefined
  for (const number of path) {
    const within: Part = part === undefined ? message : (part.message?.part ?? part)
    const isAlone = part === undefined || part.message !== undefined
    if (within.parts !== undefined && within.parts.length > 0) part = within.parts[number - 1]
    else part = number === 1 && isAlone ? within : undefined
    if (part === undefined) return undefined
  }
  return part
}

/** The wanted fields of a header block as they were sent, and the empty line that ends it. */
export function filterFields(header: Buffer, keeps: (field: string) => boolean): Buffer {
  const kept = header
    .toString('latin1')
    .split(/(?<=\n)(?![ \t])/)
    .filter((field) => field.includes(':') && keeps(field.slice(0, field.indexOf(':')).trim().toLowerCase()))
  return Buffer.from(`${kept.join('')}\r\n`, 'latin1')
}
