// Mail of all accounts: mailboxes, messages, and where they are. What is called inside a write or a read takes its
// `tx` or `view`; what may touch any number of messages does so in writes of a bounded number each.
import type { Readable } from 'node:stream'
import { DomainError } from '../../errors.ts'
import { messageBytes, placementsPerWrite } from '../../limits.ts'
import type { Blobs, ByteRange } from '../blobs/blobs.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import { keepEmail, receiveEmail, type StagedEmail } from './email.ts'
import { condemnAllMailboxes, condemnMailbox, eraseMailboxes } from './erase.ts'
import {
  createMailbox,
  findMailbox,
  getMailbox,
  listMailboxes,
  type Mailbox,
  type MailboxRole,
  renameMailbox,
  subscribeMailbox,
} from './mailbox.ts'
import {
  type FlagChange,
  flag,
  keywordsText,
  listEmails,
  listEmailsWithData,
  listPlacements,
  listUids,
  type PlacedEmail,
  type PlacedEmailWithData,
  type Placement,
  place,
  placementsNamed,
  placementsSince,
  unplace,
  vanishedSince,
} from './placement.ts'

export type { StagedEmail } from './email.ts'
export { type Mailbox, type MailboxRole, mailboxName, mailboxTopic, mailTopic } from './mailbox.ts'
export {
  envelopeOf,
  type FlagChange,
  type PlacedEmail,
  type PlacedEmailWithData,
  type Placement,
  structureOf,
} from './placement.ts'

type Options = {
  blobs: Blobs
  journal: Journal
  write: <T>(body: Body<T, Tx>) => Promise<T>
  read: <T>(body: Body<T, View>) => Promise<T>
}

/** Where copies of messages are: UIDs by UIDs, in the same order (RFC 9051 §7.1 COPYUID). */
export type Copied = { from: number[]; to: number[] }

export class Mail {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  mailboxes(view: View, accountId: number): Promise<Mailbox[]> {
    return listMailboxes(view, accountId)
  }

  find(view: View, accountId: number, name: string): Promise<Mailbox | undefined> {
    return findMailbox(view, accountId, name)
  }

  get(view: View, id: number): Promise<Mailbox | undefined> {
    return getMailbox(view, id)
  }

  create(tx: Tx, accountId: number, name: string, role?: MailboxRole): Promise<Mailbox> {
    return createMailbox(tx, accountId, name, role)
  }

  rename(tx: Tx, mailbox: Mailbox, name: string): Promise<void> {
    return renameMailbox(tx, mailbox, name)
  }

  subscribe(tx: Tx, mailbox: Mailbox, subscribed: boolean): Promise<void> {
    return subscribeMailbox(tx, mailbox, subscribed)
  }

  /** Out of sight with this write; `tidy` frees what was in it. Throws Forbidden for INBOX. */
  remove(tx: Tx, mailbox: Mailbox): Promise<void> {
    return condemnMailbox(tx, mailbox)
  }

  /** Erases what removed mailboxes had in them. */
  tidy(): Promise<void> {
    return eraseMailboxes(this.#options)
  }

  /** Everything that an account has. */
  async eraseAll(accountId: number): Promise<void> {
    await this.#options.write((tx) => condemnAllMailboxes(tx, accountId))
    await this.tidy()
  }

  uids(view: View, mailbox: Pick<Mailbox, 'id'>): Promise<Uint32Array> {
    return listUids(view, mailbox.id)
  }

  /** Places with a UID in a range, both ends included, at most `limit`. */
  placements(view: View, { id }: Pick<Mailbox, 'id'>, from: number, to: number, limit: number): Promise<Placement[]> {
    return listPlacements(view, { mailboxId: id, from, to, limit })
  }

  /** Those that are still there, as they are now. */
  placementsOf(view: View, { id }: Pick<Mailbox, 'id'>, placements: readonly Placement[]): Promise<Placement[]> {
    return placementsNamed(
      view,
      id,
      placements.map(({ uid }) => uid),
    )
  }

  /** The same with what clients list of the messages. */
  emails(view: View, { id }: Pick<Mailbox, 'id'>, from: number, to: number, limit: number): Promise<PlacedEmail[]> {
    return listEmails(view, { mailboxId: id, from, to, limit })
  }

  /** The same with the messages themselves that are in rows; `open` has the others. */
  emailsWithData(
    view: View,
    { id }: Pick<Mailbox, 'id'>,
    from: number,
    to: number,
    limit: number,
  ): Promise<PlacedEmailWithData[]> {
    return listEmailsWithData(view, { mailboxId: id, from, to, limit })
  }

  since(view: View, { id }: Pick<Mailbox, 'id'>, position: number, limit: number): Promise<Placement[]> {
    return placementsSince(view, id, position, limit)
  }

  vanished(view: View, mailbox: Mailbox, position: number): Promise<number[]> {
    return vanishedSince(view, mailbox, position)
  }

  /** Takes in a message's bytes; what is not kept is to be discarded. Throws TooLarge, DiskFull, BadRequest. */
  receive(readable: AsyncIterable<Buffer>, expectedSize?: number): Promise<StagedEmail> {
    const expected = expectedSize === undefined ? {} : { expectedSize }
    return receiveEmail(this.#options.blobs, readable, { limit: messageBytes, ...expected })
  }

  /** Puts a message that has arrived into a mailbox; answers its UID. */
  async append(
    tx: Tx,
    mailbox: Mailbox,
    email: StagedEmail,
    { keywords = [], receivedAt }: { keywords?: readonly string[]; receivedAt?: number | undefined } = {},
  ): Promise<number> {
    const kept = await keepEmail(this.#options.blobs, tx, mailbox.accountId, email, receivedAt ?? tx.now)
    return place(tx, mailbox, { ...kept, keywords: keywordsText(keywords) })
  }

  /** Changes flags of messages of one mailbox, at most `placementsPerWrite`; answers them as they are then. */
  flag(tx: Tx, mailbox: Mailbox, placements: readonly Placement[], change: FlagChange): Promise<Placement[]> {
    return flag(tx, mailbox, placements, change)
  }

  /** Takes messages out of a mailbox, at most `placementsPerWrite`. */
  expunge(tx: Tx, mailbox: Mailbox, placements: readonly Placement[]): Promise<void> {
    return unplace(this.#options.journal, tx, mailbox, placements)
  }

  /** Gives messages a further place in a mailbox of the same account, at most `placementsPerWrite` at once. */
  async copy(tx: Tx, emails: readonly PlacedEmail[], to: Mailbox): Promise<Copied> {
    const copied: Copied = { from: [], to: [] }
    for (const { uid, emailId, size, keywords } of emails.slice(0, placementsPerWrite)) {
      copied.from.push(uid)
      copied.to.push(await place(tx, to, { emailId, size, keywords: keywordsText(keywords) }))
    }
    return copied
  }

  /** RFC 6851 §3.1: there first, then no longer here, in one write. */
  async move(tx: Tx, from: Mailbox, emails: readonly PlacedEmail[], to: Mailbox): Promise<Copied> {
    const copied = await this.copy(tx, emails, to)
    await this.expunge(tx, from, emails)
    return copied
  }

  /** A message's bytes, or a part of them; a stream is to be consumed or destroyed. Throws Unavailable. */
  async open(view: View, { blobId }: Pick<PlacedEmail, 'blobId'>, range?: ByteRange): Promise<Readable | Uint8Array> {
    const blob = await this.#options.blobs.get(view, blobId)
    if (blob === undefined) throw new DomainError('Unavailable', 'The content of the message is missing.')
    return this.#options.blobs.open(blob, range)
  }
}
