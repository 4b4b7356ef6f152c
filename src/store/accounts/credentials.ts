// Every way to prove who one is: one password an account, app passwords, sessions of the page.
// Whatever takes a credential away or changes it says so on `credentialsTopic`, and is acknowledged only when no cache
// holds the old one.
import { DomainError } from '../../errors.ts'
import { appPasswordsPerAccount, labelCharacters, sessionMilliseconds, sessionsPerAccount } from '../../limits.ts'
import type { Tx, View } from '../engine/types.ts'
import { credentialsTopic } from './accounts.ts'
import type { HashQueue } from './hash-queue.ts'
import { checkPassword, hashPassword } from './password.ts'
import { foldAppPassword, newAppPassword, newSessionToken, type Tokens } from './tokens.ts'

/** What an app password may be good for. */
export const scopes = ['all', 'files', 'calendars', 'contacts', 'mail', 'chat'] as const
export type Scope = (typeof scopes)[number]

export type Credential = {
  id: number
  label: string
  scopes: Scope[]
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  lastUsedBy: string | null
}

type RandomKind = 'app-password' | 'session'

export class Credentials {
  readonly #tokens: Tokens
  readonly #queue: HashQueue

  constructor(tokens: Tokens, queue: HashQueue) {
    this.#tokens = tokens
    this.#queue = queue
  }

  /** Makes the secret of a new password, before the write that keeps it. Throws BadRequest (field `password`). */
  async hash(password: string): Promise<string> {
    const prepared = checkPassword(password)
    return this.#queue.run('known', () => hashPassword(prepared))
  }

  /** Sets the account's password and ends its sessions, but for `keepSession`. App passwords stay. */
  async setPassword(tx: Tx, accountId: number, secret: string, keepSession = 0): Promise<void> {
    await tx.db.deleteFrom('credential').where('accountId', '=', accountId).where('kind', '=', 'password').execute()
    await tx.db.insertInto('credential').values({ accountId, kind: 'password', secret, createdAt: tx.now }).execute()
    await this.endSessions(tx, accountId, keepSession)
  }

  /** A new app password; `password` is told this once and kept nowhere. */
  async createAppPassword(
    tx: Tx,
    accountId: number,
    { label, scopes: wanted }: { label: string; scopes: readonly Scope[] },
  ): Promise<Credential & { password: string }> {
    const present = await this.#list(tx, accountId, 'app-password')
    if (present.length >= appPasswordsPerAccount) {
      throw new DomainError('Conflict', `There are ${appPasswordsPerAccount} app passwords already; revoke some first.`)
    }
    const password = newAppPassword()
    const token = foldAppPassword(password) as string
    const id = await this.#insert(tx, accountId, 'app-password', token, { label, scopes: wanted.join(' ') })
    const times = { createdAt: tx.now, expiresAt: null, lastUsedAt: null, lastUsedBy: null }
    return { id, label, scopes: [...wanted], ...times, password }
  }

  /** A new session of the page; `token` is for its cookie. The longest unused go when there are too many. */
  async startSession(
    tx: Tx,
    accountId: number,
    { label, address }: { label: string; address: string },
  ): Promise<{ id: number; token: string; expiresAt: number }> {
    await tx.db.deleteFrom('credential').where('expiresAt', '<=', tx.now).execute()
    const present = await this.#list(tx, accountId, 'session')
    const oldest = present.toSorted((a, b) => (a.lastUsedAt ?? 0) - (b.lastUsedAt ?? 0))
    for (const session of oldest.slice(0, Math.max(0, present.length - sessionsPerAccount + 1))) {
      await this.revoke(tx, accountId, 'session', session.id)
    }
    const token = newSessionToken()
    const expiresAt = tx.now + sessionMilliseconds
    const use = { expiresAt, lastUsedAt: tx.now, lastUsedBy: address }
    const id = await this.#insert(tx, accountId, 'session', token, {
      label: [...label].slice(0, labelCharacters).join(''),
      ...use,
    })
    return { id, token, expiresAt }
  }

  appPasswords(view: View, accountId: number): Promise<Credential[]> {
    return this.#list(view, accountId, 'app-password')
  }

  sessions(view: View, accountId: number): Promise<Credential[]> {
    return this.#list(view, accountId, 'session')
  }

  /** Takes one away. Throws NotFound when the account has no such credential. */
  async revoke(tx: Tx, accountId: number, kind: RandomKind, id: number): Promise<void> {
    const { numDeletedRows } = await tx.db
      .deleteFrom('credential')
      .where('accountId', '=', accountId)
      .where('kind', '=', kind)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n)
      throw new DomainError(
        'NotFound',
        kind === 'session' ? 'There is no such session.' : 'There is no such app password.',
      )
    tx.changed(credentialsTopic)
  }

  /** Ends all sessions of an account, but for `keep`. */
  async endSessions(tx: Tx, accountId: number, keep = 0): Promise<void> {
    await tx.db
      .deleteFrom('credential')
      .where('accountId', '=', accountId)
      .where('kind', '=', 'session')
      .where('id', '!=', keep)
      .execute()
    tx.changed(credentialsTopic)
  }

  async #list(view: View, accountId: number, kind: RandomKind): Promise<Credential[]> {
    const rows = await view.db
      .selectFrom('credential')
      .select(['id', 'label', 'scopes', 'createdAt', 'expiresAt', 'lastUsedAt', 'lastUsedBy'])
      .where('accountId', '=', accountId)
      .where('kind', '=', kind)
      .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', view.now)]))
      .orderBy('id')
      .execute()
    return rows.map((row) => ({ ...row, scopes: row.scopes.split(' ') as Scope[] }))
  }

  async #insert(
    tx: Tx,
    accountId: number,
    kind: RandomKind,
    token: string,
    rest: { label: string; scopes?: string; expiresAt?: number; lastUsedAt?: number; lastUsedBy?: string },
  ): Promise<number> {
    const { id } = await tx.db
      .insertInto('credential')
      .values({ accountId, kind, lookup: this.#tokens.lookup(kind, token), createdAt: tx.now, ...rest })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }
}
