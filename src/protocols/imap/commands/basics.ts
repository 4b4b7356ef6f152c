// CAPABILITY, NOOP, CHECK, LOGOUT, ID, ENABLE, STARTTLS, IDLE (RFC 9051 §6.1, §6.2.1, §6.3.1, §6.3.13).

import { mailboxTopic } from '../../../store/mail/mail.ts'
import { type Command, No, type Session, tellChanges } from '../session.ts'
import { SyntaxProblem } from '../wire/scanner.ts'

const always = [
  'IMAP4rev2',
  'IMAP4rev1',
  'LITERAL+',
  'SASL-IR',
  'ID',
  'ENABLE',
  'IDLE',
  'NAMESPACE',
  'UNSELECT',
  'UIDPLUS',
  'CHILDREN',
  'MULTIAPPEND',
  'ESEARCH',
  'SEARCHRES',
  'WITHIN',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'SPECIAL-USE',
  'CREATE-SPECIAL-USE',
  'MOVE',
  'UTF8=ACCEPT',
  'CONDSTORE',
  'QRESYNC',
  'STATUS=SIZE',
  'OBJECTID',
]

/** RFC 9051 §6.1.1, §11.1: no way to sign in is offered where somebody may listen. */
export function capabilities({ isSecure, principal }: Pick<Session, 'isSecure' | 'principal'>): string {
  const guest = isSecure ? ['AUTH=PLAIN'] : ['STARTTLS', 'LOGINDISABLED']
  return [...always, ...(principal ? [] : guest)].join(' ')
}

export const capability: Command = {
  state: 'any',
  async run(session, scanner) {
    scanner.end()
    session.out.untagged(`CAPABILITY ${capabilities(session)}`)
    return 'Told'
  },
}

export const noop: Command = {
  state: 'any',
  async run(_, scanner) {
    scanner.end()
    return 'Nothing done'
  },
}

export const logout: Command = {
  state: 'any',
  async run(session, scanner) {
    scanner.end()
    session.out.untagged('BYE Goodbye')
    session.after = 'logout'
    return 'Signed out'
  },
}

/** RFC 2971: what clients say of themselves is not looked at, and versions help nobody but an attacker. */
export const id: Command = {
  state: 'any',
  async run({ out }, scanner) {
    scanner.space()
    if (scanner.isNext('(')) scanner.list(() => scanner.nstring())
    else scanner.nstring()
    scanner.end()
    out.untagged('ID ("name" "twin")')
    return 'Told'
  },
}

const enablable = ['IMAP4REV2', 'UTF8=ACCEPT', 'CONDSTORE', 'QRESYNC']

export const enable: Command = {
  state: 'member',
  async run({ enabled, out }, scanner) {
    const turnedOn: string[] = []
    while (scanner.skip(' ')) {
      const word = scanner.word()
      if (!enablable.includes(word) || enabled.has(word)) continue
      enabled.add(word)
      turnedOn.push(word)
    }
    scanner.end()
    // RFC 7162 §3.2.3
    if (enabled.has('QRESYNC')) enabled.add('CONDSTORE')
    out.untagged(`ENABLED${turnedOn.map((word) => ` ${word}`).join('')}`)
    return 'Enabled'
  },
}

export const startTls: Command = {
  state: 'guest',
  async run(session, scanner) {
    scanner.end()
    if (session.isSecure) throw new SyntaxProblem('It is TLS already')
    session.after = 'starttls'
    return 'Begin TLS'
  },
}

/** RFC 9051 §6.3.13: changes are told as they happen until the client says DONE. */
export const idle: Command = {
  state: 'member',
  async run(session, scanner) {
    scanner.end()
    const { store, out, selected } = session
    out.write('+ Waiting for changes\r\n')
    await tellChanges(session, true)
    out.flush()
    let telling = Promise.resolve()
    let failure: unknown
    const unwatch =
      selected &&
      store.watch(mailboxTopic(selected.mailbox.id), () => {
        telling = telling
          .then(() => tellChanges(session, true))
          .then(() => out.settle())
          .catch((error) => {
            failure ??= error
          })
      })
    const line = await session.line()
    unwatch?.()
    await telling
    if (line === undefined) return 'Gone'
    if (line.toUpperCase() !== 'DONE') throw new SyntaxProblem('DONE is missing')
    if (failure !== undefined) throw new No('The mailbox is no longer there', 'NONEXISTENT')
    return 'Done'
  },
}
