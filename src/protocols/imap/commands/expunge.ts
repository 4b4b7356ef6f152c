// EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9): in writes of a bounded number of messages each.

import { placementsPerWrite } from '../../../limits.ts'
import type { Selected } from '../selected.ts'
import { type Command, type Session, writableOf } from '../session.ts'
import type { NumberRange } from '../wire/scanner.ts'

/** Takes away what is marked, of the UIDs given or of all. */
export async function expungeDeleted(
  { store }: Session,
  { mailbox, uids }: Selected,
  ranges: readonly NumberRange[] | undefined,
): Promise<void> {
  if (mailbox.deleted === 0 && (await store.read((view) => store.mail.get(view, mailbox.id)))?.deleted === 0) return
  for (const [first, last] of ranges ?? [[1, uids.last]]) {
    for (let from = first; from <= last; ) {
      const at = from
      from = await store.write(async (tx) => {
        const page = await store.mail.placements(tx, mailbox, at, last, placementsPerWrite)
        await store.mail.expunge(
          tx,
          mailbox,
          page.filter(({ deleted }) => deleted),
        )
        return page.length < placementsPerWrite ? Number.POSITIVE_INFINITY : (page.at(-1)?.uid ?? last) + 1
      })
    }
  }
}

export const expunge: Command = {
  state: 'selected',
  async run(session, scanner, isUid) {
    const selected = writableOf(session)
    let ranges: NumberRange[] | undefined
    if (isUid) {
      scanner.space()
      ranges = selected.uids.uidRanges(scanner.sequenceSet(), true)
    }
    scanner.end()
    await expungeDeleted(session, selected, ranges)
    return 'Expunged'
  },
}
