// A removed mailbox is out of sight in one write; its messages go after that, in writes of a bounded number each.
// A twin that is stopped meanwhile goes on at its next start or upkeep.
import { sql } from 'kysely'
import { DomainError } from '../../errors.ts'
import { placementsPerWrite } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import { GONE, type Mailbox, mailboxTopic, mailTopic } from './mailbox.ts'
import { removeUnplaced } from './placement.ts'

type Write = <T>(body: Body<T, Tx>) => Promise<T>
type Read = <T>(body: Body<T, View>) => Promise<T>

const gone = prepared((db, _: object) =>
  db.selectFrom('mailbox').select(['id', 'accountId']).where('role', '=', GONE).orderBy('id').limit(1),
)

const anyOf = prepared((db, p: { accountId: number }) =>
  db.selectFrom('mailbox').select('id').where('accountId', '=', p.accountId).limit(1),
)

const someOf = prepared((db, p: { mailboxId: number; limit: number }) =>
  db
    .selectFrom('placement')
    .innerJoin('email', 'email.id', 'placement.emailId')
    .select(['placement.id', 'placement.emailId', 'email.size'])
    .where('mailboxId', '=', p.mailboxId)
    .orderBy('uid')
    .limit(p.limit),
)

export const hasMailboxes = async (tx: Tx, accountId: number): Promise<boolean> =>
  (await anyOf.first(tx, { accountId })) !== undefined

export async function condemnMailbox(tx: Tx, { id, accountId, role }: Mailbox): Promise<void> {
  if (role === 'inbox') throw new DomainError('Forbidden', 'INBOX cannot be deleted.')
  await tx.stamp(accountId)
  // A name that nobody can give keeps the old one free.
  await tx.db
    .updateTable('mailbox')
    .set({ role: GONE, name: `\n${id}` })
    .where('id', '=', id)
    .execute()
  tx.changed(mailboxTopic(id))
  tx.changed(mailTopic(accountId))
}

export async function condemnAllMailboxes(tx: Tx, accountId: number): Promise<void> {
  await tx.db
    .updateTable('mailbox')
    .set({ role: GONE, name: sql<string>`'gone ' || CAST(id AS TEXT)` })
    .where('accountId', '=', accountId)
    .execute()
}

/** All that lies to be erased when this is called, or is added meanwhile. */
export async function eraseMailboxes({ read, write }: { read: Read; write: Write }): Promise<void> {
  for (;;) {
    const next = await read((view) => gone.first(view, {}))
    if (!next) return
    while (!(await write((tx) => eraseSome(tx, next))));
  }
}

/** True when nothing of it is left. */
async function eraseSome(tx: Tx, { id, accountId }: { id: number; accountId: number }): Promise<boolean> {
  const rows = await someOf.all(tx, { mailboxId: id, limit: placementsPerWrite })
  if (rows.length === 0) {
    await tx.db.deleteFrom('mailbox').where('id', '=', id).execute()
    return true
  }
  const ids = rows.map((row) => row.id)
  await tx.db.deleteFrom('placement').where('id', 'in', ids).execute()
  for (const { emailId, size } of rows) await removeUnplaced(tx, accountId, emailId, size)
  return false
}
