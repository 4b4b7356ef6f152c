// STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3).

import { placementsPerWrite } from '../../../limits.ts'
import type { FlagChange } from '../../../store/mail/mail.ts'
import { type Command, writableOf } from '../session.ts'
import { type Scanner, SyntaxProblem } from '../wire/scanner.ts'
import { keywordOf, sequenceSet } from '../wire/write.ts'

export const store: Command = {
  state: 'selected',
  keepsNumbers: true,
  async run(session, scanner, isUid) {
    scanner.space()
    const set = scanner.sequenceSet()
    scanner.space()
    const unchangedSince = scanner.isNext('(') ? readUnchangedSince(scanner) : undefined
    const { change, isSilent } = readChange(scanner)
    scanner.end()
    const selected = writableOf(session)
    const { mailbox, uids } = selected
    if (unchangedSince !== undefined) session.enabled.add('CONDSTORE')
    const modified: number[] = []
    for (const [first, last] of uids.uidRanges(set, isUid)) {
      for (let from = first; from <= last; ) {
        const at = from
        const page = await session.store.write(async (tx) => {
          const placements = await session.store.mail.placements(tx, mailbox, at, last, placementsPerWrite)
          const failed = placements.filter(({ changed }) => changed > (unchangedSince ?? changed))
          const allowed = failed.length === 0 ? placements : placements.filter((one) => !failed.includes(one))
          return { placements, failed, after: await session.store.mail.flag(tx, mailbox, allowed, change) }
        })
        modified.push(...page.failed.map(({ uid }) => uid))
        if (isSilent) for (const placement of page.after) selected.silence(placement)
        from = page.placements.length < placementsPerWrite ? last + 1 : (page.placements.at(-1)?.uid ?? last) + 1
      }
    }
    const numbers = isUid ? modified : modified.flatMap((uid) => uids.numberOf(uid) ?? [])
    return modified.length > 0 ? `[MODIFIED ${sequenceSet(numbers)}] Some had changed` : 'Stored'
  },
}

function readUnchangedSince(scanner: Scanner): number {
  scanner.expect('(')
  if (scanner.word() !== 'UNCHANGEDSINCE') throw new SyntaxProblem('UNCHANGEDSINCE is missing')
  scanner.space()
  const position = scanner.number()
  scanner.expect(')')
  scanner.space()
  return position
}

function readChange(scanner: Scanner): { change: FlagChange; isSilent: boolean } {
  const mode = scanner.skip('+') ? 'add' : scanner.skip('-') ? 'remove' : 'replace'
  const word = scanner.word()
  if (word !== 'FLAGS' && word !== 'FLAGS.SILENT') throw new SyntaxProblem('FLAGS is missing')
  scanner.space()
  const flags = scanner.isNext('(') ? scanner.flags() : readBareFlags(scanner)
  const keywords = flags.flatMap((flag) => keywordOf(flag) ?? [])
  const deleted = flags.some((flag) => flag.toLowerCase() === '\\deleted')
  return { change: { mode, keywords, deleted }, isSilent: word === 'FLAGS.SILENT' }
}

function readBareFlags(scanner: Scanner): string[] {
  const flags = [scanner.flag()]
  while (scanner.skip(' ')) flags.push(scanner.flag())
  return flags
}
