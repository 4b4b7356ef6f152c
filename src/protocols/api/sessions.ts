// Signing in to the page and out of it, and the list of browsers that are signed in.
import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { Tx } from '../../store/engine/types.ts'
import type { Store } from '../../store/store.ts'
import { describeMe } from './me.ts'
import { type Answer, forAnybody, forMembers } from './method.ts'
import { text } from './validate.ts'

type Asked = { store: Store; request: IncomingMessage; context: { remoteAddress: string } }

/** Starts a session in the write that allows it, and answers with `Me` and the cookie. */
export async function startSession(tx: Tx, { store, request, context }: Asked, accountId: number): Promise<Answer> {
  const label = request.headers['user-agent'] ?? ''
  const session = await store.credentials.startSession(tx, accountId, { label, address: context.remoteAddress })
  return { body: await describeMe(store, tx, { accountId, sessionId: session.id }), session }
}

export const signIn = forAnybody({ body: { name: text, password: text } }, async (call) => {
  const { store, context, body } = call
  const principal = await store.signIn.password({
    ...body,
    address: context.remoteAddress,
    protocol: 'page',
    scope: 'account',
  })
  // A device's password must not become a session, which can make more of them.
  if (principal.kind !== 'password') throw new DomainError('Forbidden', "Sign in here with the account's own password.")
  return store.write((tx) => startSession(tx, call, principal.accountId))
})

export const signOut = forAnybody({}, async ({ store, principal }) => {
  if (principal) {
    await store.write((tx) => store.credentials.revoke(tx, principal.accountId, 'session', principal.credentialId))
  }
  return { session: null }
})

export const list = forMembers({}, async ({ store, principal }) => {
  const sessions = await store.read((view) => store.credentials.sessions(view, principal.accountId))
  const told = sessions.map(({ id, label, createdAt, expiresAt, lastUsedAt, lastUsedBy }) => ({
    ...{ id, label, createdAt, expiresAt, lastUsedAt, lastUsedBy },
    current: id === principal.credentialId,
  }))
  return { body: { sessions: told } }
})

export const end = forMembers({}, async ({ store, principal, parameter }) => {
  await store.write((tx) => store.credentials.revoke(tx, principal.accountId, 'session', parseId(parameter)))
  return {}
})

export const endOthers = forMembers({}, async ({ store, principal }) => {
  await store.write((tx) => store.credentials.endSessions(tx, principal.accountId, principal.credentialId))
  return {}
})

/** Throws NotFound when the segment is no id. */
export function parseId(segment: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(segment)) throw new DomainError('NotFound', 'There is nothing with this id.')
  return Number(segment)
}
