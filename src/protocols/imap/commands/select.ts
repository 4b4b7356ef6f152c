// SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051 §6.3.2, §6.4.1), with CONDSTORE and QRESYNC (RFC 7162 §3.1.8, §3.2.5).

import { changesAtOnce } from '../../../limits.ts'
import type { Mailbox, Placement } from '../../../store/mail/mail.ts'
import type { View } from '../../../store/store.ts'
import { Selected } from '../selected.ts'
import { type Command, openMailbox, readMailboxName, type Session, selectedOf, writeMailboxName } from '../session.ts'
import { type NumberRange, type Scanner, SyntaxProblem } from '../wire/scanner.ts'
import { flagsOf, sequenceSet } from '../wire/write.ts'
import { expungeDeleted } from './expunge.ts'

type Resync = {
  readonly uidValidity: number
  readonly position: number
  readonly known: readonly NumberRange[] | undefined
}

const open = (isReadOnly: boolean): Command => ({
  state: 'member',
  async run(session, scanner) {
    scanner.space()
    const name = readMailboxName(session, scanner)
    const resync = scanner.skip(' ') ? readParameters(session, scanner) : undefined
    scanner.end()
    if (session.selected !== undefined) session.out.untagged('OK [CLOSED] The other mailbox is closed')
    session.selected = undefined
    session.saved = []
    const { id } = await openMailbox(session, name)
    const { store } = session
    const found = await store.read(async (view) => {
      const mailbox = await store.mail.get(view, id)
      if (mailbox === undefined) return undefined
      const selected = await Selected.open(store, view, mailbox, isReadOnly)
      return { selected, missed: await readMissed(session, view, selected, resync) }
    })
    if (found === undefined) throw new SyntaxProblem('The mailbox is no longer there')
    session.selected = found.selected
    describe(session, found.selected)
    tellMissed(session, found.selected, found.missed)
    return isReadOnly ? '[READ-ONLY] Selected' : '[READ-WRITE] Selected'
  },
})

export const select = open(false)
export const examine = open(true)

function describe(session: Session, { mailbox, uids }: Selected): void {
  const { out } = session
  const flags = flagsOf(['$answered', '$flagged', '$draft', '$seen'], true)
  out.untagged(`FLAGS ${flags}`)
  out.untagged(`OK [PERMANENTFLAGS ${flags.slice(0, -1)} \\*)] Others can be made`)
  out.untagged(`${uids.length} EXISTS`)
  if (!session.enabled.has('IMAP4REV2')) out.untagged('0 RECENT')
  out.untagged(`OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs hold`)
  out.untagged(`OK [UIDNEXT ${mailbox.uidNext}] The next one`)
  // RFC 7162 §3.1.2.1: never zero.
  out.untagged(`OK [HIGHESTMODSEQ ${Math.max(1, mailbox.changed)}] The last change`)
  out.untagged(`OK [MAILBOXID (F${mailbox.id})] Its name for good`)
  if (session.enabled.has('IMAP4REV2')) out.untagged(`LIST () "/" ${writeMailboxName(session, mailbox.name)}`)
}

function readParameters(session: Session, scanner: Scanner): Resync | undefined {
  let resync: Resync | undefined
  scanner.list(() => {
    const word = scanner.word()
    if (word === 'CONDSTORE') session.enabled.add('CONDSTORE')
    else if (word === 'QRESYNC' && session.enabled.has('QRESYNC')) {
      scanner.space()
      resync = readResync(scanner)
    } else throw new SyntaxProblem(`There is no parameter ${word}, or it was not enabled`)
  })
  return resync
}

/** `(67890007 20050715194045000 41:116 (1:5 100:104))`; the last list only saves telling of what is known. */
function readResync(scanner: Scanner): Resync {
  scanner.expect('(')
  const uidValidity = scanner.number()
  scanner.space()
  const position = scanner.number()
  let known: NumberRange[] | undefined
  if (scanner.skip(' ') && !scanner.isNext('(')) {
    known = scanner.sequenceSet()
    scanner.skip(' ')
  }
  if (scanner.skip('(')) {
    scanner.sequenceSet()
    scanner.space()
    scanner.sequenceSet()
    scanner.expect(')')
  }
  scanner.expect(')')
  return { uidValidity, position, known }
}

type Missed = { readonly vanished: number[]; readonly changed: Placement[] }

/** What happened since the client was here; nothing for a client of other UIDs. */
async function readMissed(
  { store }: Session,
  view: View,
  { mailbox, uids }: Selected,
  resync: Resync | undefined,
): Promise<Missed | undefined> {
  if (resync === undefined || resync.uidValidity !== mailbox.uidValidity) return undefined
  const { position, known } = resync
  const { floor } = await store.journal.clock(view, mailbox.accountId)
  const isForgotten = position < floor
  const left = isForgotten
    ? goneOf(known ?? [[1, mailbox.uidNext - 1]], mailbox, (uid) => uids.numberOf(uid) !== undefined)
    : await store.mail.vanished(view, mailbox, position)
  const isKnown = (uid: number): boolean => known === undefined || known.some(([from, to]) => from <= uid && uid <= to)
  const changed: Placement[] = []
  for (let after = position; ; ) {
    const page = await store.mail.since(view, mailbox, after, changesAtOnce)
    changed.push(...page.filter(({ uid }) => isKnown(uid)))
    if (page.length < changesAtOnce) break
    after = (page.at(-1) as Placement).changed
  }
  return { vanished: left.filter(isKnown), changed }
}

/** RFC 7162 §3.2.10.1: all that is missing, when it is no longer known when it went. */
function goneOf(known: readonly NumberRange[], { uidNext }: Mailbox, isThere: (uid: number) => boolean): number[] {
  const gone: number[] = []
  for (const [from, to] of known) {
    for (let uid = from; uid <= Math.min(to, uidNext - 1); uid++) if (!isThere(uid)) gone.push(uid)
  }
  return gone
}

function tellMissed({ out }: Session, { uids }: Selected, missed: Missed | undefined): void {
  if (missed === undefined) return
  const vanished = [...new Set(missed.vanished)].sort((a, b) => a - b)
  if (vanished.length > 0) out.untagged(`VANISHED (EARLIER) ${sequenceSet(vanished)}`)
  for (const { uid, keywords, deleted, changed } of missed.changed) {
    const number = uids.numberOf(uid)
    if (number === undefined) continue
    out.untagged(`${number} FETCH (UID ${uid} FLAGS ${flagsOf(keywords, deleted)} MODSEQ (${changed}))`)
  }
}

export const unselect: Command = {
  state: 'selected',
  async run(session, scanner) {
    scanner.end()
    session.selected = undefined
    return 'Closed'
  },
}

export const close: Command = {
  state: 'selected',
  async run(session, scanner) {
    scanner.end()
    const selected = selectedOf(session)
    if (!selected.isReadOnly) await expungeDeleted(session, selected, undefined)
    session.selected = undefined
    return 'Closed'
  },
}
