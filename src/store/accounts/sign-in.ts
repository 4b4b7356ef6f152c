// The one way in, for every protocol.
// - An unknown, a deleted and a disabled account take the same time and get the same answer as a wrong password.
// - An app password cannot be guessed, so no count of failures keeps it out: a person's devices go on during an attack.
// - A password is right only if no credential changed while it was being verified; then it is verified again.
import { DomainError, isDomainError } from '../../errors.ts'
import {
  knownNetworkEveryMilliseconds,
  knownNetworkMilliseconds,
  knownNetworksPerAccount,
  lastUseEveryMilliseconds,
  sessionMilliseconds,
} from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { FailureLimiter } from './failure-limiter.ts'
import type { HashQueue } from './hash-queue.ts'
import { foldSignInName } from './names.ts'
import { networkOf } from './network.ts'
import { hashPassword, impossibleSecret, needsRehash, preparePassword, verifyPassword } from './password.ts'
import { isGoodFor, type Principal } from './principal.ts'
import { foldAppPassword, type Tokens } from './tokens.ts'
import type { VerifiedCache } from './verified-cache.ts'

export type Attempt = {
  name: string
  password: string
  /** The peer's IP address. */
  address: string
  /** Told to the owner beside the last use: 'http', 'imap', … */
  protocol: string
  /** What the credential must be good for: 'files', … */
  scope: string
}

type Transactions = {
  write<T>(body: (tx: Tx) => Promise<T>): Promise<T>
  read<T>(body: (view: View) => Promise<T>): Promise<T>
  now: () => number
}

/** Why somebody was not let in: `wait` is told before anything was looked at. */
export type SignInFailure = Pick<Attempt, 'address' | 'protocol'> & {
  /** As it was typed, cut to a length that exists. */
  name: string
  reason: 'wrong' | 'wait' | 'scope'
}

export type SignInParts = {
  store: Transactions
  /** Behind the @ of an address that is typed for a name. */
  domain: string
  tokens: Tokens
  queue: HashQueue
  limiter: FailureLimiter
  cache: VerifiedCache<Principal>
}

const credentialColumns = [
  'account.id as accountId',
  'account.name',
  'account.displayName',
  'account.isAdmin',
  'credential.id as credentialId',
  'credential.kind',
  'credential.scopes',
  'credential.secret',
  'credential.expiresAt',
  'credential.lastUsedAt',
] as const

const passwordOf = prepared((db, p: { name: string }) =>
  db
    .selectFrom('account')
    .innerJoin('credential', 'credential.accountId', 'account.id')
    .select(credentialColumns)
    .where('account.name', '=', p.name)
    .where('account.state', '=', 'active')
    .where('account.kind', '=', 'person')
    .where('credential.kind', '=', 'password'),
)

const byLookup = prepared((db, p: { lookup: Uint8Array; kind: string }) =>
  db
    .selectFrom('credential')
    .innerJoin('account', 'account.id', 'credential.accountId')
    .select(credentialColumns)
    .where('credential.lookup', '=', p.lookup)
    .where('credential.kind', '=', p.kind)
    .where('account.state', '=', 'active')
    .where('account.kind', '=', 'person'),
)

const knownNetwork = prepared((db, p: { accountId: number; network: string }) =>
  db.selectFrom('known_network').select('lastAt').where('accountId', '=', p.accountId).where('network', '=', p.network),
)

const noteUse = prepared((db, p: { id: number; now: number; by: string }) =>
  db.updateTable('credential').set({ lastUsedAt: p.now, lastUsedBy: p.by }).where('id', '=', p.id),
)

const slideSession = prepared((db, p: { id: number; expiresAt: number }) =>
  db.updateTable('credential').set({ expiresAt: p.expiresAt }).where('id', '=', p.id),
)

const keepRehashed = prepared((db, p: { id: number; secret: string; former: string }) =>
  db.updateTable('credential').set({ secret: p.secret }).where('id', '=', p.id).where('secret', '=', p.former),
)

type Row = {
  accountId: number
  name: string
  displayName: string
  isAdmin: number
  credentialId: number
  kind: string
  scopes: string
  secret: string | null
  expiresAt: number | null
  lastUsedAt: number | null
}

const toPrincipal = (row: Row): Principal => ({
  accountId: row.accountId,
  name: row.name,
  displayName: row.displayName,
  isAdmin: row.isAdmin === 1,
  scopes: new Set(row.scopes.split(' ')),
  credentialId: row.credentialId,
  kind: row.kind as Principal['kind'],
})

const wrong = () => new DomainError('Unauthorized', 'The name or the password is wrong.')

const wait = (milliseconds: number) =>
  new DomainError('TooManyRequests', 'Too many wrong passwords; wait a little before the next try.', {
    retryAfter: Math.ceil(milliseconds / 1000),
  })

export class SignIn {
  readonly #parts: SignInParts
  readonly #impossible = impossibleSecret()
  readonly #verifying = new Map<string, Promise<Principal>>()
  readonly #background = new Set<Promise<unknown>>()
  #onFailure: (failure: SignInFailure) => void = () => {}

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  /**
   * Who a name and a password (the account's own, or an app password) belong to.
   * Throws Unauthorized; TooManyRequests with `detail.retryAfter` in seconds; Forbidden when an app password is good for other things only.
   */
  async password(attempt: Attempt): Promise<Principal> {
    const { name: typed, address, protocol, scope } = attempt
    const name = foldSignInName(typed, this.#parts.domain).slice(0, nameCharactersLooked)
    const failed = (reason: SignInFailure['reason']) => this.#onFailure({ name, address, protocol, reason })
    const principal = await this.#principal(name, attempt).catch((error: unknown) => {
      if (isDomainError(error, 'Unauthorized')) failed('wrong')
      if (isDomainError(error, 'TooManyRequests')) failed('wait')
      throw error
    })
    if (!isGoodFor(principal, scope)) {
      failed('scope')
      throw new DomainError('Forbidden', `This app password is not for ${scope}.`)
    }
    return principal
  }

  /** Tells `listener`, the one there is, of everybody who is not let in by a password. */
  onFailure(listener: (failure: SignInFailure) => void): void {
    this.#onFailure = listener
  }

  /** Who a session of the page belongs to, if it is not over. Its use prolongs it. */
  async session(token: string, address?: string): Promise<Principal | undefined> {
    const { cache, store, tokens } = this.#parts
    const key = cache.key('session', token)
    const now = store.now()
    const remembered = cache.get(key, now)
    if (remembered) return remembered
    const generation = cache.generation
    const row = await store.read((view) =>
      byLookup.first(view, { lookup: tokens.lookup('session', token), kind: 'session' }),
    )
    if (generation !== cache.generation) return this.session(token, address)
    if (!row || (row.expiresAt ?? 0) <= now) return undefined
    const principal = toPrincipal(row)
    cache.remember(key, principal, { generation, now, until: row.expiresAt ?? now })
    this.#noteUse(row, address, now)
    return principal
  }

  async #principal(name: string, { password, address, protocol }: Attempt): Promise<Principal> {
    const network = networkOf(address)
    const { cache, limiter, store } = this.#parts
    const key = cache.key('password', name, network, password)
    const remembered = cache.get(key, store.now())
    if (remembered && !(remembered.kind === 'password' && limiter.mustWait(name, network))) return remembered
    return this.#once(key, () => this.#verify({ name, password, network, by: `${address} ${protocol}`, key }))
  }

  /** Resolves when everything noted on the side (last uses, known networks, rehashes) is written. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background)
  }

  /** A client opens several connections at once: the same password is verified once for all of them. */
  #once(key: string, verify: () => Promise<Principal>): Promise<Principal> {
    const running = this.#verifying.get(key)
    if (running) return running
    const promise = verify().finally(() => this.#verifying.delete(key))
    this.#verifying.set(key, promise)
    return promise
  }

  async #verify(guess: {
    name: string
    password: string
    network: string
    by: string
    key: string
  }): Promise<Principal> {
    const { cache, store } = this.#parts
    for (let attempt = 0; attempt < verificationsMost; attempt++) {
      const generation = cache.generation
      const row = (await this.#appPassword(guess)) ?? (await this.#accountPassword(guess, generation))
      if (generation !== cache.generation) continue
      const now = store.now()
      const principal = toPrincipal(row)
      cache.remember(guess.key, principal, { generation, now })
      this.#noteUse(row, guess.by, now)
      this.#noteNetwork(row.accountId, guess.network, now)
      return principal
    }
    throw new DomainError('TooManyRequests', 'Credentials are being changed; try again.', { retryAfter: 1 })
  }

  async #appPassword({ name, password }: { name: string; password: string }): Promise<Row | undefined> {
    const token = foldAppPassword(password)
    if (token === undefined) return undefined
    const { store, tokens } = this.#parts
    const lookup = tokens.lookup('app-password', token)
    const row = await store.read((view) => byLookup.first(view, { lookup, kind: 'app-password' }))
    return row?.name === name ? row : undefined
  }

  async #accountPassword(
    { name, password, network, key }: { name: string; password: string; network: string; key: string },
    generation: number,
  ): Promise<Row> {
    const { limiter, queue, store } = this.#parts
    const { row, known } = await store.read(async (view) => {
      const row = await passwordOf.first(view, { name })
      const seen = await knownNetwork.first(view, { accountId: row?.accountId ?? 0, network })
      return { row, known: seen !== undefined && seen.lastAt + knownNetworkMilliseconds > view.now }
    })
    const verdict = limiter.begin({ account: name, network, known, key: `${generation} ${key}` })
    if (!verdict.allowed) throw verdict.reason === 'wait' ? wait(verdict.wait) : wrong()
    const candidate = preparePassword(password)
    const secret = row?.secret ?? this.#impossible
    let right: boolean
    try {
      right = await queue.run(known ? 'known' : 'unknown', () => verifyPassword(secret, candidate ?? ''))
    } catch (error) {
      verdict.cancelled()
      throw error
    }
    if (!row || !right || candidate === undefined) {
      verdict.failed()
      throw wrong()
    }
    verdict.succeeded()
    if (needsRehash(secret)) this.#later(() => this.#rehash(row.credentialId, candidate, secret))
    return row
  }

  async #rehash(id: number, candidate: string, former: string): Promise<void> {
    const secret = await this.#parts.queue.run('known', () => hashPassword(candidate))
    await this.#parts.store.write((tx) => keepRehashed.run(tx, { id, secret, former }))
  }

  /** Runs when a credential is not remembered, so at most once every few minutes. */
  #noteUse(row: Row, by: string | undefined, now: number): void {
    if (row.lastUsedAt !== null && row.lastUsedAt + lastUseEveryMilliseconds > now) return
    this.#later(() =>
      this.#parts.store.write(async (tx) => {
        if (by !== undefined) await noteUse.run(tx, { id: row.credentialId, now, by })
        if (row.kind === 'session')
          await slideSession.run(tx, { id: row.credentialId, expiresAt: now + sessionMilliseconds })
      }),
    )
  }

  #noteNetwork(accountId: number, network: string, now: number): void {
    const { store } = this.#parts
    this.#later(async () => {
      const seen = await store.read((view) => knownNetwork.first(view, { accountId, network }))
      if (!seen || seen.lastAt + knownNetworkEveryMilliseconds <= now)
        await store.write((tx) => keepNetwork(tx, accountId, network))
    })
  }

  /** What is only noted must not fail the sign-in; a disk that is full says so where it matters. */
  #later(work: () => Promise<unknown>): void {
    const promise: Promise<unknown> = work()
      .catch(() => {})
      .finally(() => this.#background.delete(promise))
    this.#background.add(promise)
  }
}

/** Times a verification is begun again because credentials changed meanwhile. */
const verificationsMost = 3

/** Longer names exist nowhere; they are cut so that counting them takes bounded memory. */
const nameCharactersLooked = 64

async function keepNetwork(tx: Tx, accountId: number, network: string): Promise<void> {
  await tx.db
    .insertInto('known_network')
    .values({ accountId, network, lastAt: tx.now })
    .onConflict((conflict) => conflict.columns(['accountId', 'network']).doUpdateSet({ lastAt: tx.now }))
    .execute()
  const beyond = await tx.db
    .selectFrom('known_network')
    .select('lastAt')
    .where('accountId', '=', accountId)
    .orderBy('lastAt', 'desc')
    .offset(knownNetworksPerAccount)
    .limit(1)
    .executeTakeFirst()
  const tooOld = Math.max(tx.now - knownNetworkMilliseconds, beyond?.lastAt ?? 0)
  await tx.db.deleteFrom('known_network').where('accountId', '=', accountId).where('lastAt', '<=', tooOld).execute()
}
