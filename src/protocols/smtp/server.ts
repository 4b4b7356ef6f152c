// Takes mail: from other servers for the accounts of this twin, and from its members, who sign in (RFC 6409).
// The wire is smtp-server's. A message is answered with 250 when it is durable, and not before.

import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { SMTPServer, type SMTPServerAddress, type SMTPServerSession } from 'smtp-server'
import { deliver, submit } from '../../federation/mail/delivery.ts'
import { findRecipient, splitAddress } from '../../federation/mail/recipients.ts'
import { printable, returnPath } from '../../federation/mail/trace.ts'
import { completeMessage } from '../../formats/mime/complete-header.ts'
import { writeDate } from '../../formats/mime/date.ts'
import { messageBytes, smtpBounds } from '../../limits.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import type { Principal } from '../../store/accounts/principal.ts'
import type { StagedEmail } from '../../store/mail/mail.ts'
import type { Store } from '../../store/store.ts'
import type { TlsSource } from '../http/server.ts'
import { refusalOf, refuse } from './errors.ts'

export type SmtpServerOptions = {
  readonly store: Store
  readonly tls: TlsSource
  readonly log: Logger
  /** `mx`: from other servers; the others are for members, with TLS from the first byte or by STARTTLS (RFC 8314). */
  readonly role: 'mx' | 'submissions' | 'submission'
}

export type SmtpServer = {
  /** Resolves with the port. */
  listen(port: number, host: string): Promise<number>
  close(): Promise<void>
}

export function createSmtpServer({ store, tls, log, role }: SmtpServerOptions): SmtpServer {
  const { domain } = store
  const isSubmission = role !== 'mx'
  const recipients = new WeakMap<SMTPServerAddress, Account>()
  /** The domains that recipients elsewhere are at. */
  const destinations = new WeakMap<SMTPServerAddress, string>()

  const findAccount = (address: string): Promise<Account | undefined> =>
    store.read((view) => findRecipient(store, view, address))

  const checkSender = async (address: string, session: SMTPServerSession): Promise<void> => {
    if (!isSubmission) return
    const owner = (await findAccount(address))?.id
    if (owner !== (session.user as Principal).accountId) {
      throw refuse(553, 'That sender is not yours.')
    }
  }

  const checkRecipient = async (recipient: SMTPServerAddress): Promise<void> => {
    const account = await findAccount(recipient.address)
    if (account !== undefined) {
      recipients.set(recipient, account)
      return
    }
    const destination = splitAddress(recipient.address)?.domain
    if (destination === domain) throw refuse(550, 'Nobody here has that address.')
    if (!isSubmission) throw refuse(550, 'Mail for other servers is not passed on.')
    if (destination === undefined) throw refuse(553, 'That is no address.')
    destinations.set(recipient, destination)
  }

  /** RFC 6409 §6.1: whose name the message bears. */
  const checkAuthors = async (email: StagedEmail, accountId: number): Promise<void> => {
    const { from } = email.structure.envelope
    for (const author of from) {
      if (!('mailbox' in author)) continue
      const owner = await findAccount(`${author.mailbox}@${author.host ?? ''}`)
      if (owner?.id !== accountId) throw refuse(550, 'The From field names somebody else.')
    }
    if (from.length === 0) throw refuse(550, 'The message has no From field.')
  }

  const receive = async (stream: AsyncIterable<Buffer>, session: SMTPServerSession): Promise<void> => {
    const { rcptTo, mailFrom } = session.envelope
    const header = traceHeader(session, domain, mailFrom ? mailFrom.address : '')
    const missing = { date: writeDate(store.now()), messageId: `${randomUUID()}@${domain}` }
    const message = isSubmission ? completeMessage(stream, missing) : stream
    const email = await store.mail.receive(prefixed(header, message))
    try {
      const here = rcptTo.flatMap((recipient) => recipients.get(recipient) ?? [])
      if (!isSubmission) return await deliver(store, email, here)
      const { accountId } = session.user as Principal
      await checkAuthors(email, accountId)
      const elsewhere = rcptTo.flatMap((recipient) => {
        const destination = destinations.get(recipient)
        return destination === undefined ? [] : [{ address: recipient.address, destination }]
      })
      await submit(store, email, { accountId, sender: mailFrom ? mailFrom.address : '', here, elsewhere })
    } catch (error) {
      await email.staged.discard()
      throw error
    }
  }

  const answered = <T>(work: Promise<T>, done: (error?: Error | null, value?: T) => void): void => {
    work.then(
      (value) => done(null, value),
      (error) => {
        if ('responseCode' in error) return done(error)
        const answer = refusalOf(error)
        if (answer.responseCode === 451) log.error({ err: error }, 'an SMTP command failed')
        done(answer)
      },
    )
  }

  const server = new SMTPServer({
    ...tls.fallback(),
    SNICallback: (name, done) => done(null, tls.choose(name)),
    minVersion: 'TLSv1.2',
    secure: role === 'submissions',
    name: domain,
    banner: 'twin',
    logger: false,
    size: messageBytes,
    maxClients: smtpBounds.connections,
    socketTimeout: smtpBounds.idleMilliseconds,
    disableReverseLookup: true,
    authOptional: !isSubmission,
    authMethods: ['PLAIN', 'LOGIN'],
    disabledCommands: isSubmission ? [] : ['AUTH'],
    hideENHANCEDSTATUSCODES: false,
    onAuth({ username = '', password }, { remoteAddress }, done) {
      const attempt = { name: username, password: password ?? '', address: remoteAddress }
      const signedIn = store.signIn.password({ ...attempt, protocol: 'smtp', scope: 'mail' })
      answered(
        signedIn.then((user) => ({ user })),
        done,
      )
    },
    onMailFrom(sender, session, done) {
      answered(checkSender(sender.address, session), done)
    },
    onRcptTo(recipient, session, done) {
      const isTooMany = session.envelope.rcptTo.length >= smtpBounds.recipients
      answered(
        isTooMany ? Promise.reject(refuse(452, 'Too many recipients at once.')) : checkRecipient(recipient),
        done,
      )
    },
    onData(stream, session, done) {
      answered(
        receive(stream, session).then(() => 'Stored'),
        done,
      )
    },
  })
  server.on('error', (error) => log.debug({ err: error }, 'an SMTP connection ended'))
  tls.onChange(() => server.updateSecureContext(tls.fallback()))

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        const listener = server.listen(port, host === '' ? '::' : host, () => {
          listener.off('error', reject)
          resolve((listener.address() as AddressInfo).port)
        })
        listener.once('error', reject)
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** RFC 5321 §4.4: who gave it to us, and when; an earlier Return-Path is not ours to remove. */
function traceHeader(session: SMTPServerSession, domain: string, sender: string): Buffer {
  const { rcptTo } = session.envelope
  const [only] = rcptTo
  const recipient = rcptTo.length === 1 && only ? `\r\n\tfor <${printable(only.address)}>` : ''
  const from = `${printable(session.hostNameAppearsAs || 'unknown')} ([${printable(session.remoteAddress)}])`
  const date = writeDate(Date.now())
  const received = `Received: from ${from}\r\n\tby ${domain} with ${session.transmissionType} id ${printable(session.id)}${recipient};\r\n\t${date}\r\n`
  return Buffer.concat([returnPath(sender), Buffer.from(received)])
}

async function* prefixed(header: Buffer, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield header
  yield* stream
}
