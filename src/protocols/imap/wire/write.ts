// Writes values as answers have them (RFC 9051 §9), in octet strings: what a quoted string cannot hold is a literal.

import type { Address } from '../../../formats/mime/address.ts'
import type { Envelope, Part } from '../../../formats/mime/structure.ts'

/** Octets, one character a byte. */
export function string(octets: string): string {
  if (octets.length <= 1000 && /^[\x20-\x7e]*$/.test(octets)) return `"${octets.replace(/["\\]/g, '\\$&')}"`
  return `{${octets.length}}\r\n${octets}`
}

export const nstring = (octets: string | undefined): string => (octets === undefined ? 'NIL' : string(octets))

/** Of a text rather than octets. */
export const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `"02-Jan-2026 03:04:05 +0000"` */
export function dateTime(milliseconds: number): string {
  const date = new Date(milliseconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = String(date.getUTCDate()).padStart(2, ' ')
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `"${day}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000"`
}

/** RFC 9051 §7.5.2 ENVELOPE */
export function envelope(of: Envelope): string {
  const lists = [of.from, of.sender, of.replyTo, of.to, of.cc, of.bcc].map(addresses).join(' ')
  return `(${nstring(of.date)} ${nstring(of.subject)} ${lists} ${nstring(of.inReplyTo)} ${nstring(of.messageId)})`
}

const addresses = (list: readonly Address[]): string => (list.length === 0 ? 'NIL' : `(${list.map(address).join('')})`)

function address(of: Address): string {
  if ('group' in of) return `(NIL NIL ${nstring(of.group)} NIL)`
  return `(${nstring(of.name)} NIL ${string(of.mailbox)} ${string(of.host ?? '')})`
}

/** RFC 9051 §7.5.2 BODYSTRUCTURE, or BODY without what extends it. */
export function bodyStructure(part: Part, isExtended: boolean): string {
  if (part.parts !== undefined && part.parts.length > 0) {
    const parts = part.parts.map((one) => bodyStructure(one, isExtended)).join('')
    const extension = isExtended ? ` ${parameters(part.parameters)} ${extensionOf(part)}` : ''
    return `(${parts} ${string(part.subtype)}${extension})`
  }
  // A multipart without parts has no form of its own.
  const [type, subtype] = part.parts === undefined ? [part.type, part.subtype] : ['text', 'plain']
  const size = part.bodyEnd - part.bodyStart
  const fields = [
    string(type),
    string(subtype),
    parameters(part.parts === undefined ? part.parameters : []),
    nstring(part.id),
    nstring(part.description),
    string(part.encoding),
    size,
  ]
  if (part.message)
    fields.push(envelope(part.message.envelope), bodyStructure(part.message.part, isExtended), part.lines)
  else if (type === 'text') fields.push(part.lines)
  if (isExtended) fields.push(nstring(part.md5), extensionOf(part))
  return `(${fields.join(' ')})`
}

const parameters = (list: Part['parameters']): string =>
  list.length === 0 ? 'NIL' : `(${list.map(([name, value]) => `${string(name)} ${string(value)}`).join(' ')})`

function extensionOf({ disposition, language, location }: Part): string {
  const told = disposition ? `(${string(disposition.type)} ${parameters(disposition.parameters)})` : 'NIL'
  const languages = language === undefined ? 'NIL' : `(${language.map(string).join(' ')})`
  return `${told} ${languages} ${nstring(location)}`
}

/** Ascending numbers as a set: `1:3,7`. */
export function sequenceSet(numbers: readonly number[]): string {
  const ranges: string[] = []
  for (let at = 0; at < numbers.length; ) {
    let end = at
    while (numbers[end + 1] === (numbers[end] as number) + 1) end++
    ranges.push(end === at ? `${numbers[at]}` : `${numbers[at]}:${numbers[end]}`)
    at = end + 1
  }
  return ranges.join(',')
}

/** System flags as IMAP writes them; other keywords are as they are. */
const systemFlags: Readonly<Record<string, string>> = {
  $seen: '\\Seen',
  $answered: '\\Answered',
  $flagged: '\\Flagged',
  $draft: '\\Draft',
}

export const flagsOf = (keywords: readonly string[], deleted: boolean): string =>
  `(${[...keywords.map((keyword) => systemFlags[keyword] ?? keyword), ...(deleted ? ['\\Deleted'] : [])].join(' ')})`

/** A flag as it is kept; undefined for what a client may not set. `\Deleted` is not the message's. */
export function keywordOf(flag: string): string | undefined {
  if (!flag.startsWith('\\')) return flag.toLowerCase()
  const name = `$${flag.slice(1).toLowerCase()}`
  return Object.hasOwn(systemFlags, name) ? name : undefined
}
