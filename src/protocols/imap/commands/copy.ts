// COPY and MOVE (RFC 9051 §6.4.7, §6.4.8). A COPY is one write, because it is all or nothing; a MOVE is many.

import { copiesAtOnce, placementsPerWrite } from '../../../limits.ts'
import type { Copied, Mailbox, PlacedEmail } from '../../../store/mail/mail.ts'
import type { Tx, View } from '../../../store/store.ts'
import { type Command, No, openMailbox, readMailboxName, type Session, selectedOf, writableOf } from '../session.ts'
import type { NumberRange, Scanner } from '../wire/scanner.ts'
import { sequenceSet } from '../wire/write.ts'

type Task = { readonly ranges: readonly NumberRange[]; readonly to: Mailbox }

async function readTask(session: Session, scanner: Scanner, isUid: boolean): Promise<Task> {
  scanner.space()
  const set = scanner.sequenceSet()
  scanner.space()
  const name = readMailboxName(session, scanner)
  scanner.end()
  const to = await openMailbox(session, name).catch((error) => {
    throw error instanceof No ? new No(error.message, 'TRYCREATE') : error
  })
  return { ranges: selectedOf(session).uids.uidRanges(set, isUid), to }
}

/** Messages with a UID in the ranges, a page at a time. */
async function* pages(
  { store }: Session,
  view: View,
  from: Mailbox,
  ranges: readonly NumberRange[],
): AsyncGenerator<PlacedEmail[]> {
  for (const [first, last] of ranges) {
    for (let at = first; at <= last; ) {
      const page = await store.mail.emails(view, from, at, last, placementsPerWrite)
      if (page.length > 0) yield page
      at = page.length < placementsPerWrite ? last + 1 : (page.at(-1)?.uid ?? last) + 1
    }
  }
}

const copyUid = ({ uidValidity }: Mailbox, { from, to }: Copied): string =>
  from.length === 0 ? '' : `[COPYUID ${uidValidity} ${sequenceSet(from)} ${sequenceSet(to)}] `

export const copy: Command = {
  state: 'selected',
  async run(session, scanner, isUid) {
    const { store } = session
    const { ranges, to } = await readTask(session, scanner, isUid)
    const { mailbox } = selectedOf(session)
    const copied = await store.write(async (tx: Tx) => {
      const all: Copied = { from: [], to: [] }
      for await (const page of pages(session, tx, mailbox, ranges)) {
        const some = await store.mail.copy(tx, page, to)
        all.from.push(...some.from)
        all.to.push(...some.to)
        if (all.from.length > copiesAtOnce) throw new No(`More than ${copiesAtOnce} messages at once`, 'LIMIT')
      }
      return all
    })
    return `${copyUid(to, copied)}Copied`
  },
}

export const move: Command = {
  state: 'selected',
  async run(session, scanner, isUid) {
    const { store, out } = session
    const { ranges, to } = await readTask(session, scanner, isUid)
    const { mailbox } = writableOf(session)
    for (const [first, last] of ranges) {
      for (let at = first; at <= last; ) {
        const from = at
        const page = await store.write(async (tx) => {
          const emails = await store.mail.emails(tx, mailbox, from, last, placementsPerWrite)
          return { emails, copied: await store.mail.move(tx, mailbox, emails, to) }
        })
        // RFC 6851 §4.3: told before the messages are told to be gone.
        if (page.copied.from.length > 0) out.untagged(`OK ${copyUid(to, page.copied)}Moved`)
        at = page.emails.length < placementsPerWrite ? last + 1 : (page.emails.at(-1)?.uid ?? last) + 1
      }
    }
    return 'Moved'
  },
}
