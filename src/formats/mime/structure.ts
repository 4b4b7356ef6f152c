// The structure of a message: where each part's header and body lie, what their fields say, how many lines there are.
// Found in one pass over the bytes as they arrive; of the message only the header block that is being read is held.
// Every message has a structure: what MIME does not allow is plain text (RFC 2045 §5.2), and what is nested deeper,
// or has more parts, than limits.ts says is not looked into.

import { mimeDepth, mimeHeaderBytes, mimeParts } from '../../limits.ts'
import { type Address, readAddresses } from './address.ts'
import { type Field, fieldValue, type Parameter, parameterOf, readFields, readParameterized } from './header.ts'

export type Part = {
  /** In lower case. */
  readonly type: string
  readonly subtype: string
  readonly parameters: readonly Parameter[]
  readonly id?: string
  readonly description?: string
  /** In lower case. */
  readonly encoding: string
  readonly md5?: string
  readonly disposition?: { readonly type: string; readonly parameters: readonly Parameter[] }
  readonly language?: readonly string[]
  readonly location?: string
  /** Bytes from the beginning of the message. */
  readonly headerStart: number
  readonly bodyStart: number
  /** After the last byte of the body; the line end before a boundary is not of the body (RFC 2046 §5.1.1). */
  bodyEnd: number
  /** Line ends in the body. */
  lines: number
  /** Of multipart. */
  readonly parts?: Part[]
  /** Of message/rfc822 and message/global. */
  message?: { readonly envelope: Envelope; readonly part: Part }
}

/** As RFC 9051 §7.5.2 tells it. */
export type Envelope = {
  readonly date?: string
  readonly subject?: string
  readonly from: readonly Address[]
  readonly sender: readonly Address[]
  readonly replyTo: readonly Address[]
  readonly to: readonly Address[]
  readonly cc: readonly Address[]
  readonly bcc: readonly Address[]
  readonly inReplyTo?: string
  readonly messageId?: string
}

/** What a message is: its outermost part, its envelope, and the fields of its header. */
export type Structure = { readonly envelope: Envelope; readonly part: Part; readonly fields: readonly Field[] }

const LF = 10
const CR = 13
const DASH = 45
/** A boundary has at most 70 characters (RFC 2046 §5.1.1); longer ones are taken all the same. */
const boundaryBytes = 250

type Open = { readonly part: Part; readonly boundary: Buffer; readonly level: number; isOver: boolean }

export class StructureParser {
  /** Multiparts whose boundary may come. */
  readonly #open: Open[] = []
  /** The present part and what it is in, from the outside, each with the lines before its body. */
  readonly #around: { readonly part: Part; readonly linesBefore: number }[] = []
  #top: Structure | undefined
  #count = 0
  /** Bytes taken, and of them those before the line that is not whole yet. */
  #at = 0
  #lineStart = 0
  /** The beginning of that line. */
  #kept: Buffer[] = []
  #keptBytes = 0
  #previousEnd = 0
  /** Lines of the header that is being read; undefined in a body. */
  #header: Buffer[] | undefined = []
  #headerBytes = 0
  #headerStart = 0
  /** What the header that is being read makes of its part. */
  #place: (part: Part, fields: Field[]) => void
  #defaultType = 'text/plain'
  #lineCount = 0

  constructor() {
    this.#place = (part, fields) => {
      this.#top = { envelope: envelopeOf(fields), part, fields }
    }
  }

  push(chunk: Buffer): void {
    let from = 0
    while (from < chunk.length) {
      const newline = chunk.indexOf(LF, from)
      const end = newline === -1 ? chunk.length : newline + 1
      const piece = chunk.subarray(from, end)
      this.#at += piece.length
      from = end
      if (newline !== -1 && this.#keptBytes === 0) this.#line(piece)
      else {
        this.#keep(piece)
        if (newline !== -1) this.#keptLine(piece)
      }
    }
  }

  end(): Structure {
    if (this.#at > this.#lineStart) this.#line(Buffer.concat(this.#kept))
    if (this.#header !== undefined) this.#headerEnds(this.#at)
    this.#close(0, this.#at, this.#lineCount)
    return this.#top as Structure
  }

  /** Of a body's line only so much is kept as a boundary has. */
  #keep(piece: Buffer): void {
    const wanted = this.#header === undefined ? boundaryBytes : mimeHeaderBytes
    if (this.#keptBytes >= wanted) return
    this.#kept.push(Buffer.from(piece))
    this.#keptBytes += piece.length
  }

  #keptLine(lastPiece: Buffer): void {
    const kept = Buffer.concat(this.#kept)
    const ended = kept.at(-1) === LF ? kept : Buffer.concat([kept, lastPiece.subarray(-2)])
    this.#kept = []
    this.#keptBytes = 0
    this.#line(ended)
  }

  #line(line: Buffer): void {
    const start = this.#lineStart
    this.#lineStart = this.#at
    if (line[0] === DASH && line[1] === DASH && this.#open.length > 0 && this.#isBoundary(line, start)) {
      this.#previousEnd = 0
      return
    }
    if (line.at(-1) === LF) {
      this.#lineCount++
      this.#previousEnd = line.at(-2) === CR ? 2 : 1
    } else this.#previousEnd = 0
    if (this.#header === undefined) return
    if (isBlank(line)) this.#headerEnds(this.#at)
    else if (this.#headerBytes < mimeHeaderBytes) {
      this.#headerBytes += line.length
      this.#header.push(Buffer.from(line))
    }
  }

  #isBoundary(line: Buffer, start: number): boolean {
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const open = this.#open[index] as Open
      const { boundary } = open
      if (open.isOver || !boundary.equals(line.subarray(2, 2 + boundary.length))) continue
      const rest = line.subarray(2 + boundary.length).toString('latin1')
      if (!/^(--)?[ \t\r\n]*$/.test(rest)) continue
      if (this.#header !== undefined) this.#headerEnds(start)
      const bodyEnd = start - this.#previousEnd
      this.#close(open.level + 1, bodyEnd, this.#lineCount - (this.#previousEnd > 0 ? 1 : 0))
      this.#open.length = index + 1
      this.#lineCount++
      if (rest.startsWith('--')) open.isOver = true
      else this.#begin(open.part)
      return true
    }
    return false
  }

  /** The next line is the first of a part's header. */
  #begin({ parts, subtype }: Part): void {
    if (this.#count >= mimeParts) return
    this.#header = []
    this.#headerBytes = 0
    this.#headerStart = this.#at
    // RFC 2046 §5.1.5
    this.#defaultType = subtype === 'digest' ? 'message/rfc822' : 'text/plain'
    this.#place = (part) => parts?.push(part)
  }

  #headerEnds(bodyStart: number): void {
    const fields = readFields(Buffer.concat(this.#header ?? []))
    this.#header = undefined
    this.#count++
    const part = partOf(fields, this.#defaultType, this.#headerStart, bodyStart)
    this.#place(part, fields)
    const boundary = part.type === 'multipart' ? parameterOf(part, 'boundary') : undefined
    const isNested = this.#around.length < mimeDepth
    this.#around.push({ part, linesBefore: this.#lineCount })
    if (boundary !== undefined && isNested) {
      const bytes = Buffer.from(boundary.slice(0, boundaryBytes - 4), 'latin1')
      this.#open.push({ part, boundary: bytes, level: this.#around.length - 1, isOver: false })
    } else if (isMessage(part) && isNested && this.#count < mimeParts) {
      this.#header = []
      this.#headerBytes = 0
      this.#headerStart = bodyStart
      this.#defaultType = 'text/plain'
      this.#place = (inner, innerFields) => {
        part.message = { envelope: envelopeOf(innerFields), part: inner }
      }
    }
  }

  /** Ends the parts from a level on. */
  #close(level: number, at: number, lineCount: number): void {
    for (const { part, linesBefore } of this.#around.splice(level)) {
      part.bodyEnd = Math.max(part.bodyStart, at)
      part.lines = Math.max(0, lineCount - linesBefore)
    }
  }
}

const isBlank = (line: Buffer): boolean => line[0] === LF || (line[0] === CR && line[1] === LF)

/** RFC 2046 §5.2.1 and RFC 6532 §3.7; one that is encoded is not looked into. */
const isMessage = ({ type, subtype, encoding }: Part): boolean =>
  type === 'message' && (subtype === 'rfc822' || subtype === 'global') && /^(7bit|8bit|binary)$/.test(encoding)

function partOf(fields: readonly Field[], defaultType: string, headerStart: number, bodyStart: number): Part {
  const content = readParameterized(fieldValue(fields, 'content-type') ?? '')
  const known = content !== undefined && /^[^/]+\/[^/]+$/.test(content.value) ? content : undefined
  const [type = '', subtype = ''] = (known?.value ?? defaultType).split('/')
  const disposition = readParameterized(fieldValue(fields, 'content-disposition') ?? '')
  return {
    type,
    subtype,
    // RFC 2045 §5.2: what says nothing of itself is plain US-ASCII.
    parameters: known?.parameters ?? (defaultType === 'text/plain' ? [['charset', 'us-ascii']] : []),
    encoding: readParameterized(fieldValue(fields, 'content-transfer-encoding') ?? '')?.value ?? '7bit',
    ...given('id', fieldValue(fields, 'content-id')),
    ...given('description', fieldValue(fields, 'content-description')),
    ...given('md5', fieldValue(fields, 'content-md5')),
    ...given('disposition', disposition && { type: disposition.value, parameters: disposition.parameters }),
    ...given('language', fieldValue(fields, 'content-language')?.split(/[\s,]+/)),
    ...given('location', fieldValue(fields, 'content-location')),
    headerStart,
    bodyStart,
    bodyEnd: bodyStart,
    lines: 0,
    ...(type === 'multipart' ? { parts: [] } : {}),
  }
}

function envelopeOf(fields: readonly Field[]): Envelope {
  const addresses = (name: string): readonly Address[] => readAddresses(fieldValue(fields, name) ?? '')
  const from = addresses('from')
  /** RFC 9051 §7.5.2: a Sender or Reply-To that is missing or empty is the From. */
  const orFrom = (list: readonly Address[]): readonly Address[] => (list.length > 0 ? list : from)
  return {
    ...given('date', fieldValue(fields, 'date')),
    ...given('subject', fieldValue(fields, 'subject')),
    from,
    sender: orFrom(addresses('sender')),
    replyTo: orFrom(addresses('reply-to')),
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    ...given('inReplyTo', fieldValue(fields, 'in-reply-to')),
    ...given('messageId', fieldValue(fields, 'message-id')),
  }
}

const given = <K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: T }
