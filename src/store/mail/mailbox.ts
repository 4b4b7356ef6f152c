// Mailboxes. A name is a whole path; INBOX is there in every account and is one name in any case (RFC 9051 §5.1).
// The counters of the row are kept by every write to its messages, so that STATUS reads one row.
import type { Selectable } from 'kysely'
import { DomainError } from '../../errors.ts'
import { mailboxDepth, mailboxesPerAccount, mailboxNameBytes } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { mailbox as MailboxTable } from '../schema.ts'

export type MailboxRole = 'inbox' | 'drafts' | 'sent' | 'junk' | 'trash' | 'archive'

export type Mailbox = Omit<Selectable<MailboxTable>, 'role' | 'subscribed'> & {
  role: MailboxRole | null
  subscribed: boolean
}

type Row = Selectable<MailboxTable>

/** The role of one that is removed and not yet erased: nobody is shown it. */
export const GONE = 'gone'

/** Somebody's mailboxes: one was made, renamed, removed or subscribed to, or its counters changed. */
export const mailTopic = (accountId: number): string => `mail/${accountId}`

/** The messages of one mailbox. */
export const mailboxTopic = (id: number): string => `mailbox/${id}`

const toMailbox = (row: Row): Mailbox => ({
  ...row,
  role: row.role as MailboxRole | null,
  subscribed: row.subscribed === 1,
})

const byName = prepared((db, p: { accountId: number; name: string }) =>
  db.selectFrom('mailbox').selectAll().where('accountId', '=', p.accountId).where('name', '=', p.name),
)

const byId = prepared((db, p: { id: number }) => db.selectFrom('mailbox').selectAll().where('id', '=', p.id))

const ofAccount = prepared((db, p: { accountId: number }) =>
  db.selectFrom('mailbox').selectAll().where('accountId', '=', p.accountId).orderBy('name'),
)

/** Every account begins with these. */
const defaults: readonly { name: string; role: MailboxRole }[] = [
  { name: 'INBOX', role: 'inbox' },
  { name: 'Drafts', role: 'drafts' },
  { name: 'Sent', role: 'sent' },
  { name: 'Junk', role: 'junk' },
  { name: 'Trash', role: 'trash' },
  { name: 'Archive', role: 'archive' },
]

/** Part of making an account. */
export async function makeDefaultMailboxes(tx: Tx, accountId: number): Promise<void> {
  const uidValidity = await freshUidValidity(tx, accountId)
  const common = { accountId, uidValidity, createdAt: tx.now, created: 0, changed: 0 }
  await tx.db
    .insertInto('mailbox')
    .values(defaults.map((one) => ({ ...one, ...common })))
    .execute()
}

/** Seconds, which grow with time and fit 32 bits until 2106: a name that is used again never gets an older one. */
const uidValidityAt = (now: number): number => Math.floor(now / 1000)

/** Every client forgets the UIDs that it knows: those after a restore are other messages'. */
export async function renewUidValidity(tx: Tx): Promise<void> {
  const accounts = await tx.db.selectFrom('clock').select('accountId').execute()
  for (const { accountId } of accounts) {
    const uidValidity = await freshUidValidity(tx, accountId)
    await tx.db.updateTable('mailbox').set({ uidValidity }).where('accountId', '=', accountId).execute()
  }
}

/** What a person may call a mailbox, in the form in which it is kept. Throws BadRequest. */
export function mailboxName(typed: string): string {
  const name = typed.normalize('NFC').replace(/^inbox(?=\/|$)/i, 'INBOX')
  const levels = name.split('/')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  const isBad = levels.some((level) => level.trim() === '') || /[\u0000-\u001f\u007f\u2028\u2029]/.test(name)
  if (isBad || levels.length > mailboxDepth || Buffer.byteLength(name) > mailboxNameBytes) {
    throw new DomainError('BadRequest', 'A mailbox cannot have that name.')
  }
  return name
}

export async function findMailbox(view: View, accountId: number, name: string): Promise<Mailbox | undefined> {
  const row = await byName.first(view, { accountId, name })
  return row && row.role !== GONE ? toMailbox(row) : undefined
}

export async function getMailbox(view: View, id: number): Promise<Mailbox | undefined> {
  const row = await byId.first(view, { id })
  return row && row.role !== GONE ? toMailbox(row) : undefined
}

/** By name; there are at most `mailboxesPerAccount`. */
export async function listMailboxes(view: View, accountId: number): Promise<Mailbox[]> {
  return (await ofAccount.all(view, { accountId })).filter(({ role }) => role !== GONE).map(toMailbox)
}

/** Throws AlreadyExists, BadRequest for a name that cannot be, Conflict when there are too many. */
export async function createMailbox(
  tx: Tx,
  accountId: number,
  typed: string,
  role: MailboxRole | null = null,
): Promise<Mailbox> {
  const name = mailboxName(typed)
  const position = await tx.stamp(accountId)
  const there = await listMailboxes(tx, accountId)
  if (there.some((one) => one.name === name)) throw alreadyThere()
  if (there.length >= mailboxesPerAccount)
    throw new DomainError('Conflict', `There are ${mailboxesPerAccount} already.`)
  if (role !== null && there.some((one) => one.role === role)) {
    throw new DomainError('Conflict', 'Another mailbox is for that.', { use: role })
  }
  const row = await tx.db
    .insertInto('mailbox')
    .values({
      accountId,
      name,
      role,
      uidValidity: await freshUidValidity(tx, accountId),
      createdAt: tx.now,
      created: position,
      changed: position,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  tx.changed(mailTopic(accountId))
  return toMailbox(row)
}

/** RFC 9051 §2.3.1.1: a name that is used again within one second has another one all the same. */
async function freshUidValidity(tx: Tx, accountId: number): Promise<number> {
  const now = uidValidityAt(tx.now)
  const row = await tx.db
    .updateTable('clock')
    .set((eb) => ({
      uidValidity: eb
        .case()
        .when('uidValidity', '>=', now)
        .then(eb('uidValidity', '+', 1))
        .else(now)
        .end(),
    }))
    .where('accountId', '=', accountId)
    .returning('uidValidity')
    .executeTakeFirstOrThrow()
  return row.uidValidity
}

/** Renames with all that is below it (RFC 9051 §6.3.6); INBOX is not renamed. Throws AlreadyExists, Forbidden. */
export async function renameMailbox(tx: Tx, mailbox: Mailbox, typed: string): Promise<void> {
  const name = mailboxName(typed)
  const { accountId } = mailbox
  if (mailbox.role === 'inbox') throw new DomainError('Forbidden', 'INBOX cannot be renamed.')
  if (name.startsWith(`${mailbox.name}/`)) throw new DomainError('BadRequest', 'A mailbox cannot be moved into itself.')
  const position = await tx.stamp(accountId)
  const all = await listMailboxes(tx, accountId)
  const moving = all.filter((one) => one.id === mailbox.id || one.name.startsWith(`${mailbox.name}/`))
  const names = new Map(moving.map((one) => [one.id, name + one.name.slice(mailbox.name.length)]))
  const staying = new Set(all.filter(({ id }) => !names.has(id)).map((one) => one.name))
  for (const target of names.values()) if (staying.has(mailboxName(target))) throw alreadyThere()
  for (const [id, target] of names) {
    await tx.db.updateTable('mailbox').set({ name: target, changed: position }).where('id', '=', id).execute()
    tx.changed(mailboxTopic(id))
  }
  tx.changed(mailTopic(accountId))
}

/** A name may be subscribed to only while it is there. */
export async function subscribeMailbox(tx: Tx, { id, accountId }: Mailbox, subscribed: boolean): Promise<void> {
  await tx.db
    .updateTable('mailbox')
    .set({ subscribed: Number(subscribed) })
    .where('id', '=', id)
    .execute()
  tx.changed(mailTopic(accountId))
}

const alreadyThere = (): DomainError => new DomainError('AlreadyExists', 'A mailbox of that name is there already.')

/** What a write did to a mailbox's messages. */
export type Tally = {
  messages?: number
  unseen?: number
  deleted?: number
  bytes?: number
  /** UIDs that were given out. */
  uids?: number
}

const count = prepared(
  (
    db,
    p: { id: number; messages: number; unseen: number; deleted: number; bytes: number; uids: number; position: number },
  ) =>
    db
      .updateTable('mailbox')
      .set((eb) => ({
        total: eb('total', '+', p.messages),
        unseen: eb('unseen', '+', p.unseen),
        deleted: eb('deleted', '+', p.deleted),
        bytes: eb('bytes', '+', p.bytes),
        uidNext: eb('uidNext', '+', p.uids),
        changed: p.position,
      }))
      .where('id', '=', p.id)
      .returning('uidNext'),
)

/** Records a change of its messages at a position; answers the next UID. */
export async function countMailbox(
  tx: Tx,
  { id, accountId }: Pick<Mailbox, 'id' | 'accountId'>,
  { messages = 0, unseen = 0, deleted = 0, bytes = 0, uids = 0 }: Tally,
  position: number,
): Promise<number> {
  const row = await count.first(tx, { id, messages, unseen, deleted, bytes, uids, position })
  if (row === undefined) throw new DomainError('NotFound', 'The mailbox is no longer there.')
  tx.changed(mailboxTopic(id))
  tx.changed(mailTopic(accountId))
  return row.uidNext
}
