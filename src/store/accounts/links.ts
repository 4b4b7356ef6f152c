// One-time links: the owner's set-up, a member's invitation, an account's recovery, a device's profile.
// A link is used in the same write as what it allows, so two who race for it cannot both win.
import { DomainError } from '../../errors.ts'
import { deviceLinkMilliseconds, invitationMilliseconds, openInvitations, recoveryMilliseconds } from '../../limits.ts'
import type { Tx, View } from '../engine/types.ts'
import { newLinkToken, type Tokens } from './tokens.ts'

export type LinkKind = 'setup' | 'invite' | 'recovery' | 'device'
export type Link = { id: number; kind: LinkKind; accountId: number | null; expiresAt: number; createdAt: number }
export type NewLink = { id: number; token: string; expiresAt: number }

/** The set-up link has no end: it is good until it is used or a later start makes another. */
const never = Number.MAX_SAFE_INTEGER

export class Links {
  readonly #tokens: Tokens

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  /** The owner's link at a start without an account; every older one is void. */
  async createSetup(tx: Tx): Promise<NewLink> {
    await tx.db.deleteFrom('invitation').where('kind', '=', 'setup').execute()
    return this.#insert(tx, 'setup', never)
  }

  /** A link with which somebody makes an account of their own. `createdBy` is the account that asks; none on the command line. */
  async createInvitation(tx: Tx, createdBy?: number): Promise<NewLink> {
    const open = await this.invitations(tx)
    if (open.length >= openInvitations) {
      throw new DomainError('Conflict', `There are ${openInvitations} open invitations already; take some back first.`)
    }
    return this.#insert(tx, 'invite', tx.now + invitationMilliseconds, { createdBy })
  }

  /** A link with which the account gets a new password; the one made before is void. */
  async createRecovery(tx: Tx, accountId: number, createdBy?: number): Promise<NewLink> {
    await tx.db.deleteFrom('invitation').where('kind', '=', 'recovery').where('accountId', '=', accountId).execute()
    return this.#insert(tx, 'recovery', tx.now + recoveryMilliseconds, { accountId, createdBy })
  }

  /** A link by which a device of the account gets an app password of its own; the one made before is void. */
  async createDevice(tx: Tx, accountId: number): Promise<NewLink> {
    await tx.db.deleteFrom('invitation').where('kind', '=', 'device').where('accountId', '=', accountId).execute()
    return this.#insert(tx, 'device', tx.now + deviceLinkMilliseconds, { accountId })
  }

  /** Invitations that can still be accepted, oldest first. */
  invitations(view: View): Promise<Pick<Link, 'id' | 'createdAt' | 'expiresAt'>[]> {
    return view.db
      .selectFrom('invitation')
      .select(['id', 'createdAt', 'expiresAt'])
      .where('kind', '=', 'invite')
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', view.now)
      .orderBy('id')
      .execute()
  }

  /** Takes an invitation back. Throws NotFound when it is not open. */
  async revokeInvitation(tx: Tx, id: number): Promise<void> {
    const { numDeletedRows } = await tx.db
      .deleteFrom('invitation')
      .where('id', '=', id)
      .where('kind', '=', 'invite')
      .where('usedAt', 'is', null)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) throw new DomainError('NotFound', 'There is no such invitation.')
  }

  /** What the link of a token is for. Throws NotFound when it is unknown, used, void or expired, or of another kind. */
  async find(view: View, token: string, kind?: LinkKind): Promise<Link> {
    const row = await view.db
      .selectFrom('invitation')
      .select(['id', 'kind', 'accountId', 'expiresAt', 'createdAt'])
      .where('lookup', '=', this.#tokens.lookup('link', token))
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', view.now)
      .executeTakeFirst()
    if (!row || (kind !== undefined && row.kind !== kind)) {
      throw new DomainError('NotFound', 'This link was used already or is no longer valid; ask for a new one.', {
        field: 'token',
      })
    }
    return { ...row, kind: row.kind as LinkKind }
  }

  /** Uses the link up, in the write of what it allows. Throws as `find` does. */
  async use(tx: Tx, token: string, kind: LinkKind): Promise<Link> {
    const link = await this.find(tx, token, kind)
    const { numUpdatedRows } = await tx.db
      .updateTable('invitation')
      .set({ usedAt: tx.now })
      .where('id', '=', link.id)
      .where('usedAt', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new DomainError('NotFound', 'This link was used already.', { field: 'token' })
    return link
  }

  async #insert(
    tx: Tx,
    kind: LinkKind,
    expiresAt: number,
    who: { accountId?: number; createdBy?: number } = {},
  ): Promise<NewLink> {
    await tx.db
      .deleteFrom('invitation')
      .where((eb) => eb.or([eb('usedAt', 'is not', null), eb('expiresAt', '<=', tx.now)]))
      .execute()
    const token = newLinkToken()
    const { id } = await tx.db
      .insertInto('invitation')
      .values({ kind, lookup: this.#tokens.lookup('link', token), createdAt: tx.now, expiresAt, ...who })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, token, expiresAt }
  }
}
