// The one lock table: WebDAV's write locks, and whatever else locks (RFC 4918 §6 and §7).
// A lock belongs to a resource, not to its address: it stays when something above is renamed, and goes
// when the resource is removed or moved (§7.5). A lock that is over counts for nothing from that moment on.
import { randomUUID } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { lockSecondsMost, locksPerAccount } from '../limits.ts'
import { prepared } from './engine/prepared.ts'
import type { Tx, View } from './engine/types.ts'

export type Lock = {
  id: number
  /** A `urn:uuid:` URI. */
  token: string
  kind: string
  itemId: number
  accountId: number
  exclusive: boolean
  /** Covers all members, too (Depth: infinity). */
  deep: boolean
  /** The inside of the owner element, as it was sent. */
  owner: string
  expiresAt: number
}

export type LockRequest = Pick<Lock, 'kind' | 'itemId' | 'accountId' | 'exclusive' | 'deep' | 'owner'> & {
  /** Undefined asks for as long as there is. */
  seconds: number | undefined
  /** Ids of the collections above the item, nearest first. */
  ancestors: readonly number[]
}

type Row = Omit<Lock, 'exclusive' | 'deep'> & { exclusive: number; deep: number }

const anyAlive = prepared((db, p: { kind: string; now: number }) =>
  db.selectFrom('lock').select('id').where('kind', '=', p.kind).where('expiresAt', '>', p.now).limit(1),
)

const withToken = prepared((db, p: { token: string; now: number }) =>
  db.selectFrom('lock').selectAll().where('token', '=', p.token).where('expiresAt', '>', p.now),
)

const countOf = prepared((db, p: { accountId: number; now: number }) =>
  db
    .selectFrom('lock')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('accountId', '=', p.accountId)
    .where('expiresAt', '>', p.now),
)

export class Locks {
  /** Whether anybody holds a lock of a kind: where nobody does, a writer need not know what is above. */
  async any(view: View, kind: string): Promise<boolean> {
    return (await anyAlive.first(view, { kind, now: view.now })) !== undefined
  }

  /**
   * The locks that cover an item: its own, and the deep ones of the collections above it.
   * One indexed query that finds nothing where nobody holds a lock.
   */
  async covering(view: View, kind: string, itemId: number, ancestors: readonly number[]): Promise<Lock[]> {
    if (!(await anyAlive.first(view, { kind, now: view.now }))) return []
    const rows = await view.db
      .selectFrom('lock')
      .selectAll()
      .where('kind', '=', kind)
      .where('expiresAt', '>', view.now)
      .where('itemId', 'in', [itemId, ...ancestors])
      .where((eb) => eb.or([eb('itemId', '=', itemId), eb('deep', '=', 1)]))
      .orderBy('id')
      .execute()
    return rows.map(toLock)
  }

  /** All locks on any of the items themselves, for a listing or for what is below a collection. */
  async on(view: View, kind: string, itemIds: readonly number[]): Promise<Lock[]> {
    if (itemIds.length === 0 || !(await anyAlive.first(view, { kind, now: view.now }))) return []
    const rows = await view.db
      .selectFrom('lock')
      .selectAll()
      .where('kind', '=', kind)
      .where('expiresAt', '>', view.now)
      .where('itemId', 'in', itemIds)
      .orderBy('id')
      .execute()
    return rows.map(toLock)
  }

  /** All locks of a kind that are alive, few by nature: to ask which of them are inside a tree. */
  async alive(view: View, kind: string): Promise<Lock[]> {
    const rows = await view.db
      .selectFrom('lock')
      .selectAll()
      .where('kind', '=', kind)
      .where('expiresAt', '>', view.now)
      .orderBy('id')
      .execute()
    return rows.map(toLock)
  }

  async byToken(view: View, token: string): Promise<Lock | undefined> {
    const row = await withToken.first(view, { token, now: view.now })
    return row && toLock(row)
  }

  /**
   * Takes a lock.
   *
   * @param below locks inside the item's tree, which a deep lock must not contradict.
   * @throws DomainError Locked with `detail.locks`, TooManyRequests.
   */
  async create(tx: Tx, request: LockRequest, below: readonly Lock[] = []): Promise<Lock> {
    const { ancestors, seconds, ...asked } = request
    const standing = await this.covering(tx, asked.kind, asked.itemId, ancestors)
    // RFC 4918 §6.2: shared locks live together, an exclusive one lives alone.
    const contrary = [...standing, ...(asked.deep ? below : [])].filter((lock) => lock.exclusive || asked.exclusive)
    if (contrary.length > 0) throw new DomainError('Locked', 'Somebody else has locked this.', { locks: contrary })
    const held = await countOf.first(tx, { accountId: asked.accountId, now: tx.now })
    if (Number(held?.count ?? 0) >= locksPerAccount) {
      throw new DomainError('TooManyRequests', `An account may hold ${locksPerAccount} locks.`)
    }
    const row = { ...asked, token: `urn:uuid:${randomUUID()}`, expiresAt: expiry(tx, seconds) }
    const { id } = await tx.db
      .insertInto('lock')
      .values({ ...row, exclusive: Number(row.exclusive), deep: Number(row.deep) })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, ...row }
  }

  /** RFC 4918 §9.10.2: a refresh restarts the timer. */
  async refresh(tx: Tx, lock: Lock, seconds: number | undefined): Promise<Lock> {
    const expiresAt = expiry(tx, seconds)
    await tx.db.updateTable('lock').set({ expiresAt }).where('id', '=', lock.id).execute()
    return { ...lock, expiresAt }
  }

  async remove(tx: Tx, lock: Lock): Promise<void> {
    await tx.db.deleteFrom('lock').where('id', '=', lock.id).execute()
  }

  /** Ends all locks on items that are removed or moved. */
  async forget(tx: Tx, kind: string, itemIds: readonly number[]): Promise<void> {
    if (itemIds.length === 0 || !(await anyAlive.first(tx, { kind, now: tx.now }))) return
    await tx.db.deleteFrom('lock').where('kind', '=', kind).where('itemId', 'in', itemIds).execute()
  }

  /** Deletes the rows of locks that are over. */
  async sweep(tx: Tx): Promise<void> {
    await tx.db.deleteFrom('lock').where('expiresAt', '<=', tx.now).execute()
  }
}

/**
 * RFC 4918 §7: who may change what these locks cover. Of an exclusive lock its own token is needed, of
 * shared ones the token of any; a token is worth something only to the account that took the lock (§6.4).
 *
 * @throws DomainError Locked with `detail.locks`, those whose tokens are missing.
 */
export function requireTokens(covering: readonly Lock[], accountId: number, tokens: ReadonlySet<string>): void {
  const mine = (lock: Lock): boolean => lock.accountId === accountId && tokens.has(lock.token)
  const exclusive = covering.filter((lock) => lock.exclusive && !mine(lock))
  const shared = covering.filter((lock) => !lock.exclusive)
  const missing = shared.length > 0 && !shared.some(mine) ? [...exclusive, ...shared] : exclusive
  if (missing.length > 0) throw new DomainError('Locked', 'This is locked.', { locks: missing })
}

function toLock(row: Row): Lock {
  return { ...row, exclusive: row.exclusive === 1, deep: row.deep === 1 }
}

const expiry = (tx: Tx, seconds: number | undefined): number =>
  tx.now + Math.min(seconds ?? lockSecondsMost, lockSecondsMost) * 1000
