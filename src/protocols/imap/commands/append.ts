// APPEND (RFC 9051 §6.3.12), several messages at once too (RFC 3502): all of them or none.

import type { StagedEmail } from '../../../store/mail/mail.ts'
import { type Command, No, openMailbox, readMailboxName } from '../session.ts'
import { type Piece, type Scanner, SyntaxProblem } from '../wire/scanner.ts'
import { keywordOf, sequenceSet } from '../wire/write.ts'

type Arrival = {
  readonly email: StagedEmail
  readonly keywords: readonly string[]
  readonly receivedAt: number | undefined
}

export const append: Command = {
  state: 'member',
  async run(session, scanner) {
    const { store } = session
    scanner.space()
    const name = readMailboxName(session, scanner)
    const arrivals: Arrival[] = []
    while (scanner.skip(' ')) arrivals.push(readArrival(scanner))
    scanner.end()
    if (arrivals.length === 0) throw new SyntaxProblem('A message is missing')
    const mailbox = await openMailbox(session, name).catch((error) => {
      throw error instanceof No ? new No(error.message, 'TRYCREATE') : error
    })
    const uids = await store.write(async (tx) => {
      const found: number[] = []
      for (const { email, ...rest } of arrivals) found.push(await store.mail.append(tx, mailbox, email, rest))
      return found
    })
    return `[APPENDUID ${mailbox.uidValidity} ${sequenceSet(uids)}] Stored`
  },
}

/** What is not kept is to be discarded: the caller knows the pieces. */
export async function discardMessages(pieces: readonly Piece[]): Promise<void> {
  for (const piece of pieces) {
    if (typeof piece !== 'string' && 'stored' in piece) await (piece.stored as StagedEmail).staged.discard()
  }
}

function readArrival(scanner: Scanner): Arrival {
  let keywords: string[] = []
  if (scanner.isNext('(')) {
    keywords = scanner.flags().flatMap((flag) => keywordOf(flag) ?? [])
    scanner.space()
  }
  const receivedAt = scanner.isNext('"') ? readDateTime(scanner.astring()) : undefined
  if (receivedAt !== undefined) scanner.space()
  const message = scanner.message()
  if (!('stored' in message)) throw new SyntaxProblem('A message is missing')
  return { email: message.stored as StagedEmail, keywords, receivedAt }
}

/** ` 2-Jan-2026 03:04:05 +0100` */
function readDateTime(text: string): number {
  const match = /^( \d|\d\d)-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})$/.exec(text)
  const time = match ? Date.parse(`${match[1]?.trim()} ${match[2]} ${match[3]} ${match[4]} ${match[5]}`) : Number.NaN
  if (Number.isNaN(time)) throw new SyntaxProblem('The date is none')
  return time
}
