// FETCH (RFC 9051 §6.4.5). Messages are read and told a page at a time, large contents piece by piece, so that no
// answer is held in memory and a slow reader holds nothing but its own connection.

import type { Readable } from 'node:stream'
import { emailsPerPage, mimeHeaderBytes } from '../../../limits.ts'
import { envelopeOf, type PlacedEmail, type PlacedEmailWithData, structureOf } from '../../../store/mail/mail.ts'
import { filterFields, findSection, type Span } from '../sections.ts'
import type { Selected } from '../selected.ts'
import { type Command, type Session, selectedOf } from '../session.ts'
import { type FetchItem, readFetchItems } from '../wire/fetch-items.ts'
import { type NumberRange, type Scanner, SyntaxProblem } from '../wire/scanner.ts'
import { bodyStructure, dateTime, envelope, flagsOf, sequenceSet } from '../wire/write.ts'

type SectionItem = Extract<FetchItem, { kind: 'section' }>

export const fetch: Command = {
  state: 'selected',
  keepsNumbers: true,
  async run(session, scanner, isUid) {
    scanner.space()
    const set = scanner.sequenceSet()
    scanner.space()
    const asked = readFetchItems(scanner)
    const changedSince = scanner.skip(' ') ? await readModifiers(session, scanner, isUid) : undefined
    scanner.end()
    const selected = selectedOf(session)
    const items = withImplied(asked, isUid, changedSince !== undefined)
    if (items.some(({ kind }) => kind === 'modseq')) session.enabled.add('CONDSTORE')
    const ranges = selected.uids.uidRanges(set, isUid)
    if (changedSince?.vanished) await tellVanished(session, selected, set, changedSince.position)
    const after = changedSince?.position ?? -1
    const onlyFlags = items.every(({ kind }) => kind === 'uid' || kind === 'flags' || kind === 'modseq')
    if (onlyFlags) await fetchFlags(session, selected, ranges, items, after)
    else await fetchEmails(session, selected, ranges, items, after)
    return 'Fetched'
  },
}

/** `UID FETCH` tells UIDs (RFC 9051 §6.4.9), and CHANGEDSINCE positions (RFC 7162 §3.1.4.1). */
function withImplied(items: readonly FetchItem[], isUid: boolean, isChangedSince: boolean): FetchItem[] {
  const implied: FetchItem[] = []
  if (isUid && !items.some(({ kind }) => kind === 'uid')) implied.push({ kind: 'uid' })
  if (isChangedSince && !items.some(({ kind }) => kind === 'modseq')) implied.push({ kind: 'modseq' })
  return [...implied, ...items]
}

async function readModifiers(
  session: Session,
  scanner: Scanner,
  isUid: boolean,
): Promise<{ position: number; vanished: boolean }> {
  let position: number | undefined
  let vanished = false
  scanner.list(() => {
    const word = scanner.word()
    if (word === 'CHANGEDSINCE') {
      scanner.space()
      position = scanner.number()
    } else if (word === 'VANISHED' && isUid && session.enabled.has('QRESYNC')) vanished = true
    else throw new SyntaxProblem(`There is no modifier ${word}, or not here`)
  })
  if (position === undefined) throw new SyntaxProblem('CHANGEDSINCE is missing')
  return { position, vanished }
}

/** RFC 7162 §3.2.6 */
async function tellVanished(
  { store, out }: Session,
  { mailbox }: Selected,
  set: readonly NumberRange[],
  position: number,
): Promise<void> {
  const gone = await store.read((view) => store.mail.vanished(view, mailbox, position))
  const asked = gone.filter((uid) => set.some(([from, to]) => from <= uid && uid <= to)).sort((a, b) => a - b)
  if (asked.length > 0) out.untagged(`VANISHED (EARLIER) ${sequenceSet([...new Set(asked)])}`)
}

async function fetchFlags(
  { store, out }: Session,
  { mailbox, uids }: Selected,
  ranges: readonly NumberRange[],
  items: readonly FetchItem[],
  after: number,
): Promise<void> {
  for (const [first, last] of ranges) {
    for (let at = first; at <= last; ) {
      const page = await store.read((view) => store.mail.placements(view, mailbox, at, last, emailsPerPage))
      for (const placement of page) {
        const number = uids.numberOf(placement.uid)
        if (number === undefined || placement.changed <= after) continue
        const told = items.map(({ kind }) =>
          kind === 'uid'
            ? `UID ${placement.uid}`
            : kind === 'flags'
              ? `FLAGS ${flagsOf(placement.keywords, placement.deleted)}`
              : `MODSEQ (${placement.changed})`,
        )
        out.untagged(`${number} FETCH (${told.join(' ')})`)
      }
      await out.relieve()
      at = page.length < emailsPerPage ? last + 1 : (page.at(-1)?.uid ?? last) + 1
    }
  }
}

async function fetchEmails(
  session: Session,
  selected: Selected,
  ranges: readonly NumberRange[],
  items: readonly FetchItem[],
  after: number,
): Promise<void> {
  const { out } = session
  const isRead = !selected.isReadOnly && items.some((item) => item.kind === 'section' && item.isRead)
  for (const [first, last] of ranges) {
    for (let at = first; at <= last; ) {
      const page = await readPage(session, selected, items, at, last)
      const told = page.filter(({ uid, changed }) => changed > after && selected.uids.numberOf(uid) !== undefined)
      if (isRead) await markSeen(session, selected, told)
      for (const email of told) {
        await tellEmail(session, selected.uids.numberOf(email.uid) as number, email, items)
        await out.relieve()
      }
      at = page.length < emailsPerPage ? last + 1 : (page.at(-1)?.uid ?? last) + 1
    }
  }
}

type Told = PlacedEmail & Partial<Pick<PlacedEmailWithData, 'data'>>

function readPage(
  { store }: Session,
  { mailbox }: Selected,
  items: readonly FetchItem[],
  from: number,
  to: number,
): Promise<Told[]> {
  const needsData = items.some(({ kind }) => kind === 'section')
  return store.read<Told[]>((view) =>
    needsData
      ? store.mail.emailsWithData(view, mailbox, from, to, emailsPerPage)
      : store.mail.emails(view, mailbox, from, to, emailsPerPage),
  )
}

/** BODY[…] without PEEK; what it changes is told with the answer, or after it. */
async function markSeen({ store }: Session, { mailbox }: Selected, emails: readonly PlacedEmail[]): Promise<void> {
  const unseen = emails.filter(({ keywords }) => !keywords.includes('$seen'))
  if (unseen.length === 0) return
  await store.write(async (tx) => {
    const found = await store.mail.placementsOf(tx, mailbox, unseen)
    await store.mail.flag(tx, mailbox, found, { mode: 'add', keywords: ['$seen'], deleted: false })
  })
}

async function tellEmail(session: Session, number: number, email: Told, items: readonly FetchItem[]): Promise<void> {
  const { out } = session
  out.write(`* ${number} FETCH (`)
  for (const [index, item] of items.entries()) {
    if (index > 0) out.write(' ')
    if (item.kind === 'section') await tellSection(session, email, item)
    else out.write(simpleItem(item.kind, email))
  }
  out.write(')\r\n')
}

function simpleItem(kind: Exclude<FetchItem, SectionItem>['kind'], email: PlacedEmail): string {
  switch (kind) {
    case 'uid':
      return `UID ${email.uid}`
    case 'flags':
      return `FLAGS ${flagsOf(email.keywords, email.deleted)}`
    case 'internaldate':
      return `INTERNALDATE ${dateTime(email.receivedAt)}`
    case 'size':
      return `RFC822.SIZE ${email.size}`
    case 'envelope':
      return `ENVELOPE ${envelope(envelopeOf(email))}`
    case 'body':
      return `BODY ${bodyStructure(structureOf(email), false)}`
    case 'bodystructure':
      return `BODYSTRUCTURE ${bodyStructure(structureOf(email), true)}`
    case 'modseq':
      return `MODSEQ (${email.changed})`
    case 'emailid':
      return `EMAILID (M${email.emailId})`
  }
}

async function tellSection(session: Session, email: Told, { name, section, partial }: SectionItem): Promise<void> {
  const { out } = session
  const span = findSection(email, section)
  if (span === undefined) return out.write(`${name} NIL`)
  if (span.keeps !== undefined) {
    const read = { start: span.start, end: Math.min(span.end, span.start + mimeHeaderBytes) }
    const header = filterFields(await wholeOf(session, email, read), span.keeps)
    const { start, end } = window(header.length, partial)
    out.write(`${name} {${end - start}}\r\n${header.toString('latin1', start, end)}`)
    return
  }
  const { start, end } = window(span.end - span.start, partial)
  out.write(`${name} {${end - start}}\r\n`)
  if (end > start) await tellBytes(session, email, { start: span.start + start, end: span.start + end })
}

/** RFC 9051 §6.4.5: what lies beyond the end is empty. */
function window(length: number, partial: SectionItem['partial']): { start: number; end: number } {
  if (partial === undefined) return { start: 0, end: length }
  const start = Math.min(partial.start, length)
  return { start, end: Math.min(start + partial.length, length) }
}

async function tellBytes(session: Session, email: Told, span: Span): Promise<void> {
  const { out } = session
  const content = await contentOf(session, email, span)
  if (content instanceof Uint8Array) out.write(latin1(content))
  else for await (const chunk of content) await out.bytes(chunk as Buffer)
}

async function wholeOf(session: Session, email: Told, span: Span): Promise<Buffer> {
  if (span.end === span.start) return Buffer.alloc(0)
  const content = await contentOf(session, email, span)
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.concat(await content.toArray())
}

async function contentOf({ store }: Session, email: Told, { start, end }: Span): Promise<Readable | Uint8Array> {
  if (email.data) return email.data.subarray(start, end)
  return store.read((view) => store.mail.open(view, email, { start, end: end - 1 }))
}

const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
