// LIST with what RFC 5258, RFC 5819 and RFC 6154 add (all of it RFC 9051 §6.3.9), and LSUB of RFC 3501 §6.3.9.

import type { Mailbox } from '../../../store/mail/mail.ts'
import { type Command, decodeName, memberOf, type Session, writeMailboxName } from '../session.ts'
import { type Scanner, SyntaxProblem } from '../wire/scanner.ts'
import { readStatusItems, type StatusItem, statusOf } from './mailboxes.ts'

type Options = {
  readonly selects: ReadonlySet<string>
  readonly status: readonly StatusItem[] | undefined
}

export const list: Command = {
  state: 'member',
  async run(session, scanner) {
    scanner.space()
    const selects = new Set(scanner.isNext('(') ? readSelections(scanner) : [])
    const reference = decodeName(session, scanner.astring())
    scanner.space()
    const patterns = scanner.isNext('(') ? scanner.list(() => scanner.listMailbox()) : [scanner.listMailbox()]
    const status = scanner.skip(' ') ? readReturns(scanner) : undefined
    scanner.end()
    await answer(session, 'LIST', reference, patterns, { selects, status })
    return 'Listed'
  },
}

export const lsub: Command = {
  state: 'member',
  async run(session, scanner) {
    scanner.space()
    const reference = decodeName(session, scanner.astring())
    scanner.space()
    const pattern = scanner.listMailbox()
    scanner.end()
    await answer(session, 'LSUB', reference, [pattern], { selects: new Set(['SUBSCRIBED']), status: undefined })
    return 'Listed'
  },
}

const selections = ['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']

function readSelections(scanner: Scanner): string[] {
  const found = scanner.list(() => scanner.word())
  for (const one of found) if (!selections.includes(one)) throw new SyntaxProblem(`There is no option ${one}`)
  // RFC 5258 §3: it changes what another option selects.
  if (found.includes('RECURSIVEMATCH') && !found.includes('SUBSCRIBED'))
    throw new SyntaxProblem('SUBSCRIBED is missing')
  scanner.space()
  return found
}

function readReturns(scanner: Scanner): readonly StatusItem[] | undefined {
  if (scanner.word() !== 'RETURN') throw new SyntaxProblem('RETURN is missing')
  scanner.space()
  let status: readonly StatusItem[] | undefined
  scanner.list(() => {
    const word = scanner.word()
    if (word === 'STATUS') {
      scanner.space()
      status = readStatusItems(scanner)
    } else if (!['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE'].includes(word)) {
      throw new SyntaxProblem(`There is no option ${word}`)
    }
  })
  return status
}

async function answer(
  session: Session,
  name: 'LIST' | 'LSUB',
  reference: string,
  patterns: readonly string[],
  { selects, status }: Options,
): Promise<void> {
  const { store, out } = session
  const { accountId } = memberOf(session)
  // RFC 9051 §6.3.9: an empty pattern asks for the delimiter.
  if (patterns.length === 1 && patterns[0] === '') return out.untagged(`${name} (\\Noselect) "/" ""`)
  const matchers = patterns.map((pattern) => matcher(reference + decodeName(session, pattern)))
  const mailboxes = await store.read((view) => store.mail.mailboxes(view, accountId))
  const parents = new Set(mailboxes.flatMap((mailbox) => ancestors(mailbox.name)))
  for (const mailbox of inOrder(mailboxes)) {
    if (!matchers.some((matches) => matches(mailbox.name))) continue
    if (selects.has('SUBSCRIBED') && !mailbox.subscribed) continue
    if (selects.has('SPECIAL-USE') && use(mailbox) === undefined) continue
    const attributes = name === 'LSUB' ? [] : attributesOf(mailbox, parents)
    const written = writeMailboxName(session, mailbox.name)
    out.untagged(`${name} (${attributes.join(' ')}) "/" ${written}`)
    if (status) out.untagged(`STATUS ${written} ${statusOf(mailbox, status)}`)
  }
}

/** INBOX first. */
const inOrder = (mailboxes: readonly Mailbox[]): Mailbox[] =>
  [...mailboxes].sort((a, b) => Number(b.role === 'inbox') - Number(a.role === 'inbox'))

function attributesOf(mailbox: Mailbox, parents: ReadonlySet<string>): string[] {
  const found = [parents.has(mailbox.name) ? '\\HasChildren' : '\\HasNoChildren']
  if (mailbox.subscribed) found.push('\\Subscribed')
  const special = use(mailbox)
  if (special !== undefined) found.push(special)
  return found
}

/** RFC 6154 §2 */
const use = ({ role }: Mailbox): string | undefined =>
  role === null || role === 'inbox' ? undefined : `\\${role[0]?.toUpperCase()}${role.slice(1)}`

const ancestors = (name: string): string[] => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index))

/** `*` stands for anything, `%` for anything within a level; INBOX matches in any case. */
function matcher(pattern: string): (name: string) => boolean {
  const whole = pattern.normalize('NFC').replace(/^inbox(?=\/|$)/i, 'INBOX')
  return (name) => matches(whole, name)
}

/** Goes back only to the last wildcard, so that no pattern takes long. */
function matches(pattern: string, name: string): boolean {
  let [at, from] = [0, 0]
  let star: { pattern: number; name: number; crosses: boolean } | undefined
  let outer: typeof star
  while (from < name.length) {
    const character = pattern[at]
    if (character === '*' || character === '%') {
      const mark = { pattern: ++at, name: from, crosses: character === '*' }
      if (mark.crosses) outer = mark
      star = mark
    } else if (character === name[from] && character !== undefined) {
      at++
      from++
    } else {
      if (star && !star.crosses && name[star.name] === '/') star = outer
      if (star === undefined) return false
      at = star.pattern
      from = ++star.name
    }
  }
  while (pattern[at] === '*' || pattern[at] === '%') at++
  return at === pattern.length
}
