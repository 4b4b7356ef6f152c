// Which messages of a mailbox a search finds. Conditions on what the rows have are decided by the rows; a message's
// text is read, decoded and folded only for those that the rest does not decide, and once.

import PostalMime, { decodeWords } from 'postal-mime'
import { unicodeCasemap } from '../../formats/collation.ts'
import { readFields } from '../../formats/mime/header.ts'
import { emailsPerPage, mimeHeaderBytes, searchedMessageBytes } from '../../limits.ts'
import { envelopeOf, type PlacedEmail, structureOf } from '../../store/mail/mail.ts'
import type { Store } from '../../store/store.ts'
import type { Selected } from './selected.ts'
import type { NumberRange } from './wire/scanner.ts'
import type { SearchKey } from './wire/search-keys.ts'

/** RFC 9051 §6.4.4: substrings, of whatever case. */
const fold = (text: string): string => unicodeCasemap.fold(text)

type Texts = { readonly header: string; readonly body: string }

/** What a message is asked about: conditions that need its text load it once. */
type Candidate = {
  readonly email: PlacedEmail
  readonly number: number
  readonly now: number
  readonly saved: ReadonlySet<number>
  readonly ranges: ReadonlyMap<SearchKey, readonly NumberRange[]>
  readonly fields: () => Promise<readonly { name: string; text: string }[]>
  readonly texts: () => Promise<Texts>
}

export type Found = { readonly uid: number; readonly number: number; readonly changed: number }

export async function search(
  store: Store,
  selected: Selected,
  key: SearchKey,
  saved: readonly number[],
): Promise<Found[]> {
  const found: Found[] = []
  const { mailbox, uids } = selected
  const common = { now: store.now(), saved: new Set(saved), ranges: rangesOf(key, selected) }
  const last = uids.last
  for (let at = 1; at <= last; ) {
    const page = await store.read((view) => store.mail.emails(view, mailbox, at, last, emailsPerPage))
    for (const email of page) {
      const number = uids.numberOf(email.uid)
      if (number === undefined) continue
      if (await holds(key, { email, number, ...common, ...reader(store, email) })) {
        found.push({ uid: email.uid, number, changed: email.changed })
      }
    }
    at = page.length < emailsPerPage ? last + 1 : (page.at(-1)?.uid ?? last) + 1
  }
  return found
}

function rangesOf(key: SearchKey, { uids }: Selected): Map<SearchKey, readonly NumberRange[]> {
  const found = new Map<SearchKey, readonly NumberRange[]>()
  const visit = (one: SearchKey): void => {
    if (one.kind === 'numbers') found.set(one, uids.uidRanges(one.ranges, one.isUid))
    if (one.kind === 'not') visit(one.key)
    if (one.kind === 'and' || one.kind === 'or') one.keys.forEach(visit)
  }
  visit(key)
  return found
}

const needsText = (key: SearchKey): boolean =>
  key.kind === 'text' ||
  key.kind === 'body' ||
  key.kind === 'header' ||
  (key.kind === 'not' && needsText(key.key)) ||
  ((key.kind === 'and' || key.kind === 'or') && key.keys.some(needsText))

const dayMilliseconds = 86_400_000

async function holds(key: SearchKey, candidate: Candidate): Promise<boolean> {
  const { email } = candidate
  const day = (time: number): number => time - (((time % dayMilliseconds) + dayMilliseconds) % dayMilliseconds)
  switch (key.kind) {
    case 'all':
      return true
    case 'and':
      for (const one of cheapFirst(key.keys)) if (!(await holds(one, candidate))) return false
      return true
    case 'or':
      for (const one of cheapFirst(key.keys)) if (await holds(one, candidate)) return true
      return false
    case 'not':
      return !(await holds(key.key, candidate))
    case 'keyword':
      return email.keywords.includes(key.keyword)
    case 'deleted':
      return email.deleted
    case 'numbers':
      return (candidate.ranges.get(key) ?? []).some(([from, to]) => from <= email.uid && email.uid <= to)
    case 'saved':
      return candidate.saved.has(email.uid)
    case 'larger':
      return email.size > key.bytes
    case 'smaller':
      return email.size < key.bytes
    case 'before':
      return day(email.receivedAt) < key.day
    case 'on':
      return day(email.receivedAt) === key.day
    case 'since':
      return day(email.receivedAt) >= key.day
    case 'sentbefore':
      return day(email.sentAt) < key.day
    case 'senton':
      return day(email.sentAt) === key.day
    case 'sentsince':
      return day(email.sentAt) >= key.day
    case 'older':
      return email.receivedAt <= candidate.now - key.seconds * 1000
    case 'younger':
      return email.receivedAt > candidate.now - key.seconds * 1000
    case 'modseq':
      return email.changed >= key.from
    case 'header': {
      const wanted = fold(key.text)
      if (key.field === 'subject') return decoded(envelopeOf(email).subject ?? '').includes(wanted)
      return (await candidate.fields()).some(({ name, text }) => name === key.field && text.includes(wanted))
    }
    case 'body':
      return (await candidate.texts()).body.includes(fold(key.text))
    case 'text': {
      const { header, body } = await candidate.texts()
      const wanted = fold(key.text)
      return header.includes(wanted) || body.includes(wanted)
    }
  }
}

const cheapFirst = (keys: readonly SearchKey[]): readonly SearchKey[] =>
  keys.some(needsText) ? [...keys].sort((a, b) => Number(needsText(a)) - Number(needsText(b))) : keys

function reader(store: Store, email: PlacedEmail): Pick<Candidate, 'fields' | 'texts'> {
  let fields: Promise<readonly { name: string; text: string }[]> | undefined
  let texts: Promise<Texts> | undefined
  return {
    fields: () => {
      fields ??= readFolded(store, email)
      return fields
    },
    texts: () => {
      texts ??= readTexts(store, email)
      return texts
    },
  }
}

const decoded = (value: string): string => {
  const text = Buffer.from(value, 'latin1').toString()
  return fold(text.includes('=?') ? decodeWords(text) : text)
}

async function readFolded(store: Store, email: PlacedEmail): Promise<{ name: string; text: string }[]> {
  const header = await bytesOf(store, email, Math.min(structureOf(email).bodyStart, mimeHeaderBytes))
  return readFields(header).map(({ name, value }) => ({ name, text: decoded(value) }))
}

async function readTexts(store: Store, email: PlacedEmail): Promise<Texts> {
  const message = await bytesOf(store, email, Math.min(email.size, searchedMessageBytes))
  const header = readFields(message.subarray(0, structureOf(email).bodyStart))
    .map(({ name, value }) => `${name}: ${decoded(value)}`)
    .join('\n')
  const parsed = await PostalMime.parse(message, { attachmentEncoding: 'arraybuffer' })
  const attached = parsed.attachments
    .filter(({ mimeType }) => mimeType.startsWith('text/'))
    .map(({ content }) => Buffer.from(content as ArrayBuffer).toString())
  return { header, body: fold([parsed.text ?? '', parsed.html ?? '', ...attached].join('\n')) }
}

async function bytesOf(store: Store, email: PlacedEmail, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0)
  const content = await store.read((view) => store.mail.open(view, email, { start: 0, end: count - 1 }))
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.concat(await content.toArray())
}
