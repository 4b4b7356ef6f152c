// A name belongs to one account for ever: the row of a deleted account stays.
// There is always an admin who can sign in: the last one is not deleted, disabled or demoted.
import { randomUUID } from 'node:crypto'
import { DomainError } from '../../errors.ts'
import { makeDefaultCollections } from '../collections/collection.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import { makeRoots } from '../files/node.ts'
import { makeDefaultMailboxes } from '../mail/mailbox.ts'
import { endSharesOfAccount } from '../shares/end.ts'
import { checkDisplayName, checkName, foldName } from './names.ts'

/** Sent when a credential, or an account's right to sign in, is no longer what it was. */
export const credentialsTopic = 'credentials'

/** Sent when an account was deleted: its data are to be erased. */
export const deletedTopic = 'deleted-accounts'

/** A person, or what is booked by inviting it. RFC 5545 §3.2.3 */
export const accountKinds = ['person', 'room', 'resource'] as const

export type AccountKind = (typeof accountKinds)[number]

export type Account = {
  id: number
  /** Opaque and permanent. */
  uid: string
  name: string
  displayName: string
  kind: AccountKind
  isAdmin: boolean
  disabled: boolean
  /** Bytes; null is the default of the configuration. */
  quota: number | null
  /** Bytes owned, trash and versions included. */
  used: number
  createdAt: number
}

export type AccountChanges = Partial<Pick<Account, 'displayName' | 'isAdmin' | 'disabled' | 'quota'>>

const columns = [
  'account.id',
  'account.uid',
  'account.name',
  'account.displayName',
  'account.kind',
  'account.isAdmin',
  'account.state',
  'account.quota',
  'account.createdAt',
  'clock.used',
] as const

type Row = Omit<Account, 'kind' | 'isAdmin' | 'disabled'> & { kind: string; isAdmin: number; state: string }

const toAccount = ({ kind, isAdmin, state, ...rest }: Row): Account => ({
  ...rest,
  kind: kind as AccountKind,
  isAdmin: isAdmin === 1,
  disabled: state === 'disabled',
})

const rowByName = prepared((db, p: { name: string }) =>
  db
    .selectFrom('account')
    .innerJoin('clock', 'clock.accountId', 'account.id')
    .select(columns)
    .where('account.name', '=', p.name)
    .where('account.state', '!=', 'deleted'),
)

const rowByUid = prepared((db, p: { uid: string }) =>
  db
    .selectFrom('account')
    .innerJoin('clock', 'clock.accountId', 'account.id')
    .select(columns)
    .where('account.uid', '=', p.uid)
    .where('account.state', '!=', 'deleted'),
)

const rowById = prepared((db, p: { id: number }) =>
  db
    .selectFrom('account')
    .innerJoin('clock', 'clock.accountId', 'account.id')
    .select(columns)
    .where('account.id', '=', p.id)
    .where('account.state', '!=', 'deleted'),
)

export class Accounts {
  /** The account of that name as a person types it, unless it is deleted. */
  async byName(view: View, name: string): Promise<Account | undefined> {
    const row = await rowByName.first(view, { name: foldName(name) })
    return row && toAccount(row)
  }

  async byUid(view: View, uid: string): Promise<Account | undefined> {
    const row = await rowByUid.first(view, { uid })
    return row && toAccount(row)
  }

  async byId(view: View, id: number): Promise<Account | undefined> {
    const row = await rowById.first(view, { id })
    return row && toAccount(row)
  }

  /** All accounts that are not deleted, by name. */
  async list(view: View): Promise<Account[]> {
    const rows = await view.db
      .selectFrom('account')
      .innerJoin('clock', 'clock.accountId', 'account.id')
      .select(columns)
      .where('account.state', '!=', 'deleted')
      .orderBy('account.name')
      .execute()
    return rows.map(toAccount)
  }

  /** True until somebody can sign in. */
  async isEmpty(view: View): Promise<boolean> {
    const person = view.db.selectFrom('account').select('id').where('kind', '=', 'person').limit(1)
    return (await person.executeTakeFirst()) === undefined
  }

  /** Makes an account without a credential. Throws BadRequest for an unusable name, AlreadyExists for one ever used. */
  async create(
    tx: Tx,
    {
      name,
      displayName = name,
      kind = 'person',
      isAdmin = false,
    }: { name: string; displayName?: string; kind?: AccountKind; isAdmin?: boolean },
  ): Promise<Account> {
    checkName(name)
    if (isAdmin) requirePerson({ name, kind })
    const values = {
      uid: randomUUID(),
      name,
      displayName: checkDisplayName(displayName),
      kind,
      isAdmin: isAdmin ? 1 : 0,
      state: 'active',
      createdAt: tx.now,
    }
    const inserted = await tx.db
      .insertInto('account')
      .values(values)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!inserted) {
      throw new DomainError('AlreadyExists', `The name ${name} is taken; names are never given out twice.`, {
        field: 'name',
      })
    }
    await tx.db.insertInto('clock').values({ accountId: inserted.id }).execute()
    await makeRoots(tx, inserted.id)
    await makeDefaultCollections(tx, inserted.id)
    await makeDefaultMailboxes(tx, inserted.id)
    tx.changed(credentialsTopic)
    return toAccount({ ...values, id: inserted.id, quota: null, used: 0 })
  }

  /** Changes what may change; the name never does. Throws Conflict rather than leave the twin without an admin. */
  async update(tx: Tx, account: Account, changes: AccountChanges): Promise<Account> {
    if (changes.isAdmin === true) requirePerson(account)
    if (changes.isAdmin === false || changes.disabled === true) await this.#keepAnAdmin(tx, account)
    const after = { ...account, ...changes }
    if (changes.displayName !== undefined) after.displayName = checkDisplayName(changes.displayName)
    await tx.db
      .updateTable('account')
      .set({
        displayName: after.displayName,
        isAdmin: after.isAdmin ? 1 : 0,
        state: after.disabled ? 'disabled' : 'active',
        quota: after.quota,
      })
      .where('id', '=', account.id)
      .execute()
    if (after.disabled && !account.disabled) await endSessions(tx, account.id)
    tx.changed(credentialsTopic)
    return after
  }

  /** Ends an account: nothing signs in to it any more. Its data are erased in the background. */
  async delete(tx: Tx, account: Account): Promise<void> {
    await this.#keepAnAdmin(tx, account)
    await tx.db
      .updateTable('account')
      .set({ state: 'deleted', deletedAt: tx.now, displayName: account.name, isAdmin: 0, quota: null })
      .where('id', '=', account.id)
      .execute()
    await tx.db.deleteFrom('credential').where('accountId', '=', account.id).execute()
    await tx.db.deleteFrom('known_network').where('accountId', '=', account.id).execute()
    await tx.db.deleteFrom('push_subscription').where('accountId', '=', account.id).execute()
    await tx.db
      .deleteFrom('invitation')
      .where((eb) => eb.or([eb('accountId', '=', account.id), eb('createdBy', '=', account.id)]))
      .execute()
    await endSharesOfAccount(tx, account.id)
    tx.changed(credentialsTopic)
    tx.changed(deletedTopic)
  }

  async #keepAnAdmin(tx: Tx, account: Account): Promise<void> {
    if (!account.isAdmin || account.disabled) return
    const other = await tx.db
      .selectFrom('account')
      .select('id')
      .where('isAdmin', '=', 1)
      .where('state', '=', 'active')
      .where('id', '!=', account.id)
      .limit(1)
      .executeTakeFirst()
    if (!other)
      throw new DomainError('Conflict', `${account.name} is the last owner; make somebody else an owner first.`)
  }
}

/** Throws Conflict for a room or a resource: nobody signs in as one, so it has no password and owns no twin. */
export function requirePerson({ name, kind }: Pick<Account, 'name' | 'kind'>): void {
  if (kind !== 'person') throw new DomainError('Conflict', `${name} is a ${kind}: nobody signs in as one.`)
}

function endSessions(tx: Tx, accountId: number) {
  return tx.db.deleteFrom('credential').where('accountId', '=', accountId).where('kind', '=', 'session').execute()
}
