// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE, STATUS, NAMESPACE (RFC 9051 §6.3).

import type { Mailbox, MailboxRole } from '../../../store/mail/mail.ts'
import { type Command, memberOf, No, openMailbox, readMailboxName, type Session, writeMailboxName } from '../session.ts'
import { type Scanner, SyntaxProblem } from '../wire/scanner.ts'

const roles: readonly string[] = ['drafts', 'sent', 'junk', 'trash', 'archive']

export const create: Command = {
  state: 'member',
  async run(session, scanner) {
    scanner.space()
    // RFC 9051 §6.3.4: a name that ends in the delimiter says what will be made below it.
    const name = readMailboxName(session, scanner).replace(/\/$/, '')
    const role = scanner.skip(' ') ? readUse(scanner) : undefined
    scanner.end()
    const { store } = session
    const { accountId } = memberOf(session)
    const mailbox = await store.write((tx) => store.mail.create(tx, accountId, name, role))
    return `[MAILBOXID (F${mailbox.id})] Created`
  },
}

/** RFC 6154 §3: `(USE (\Sent))` */
function readUse(scanner: Scanner): MailboxRole | undefined {
  const uses = scanner.list(() => {
    if (scanner.word() !== 'USE') throw new SyntaxProblem('There is no such parameter')
    scanner.space()
    return scanner.flags()
  })
  const [use, ...more] = uses.flat().map((flag) => flag.slice(1).toLowerCase())
  if (use === undefined) return undefined
  if (more.length > 0 || !roles.includes(use)) throw new No('A mailbox cannot be for that', 'USEATTR')
  return use as MailboxRole
}

const onMailbox = (run: (session: Session, mailbox: Mailbox, scanner: Scanner) => Promise<string>): Command => ({
  state: 'member',
  async run(session, scanner) {
    scanner.space()
    const name = readMailboxName(session, scanner)
    return run(session, await openMailbox(session, name), scanner)
  },
})

export const remove = onMailbox(async ({ store }, mailbox, scanner) => {
  scanner.end()
  await store.write((tx) => store.mail.remove(tx, mailbox))
  // What fails here the upkeep does.
  store.mail.tidy().catch(() => {})
  return 'Deleted'
})

export const rename: Command = {
  state: 'member',
  async run(session, scanner) {
    scanner.space()
    const from = readMailboxName(session, scanner)
    scanner.space()
    const to = readMailboxName(session, scanner)
    scanner.end()
    const mailbox = await openMailbox(session, from)
    await session.store.write((tx) => session.store.mail.rename(tx, mailbox, to))
    return 'Renamed'
  },
}

const subscription = (subscribed: boolean): Command =>
  onMailbox(async ({ store }, mailbox, scanner) => {
    scanner.end()
    await store.write((tx) => store.mail.subscribe(tx, mailbox, subscribed))
    return subscribed ? 'Subscribed' : 'Unsubscribed'
  })

export const subscribe = subscription(true)
export const unsubscribe = subscription(false)

export const status = onMailbox(async (session, mailbox, scanner) => {
  scanner.space()
  const items = readStatusItems(scanner)
  scanner.end()
  session.out.untagged(`STATUS ${writeMailboxName(session, mailbox.name)} ${statusOf(mailbox, items)}`)
  return 'Told'
})

const statusItems = {
  MESSAGES: ({ total }) => total,
  RECENT: () => 0,
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ unseen }) => unseen,
  DELETED: ({ deleted }) => deleted,
  SIZE: ({ bytes }) => bytes,
  HIGHESTMODSEQ: ({ changed }) => Math.max(1, changed),
  MAILBOXID: ({ id }) => `(F${id})`,
} as const satisfies Record<string, (mailbox: Mailbox) => number | string>

export type StatusItem = keyof typeof statusItems

export const readStatusItems = (scanner: Scanner): StatusItem[] =>
  scanner.list(() => {
    const word = scanner.word()
    if (!Object.hasOwn(statusItems, word)) throw new SyntaxProblem(`There is no item ${word}`)
    return word as StatusItem
  })

export const statusOf = (mailbox: Mailbox, items: readonly StatusItem[]): string =>
  `(${items.map((item) => `${item} ${statusItems[item](mailbox)}`).join(' ')})`

export const namespace: Command = {
  state: 'member',
  async run({ out }, scanner) {
    scanner.end()
    out.untagged('NAMESPACE (("" "/")) NIL NIL')
    return 'Told'
  },
}
