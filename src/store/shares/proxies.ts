// Who acts for whom: an account that reads, or writes, all calendars of another (calendarserver's calendar proxies).
import { DomainError } from '../../errors.ts'
import { proxiesPerAccount } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { Access } from './share.ts'

export type CalendarProxy = {
  accountId: number
  ownerId: number
  access: Access
  /** Of the account asked about: who acts, or for whom. */
  name: string
}

const byNames = prepared((db, p: { owner: string; accountId: number }) =>
  db
    .selectFrom('proxy')
    .innerJoin('account', 'account.id', 'proxy.ownerId')
    .select(['proxy.ownerId', 'proxy.accountId', 'proxy.access', 'account.name'])
    .where('proxy.accountId', '=', p.accountId)
    .where('account.name', '=', p.owner)
    .where('account.state', '<>', 'deleted'),
)

const actingFor = prepared((db, p: { ownerId: number }) =>
  db
    .selectFrom('proxy')
    .innerJoin('account', 'account.id', 'proxy.accountId')
    .select(['proxy.ownerId', 'proxy.accountId', 'proxy.access', 'account.name'])
    .where('proxy.ownerId', '=', p.ownerId)
    .orderBy('account.name'),
)

const actedFor = prepared((db, p: { accountId: number }) =>
  db
    .selectFrom('proxy')
    .innerJoin('account', 'account.id', 'proxy.ownerId')
    .select(['proxy.ownerId', 'proxy.accountId', 'proxy.access', 'account.name'])
    .where('proxy.accountId', '=', p.accountId)
    .orderBy('account.name'),
)

export class Proxies {
  /** Whether an account acts for the owner of that name, and how. */
  async find(view: View, owner: string, accountId: number): Promise<CalendarProxy | undefined> {
    return (await byNames.first(view, { owner, accountId })) as CalendarProxy | undefined
  }

  /** Who acts for an owner. */
  async of(view: View, ownerId: number): Promise<CalendarProxy[]> {
    return (await actingFor.all(view, { ownerId })) as CalendarProxy[]
  }

  /** For whom an account acts. */
  async for(view: View, accountId: number): Promise<CalendarProxy[]> {
    return (await actedFor.all(view, { accountId })) as CalendarProxy[]
  }

  /**
   * Makes these, and nobody else, act for the owner with this access. Who is named here leaves the other one.
   *
   * @throws DomainError Conflict when there are too many; BadRequest for the owner.
   */
  async set(tx: Tx, ownerId: number, access: Access, accountIds: readonly number[]): Promise<void> {
    if (accountIds.length > proxiesPerAccount)
      throw new DomainError('Conflict', `At most ${proxiesPerAccount} act for an account.`)
    if (accountIds.includes(ownerId)) throw new DomainError('BadRequest', 'Nobody is their own proxy.')
    await tx.db.deleteFrom('proxy').where('ownerId', '=', ownerId).where('access', '=', access).execute()
    for (const accountId of new Set(accountIds))
      await tx.db
        .insertInto('proxy')
        .values({ ownerId, accountId, access })
        .onConflict((conflict) => conflict.columns(['ownerId', 'accountId']).doUpdateSet({ access }))
        .execute()
  }
}
