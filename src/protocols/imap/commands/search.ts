// SEARCH (RFC 9051 §6.4.4) with its return options; without them IMAP4rev1 clients get the numbers in one line.

import { type Found, search as find } from '../search.ts'
import { type Command, No, type Session, selectedOf } from '../session.ts'
import { type Scanner, SyntaxProblem } from '../wire/scanner.ts'
import { readSearchKeys } from '../wire/search-keys.ts'
import { sequenceSet, string } from '../wire/write.ts'

const returnOptions = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE']

export const search: Command = {
  state: 'selected',
  keepsNumbers: true,
  async run(session, scanner, isUid) {
    scanner.space()
    const options = readReturn(scanner)
    const key = readSearchKeys(scanner, decoderOf(scanner))
    const selected = selectedOf(session)
    const found = await find(session.store, selected, key, session.saved)
    if (options === undefined && !session.enabled.has('IMAP4REV2')) tellNumbers(session, found, isUid)
    else tellExtended(session, found, isUid, options ?? ['ALL'])
    return 'Searched'
  },
}

/** Undefined without RETURN. */
function readReturn(scanner: Scanner): string[] | undefined {
  if (!scanner.isNextWord('RETURN')) return undefined
  scanner.word()
  scanner.space()
  const options = scanner.list(() => scanner.word())
  for (const one of options) if (!returnOptions.includes(one)) throw new SyntaxProblem(`There is no option ${one}`)
  scanner.space()
  return options.length === 0 ? ['ALL'] : options
}

/** RFC 9051 §6.4.4: UTF-8 unless another charset is named, and that is US-ASCII, or NO. */
function decoderOf(scanner: Scanner): (octets: string) => string {
  if (scanner.isNextWord('CHARSET')) {
    scanner.word()
    scanner.space()
    const charset = scanner.astring().toUpperCase()
    scanner.space()
    if (charset !== 'UTF-8' && charset !== 'US-ASCII')
      throw new No('Searches are in UTF-8', 'BADCHARSET (UTF-8 US-ASCII)')
  }
  return (octets) => Buffer.from(octets, 'latin1').toString()
}

const number = (isUid: boolean) => (found: Found) => (isUid ? found.uid : found.number)

function tellNumbers({ out, enabled }: Session, found: readonly Found[], isUid: boolean): void {
  const numbers = found.map(number(isUid)).map((one) => ` ${one}`)
  const position = Math.max(0, ...found.map(({ changed }) => changed))
  // RFC 7162 §3.1.5
  const modseq = enabled.has('CONDSTORE') && found.length > 0 ? ` (MODSEQ ${position})` : ''
  out.untagged(`SEARCH${numbers.join('')}${modseq}`)
}

function tellExtended(session: Session, found: readonly Found[], isUid: boolean, options: readonly string[]): void {
  const numbers = found.map(number(isUid))
  if (options.includes('SAVE')) session.saved = savedOf(found, options)
  if (options.every((option) => option === 'SAVE')) return
  const told = [`(TAG ${string(session.tag)})`]
  if (isUid) told.push('UID')
  if (options.includes('MIN') && numbers.length > 0) told.push(`MIN ${numbers[0]}`)
  if (options.includes('MAX') && numbers.length > 0) told.push(`MAX ${numbers.at(-1)}`)
  if (options.includes('ALL') && numbers.length > 0) told.push(`ALL ${sequenceSet(numbers)}`)
  if (options.includes('COUNT')) told.push(`COUNT ${numbers.length}`)
  session.out.untagged(`ESEARCH ${told.join(' ')}`)
}

/** RFC 5182 §2.4: with MIN or MAX alone only that message is kept. */
function savedOf(found: readonly Found[], options: readonly string[]): number[] {
  const uids = found.map(({ uid }) => uid)
  if (options.includes('ALL') || options.includes('COUNT') || !/MIN|MAX/.test(options.join())) return uids
  const kept = [
    ...(options.includes('MIN') ? uids.slice(0, 1) : []),
    ...(options.includes('MAX') ? uids.slice(-1) : []),
  ]
  return [...new Set(kept)]
}
