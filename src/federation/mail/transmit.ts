// One connection to another server, and the messages that it takes (RFC 5321). Nodemailer speaks; what its errors mean for
// each recipient is decided here.

import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { queueBounds } from '../../limits.ts'
import type { MailHost } from './routes.ts'

export type Outcome =
  | { readonly kind: 'sent' }
  /** `status` is that of RFC 3463; `text` is for people. */
  | { readonly kind: 'refused' | 'later'; readonly status: string; readonly text: string }

export type Transmission = {
  readonly sender: string
  readonly recipients: readonly string[]
  readonly size: number
  readonly message: () => Readable | Buffer
}

export type Peer = MailHost & {
  readonly port: number
  /** With it the peer is a smarthost: TLS, its certificate and a sign-in are asked for. */
  readonly smarthost?: { readonly user: string; readonly password: string; readonly ca: string | undefined }
}

type SmtpError = SMTPConnection.SMTPError & {
  rejectedErrors?: (Error & { recipient?: string; responseCode?: number; response?: string })[]
}

export class Transmitter {
  readonly #connection: SMTPConnection
  readonly #peer: Peer
  #failure: Error | undefined
  #fails: (error: Error) => void = () => {}

  private constructor(peer: Peer, ownName: string, tls: 'wanted' | 'none', signal: AbortSignal) {
    const isSmarthost = peer.smarthost !== undefined
    this.#peer = peer
    this.#connection = new SMTPConnection({
      host: peer.address,
      port: peer.port,
      name: ownName,
      secure: isSmarthost && peer.port === 465,
      requireTLS: isSmarthost && peer.port !== 465,
      // To any server: TLS where it is offered, whoever its certificate names (RFC 7435).
      ignoreTLS: tls === 'none',
      opportunisticTLS: !isSmarthost && tls === 'wanted',
      tls: {
        ...(isIP(peer.name) === 0 && { servername: peer.name }),
        rejectUnauthorized: isSmarthost,
        ca: peer.smarthost?.ca,
        minVersion: 'TLSv1.2',
      },
      connectionTimeout: queueBounds.connectMilliseconds,
      greetingTimeout: queueBounds.connectMilliseconds,
      socketTimeout: queueBounds.silenceMilliseconds,
    })
    this.#connection.on('error', (error) => {
      this.#failure = error
      this.#fails(error)
    })
    signal.addEventListener('abort', () => {
      this.#failure = signal.reason
      this.#connection.close()
      this.#fails(signal.reason)
    })
    this.#connection.on('end', () => this.#fails(this.#failure ?? new Error('The other server closed the connection.')))
  }

  /** Throws what the connection throws. A server whose TLS is broken is spoken to without it, as if it had none. */
  static async open(peer: Peer, ownName: string, signal: AbortSignal): Promise<Transmitter> {
    try {
      return await Transmitter.#open(peer, ownName, 'wanted', signal)
    } catch (error) {
      if (peer.smarthost !== undefined || (error as SmtpError).code !== 'ETLS') throw error
      return Transmitter.#open(peer, ownName, 'none', signal)
    }
  }

  static async #open(peer: Peer, ownName: string, tls: 'wanted' | 'none', signal: AbortSignal): Promise<Transmitter> {
    signal.throwIfAborted()
    const transmitter = new Transmitter(peer, ownName, tls, signal)
    try {
      await transmitter.#until<void>((done) => transmitter.#connection.connect((error) => done(error)))
      const { smarthost } = peer
      if (smarthost !== undefined && smarthost.user !== '') {
        const credentials = { user: smarthost.user, pass: smarthost.password }
        await transmitter.#until<void>((done) => transmitter.#connection.login({ credentials }, (error) => done(error)))
      }
      return transmitter
    } catch (error) {
      transmitter.close()
      throw error
    }
  }

  /** What became of each recipient, in their order. Throws where the connection is of no use any more. */
  async send({ sender, recipients, size, message }: Transmission): Promise<Outcome[]> {
    const envelope = { from: sender, to: [...recipients], size, use8BitMime: true }
    try {
      const info = await this.#until<SMTPConnection.SentMessageInfo>((done) =>
        this.#connection.send(envelope, message(), done),
      )
      const rejected = new Map(
        (info.rejectedErrors ?? []).map((error) => [(error as { recipient?: string }).recipient, error]),
      )
      return recipients.map((recipient) => outcomeOf(rejected.get(recipient), this.#peer) ?? { kind: 'sent' })
    } catch (error) {
      const { rejectedErrors, responseCode } = error as SmtpError
      if (this.#failure !== undefined || (rejectedErrors === undefined && responseCode === undefined)) throw error
      const own = new Map((rejectedErrors ?? []).map((each) => [each.recipient, each]))
      return recipients.map((recipient) => outcomeOf(own.get(recipient) ?? (error as SmtpError), this.#peer) as Outcome)
    }
  }

  /** Says goodbye, without waiting for an answer. */
  close(): void {
    this.#connection.on('error', () => {})
    if (this.#failure === undefined) this.#connection.quit()
    else this.#connection.close()
  }

  #until<T>(start: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise<T>((resolve, reject) => {
      this.#fails = reject
      start((error, value) => (error ? reject(error) : resolve(value as T)))
    })
  }
}

/** What an error says of a recipient; undefined where there is none. */
export function outcomeOf(error: Error | undefined, { name }: { readonly name: string }): Outcome | undefined {
  if (error === undefined) return undefined
  const { responseCode = 0, response } = error as SmtpError
  const isFinal = responseCode >= 500 && responseCode < 600
  const told = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1]
  const text = response === undefined ? `${name}: ${error.message}` : `${name} said: ${response}`
  return { kind: isFinal ? 'refused' : 'later', status: told ?? (isFinal ? '5.0.0' : '4.0.0'), text }
}
