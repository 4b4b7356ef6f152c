// What the twin knows of one connection, and what every command is given.

import type { Principal } from '../../store/accounts/principal.ts'
import type { Mailbox } from '../../store/mail/mail.ts'
import type { Store } from '../../store/store.ts'
import type { Output } from './output.ts'
import type { Selected } from './selected.ts'
import { fromModifiedUtf7, toModifiedUtf7 } from './wire/modified-utf7.ts'
import { type Scanner, SyntaxProblem } from './wire/scanner.ts'
import { string, utf8 } from './wire/write.ts'

/** An answer of NO with a response code of IMAP's own. */
export class No extends Error {
  readonly code: string | undefined
  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

export type Session = {
  readonly store: Store
  readonly out: Output
  readonly remoteAddress: string
  isSecure: boolean
  principal: Principal | undefined
  selected: Selected | undefined
  /** In upper case: what ENABLE turned on, and what counts as turned on (RFC 7162 §3.1). */
  readonly enabled: Set<string>
  /** The result of a search that was kept (RFC 9051 §6.4.4.1): UIDs, ascending. */
  saved: readonly number[]
  /** Of the command that is being answered. */
  tag: string
  /** The next line of an exchange within a command; undefined when the client is gone. */
  line: (limit?: number) => Promise<string | undefined>
  /** Set by LOGOUT and STARTTLS. */
  after: 'logout' | 'starttls' | undefined
}

export type Command = {
  readonly state: 'any' | 'guest' | 'member' | 'selected'
  /** Message numbers stay what they are until the command is answered (RFC 9051 §7.5.1). */
  readonly keepsNumbers?: boolean
  /** Answers the text after `OK`. */
  readonly run: (session: Session, scanner: Scanner, isUid: boolean) => Promise<string>
}

export const memberOf = (session: Session): Principal => session.principal as Principal

/** Reads the name of a mailbox: UTF-8 for those who speak IMAP4rev2 or UTF8=ACCEPT, otherwise both are understood. */
export function readMailboxName(session: Session, scanner: Scanner): string {
  return decodeName(session, scanner.astring())
}

export function decodeName({ enabled }: Session, octets: string): string {
  const text = Buffer.from(octets, 'latin1').toString()
  if (text.includes('\ufffd')) throw new SyntaxProblem('The name is not UTF-8')
  return speaksUtf8(enabled) ? text : fromModifiedUtf7(text)
}

export const writeMailboxName = ({ enabled }: Session, name: string): string =>
  speaksUtf8(enabled) ? quotedUtf8(name) : string(toModifiedUtf7(name))

const speaksUtf8 = (enabled: ReadonlySet<string>): boolean => enabled.has('IMAP4REV2') || enabled.has('UTF8=ACCEPT')

/** RFC 9051 §4.3: quoted strings may hold UTF-8 then. */
const quotedUtf8 = (name: string): string => `"${utf8(name).replace(/["\\]/g, '\\$&')}"`

/** Throws No with NONEXISTENT. */
export async function openMailbox(session: Session, name: string): Promise<Mailbox> {
  const { store } = session
  const { accountId } = memberOf(session)
  const kept = /^inbox$/i.test(name) ? 'INBOX' : name
  const mailbox = await store.read((view) => store.mail.find(view, accountId, kept.normalize('NFC')))
  if (mailbox === undefined) throw new No('There is no such mailbox', 'NONEXISTENT')
  return mailbox
}

/** The state of the selected mailbox is told up to now. */
export async function tellChanges(session: Session, expunges: boolean): Promise<void> {
  const { store, out, enabled, selected } = session
  if (selected === undefined) return
  const vanished = enabled.has('QRESYNC')
  await selected.tell(store, out, { expunges, modseq: vanished || enabled.has('CONDSTORE'), vanished })
}

export const selectedOf = (session: Session): Selected => session.selected as Selected

/** Throws No for a mailbox that was opened with EXAMINE. */
export function writableOf(session: Session): Selected {
  const selected = selectedOf(session)
  if (selected.isReadOnly) throw new No('The mailbox is open for reading only', 'NOPERM')
  return selected
}
