// The account that asks: its name, its use of the disk, its password.
import { DomainError, isDomainError } from '../../errors.ts'
import { sessionMilliseconds } from '../../limits.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import type { Principal } from '../../store/accounts/principal.ts'
import type { View } from '../../store/engine/types.ts'
import type { Store } from '../../store/store.ts'
import { sessionToken } from '../http/auth.ts'
import { forMembers } from './method.ts'
import { text } from './validate.ts'

/** `Me` of docs/api.md, seen from one of its sessions. Throws Unauthorized when the account was deleted meanwhile. */
export async function describeMe(
  store: Store,
  view: View,
  { accountId, sessionId }: { accountId: number; sessionId: number },
) {
  const { name, displayName, isAdmin } = await accountOf(store, view, accountId)
  const usage = await store.files.usage(view, accountId)
  // It was used just now.
  const session = { id: sessionId, expiresAt: view.now + sessionMilliseconds }
  return { name, displayName, isAdmin, usage, session }
}

async function accountOf(store: Store, view: View, accountId: number): Promise<Account> {
  const account = await store.accounts.byId(view, accountId)
  if (!account) throw new DomainError('Unauthorized', 'This account was deleted.')
  return account
}

const seenBy = ({ accountId, credentialId }: Principal) => ({ accountId, sessionId: credentialId })

/** Each load of the page begins here, so this is where the cookie is given its new end: a session slides. */
export const get = forMembers({}, async ({ store, principal, request }) => {
  const body = await store.read((view) => describeMe(store, view, seenBy(principal)))
  const token = sessionToken(request)
  return { body, ...(token !== undefined && { session: { token, expiresAt: body.session.expiresAt } }) }
})

export const update = forMembers({ body: { displayName: text } }, async ({ store, principal, body }) => {
  await store.write(async (tx) => {
    await store.accounts.update(tx, await accountOf(store, tx, principal.accountId), body)
  })
  return { body: await store.read((view) => describeMe(store, view, seenBy(principal))) }
})

export const changePassword = forMembers({ body: { current: text, password: text } }, async (call) => {
  const { store, principal, context, body } = call
  const attempt = { name: principal.name, password: body.current, address: context.remoteAddress }
  const proved = await store.signIn.password({ ...attempt, protocol: 'page', scope: 'account' }).catch(notCurrent)
  if (proved.kind !== 'password') throw wrongCurrent()
  const secret = await store.credentials.hash(body.password)
  await store.write((tx) => store.credentials.setPassword(tx, principal.accountId, secret, principal.credentialId))
  return {}
})

const wrongCurrent = () => new DomainError('Unauthorized', 'The current password is wrong.', { field: 'current' })

function notCurrent(error: unknown): never {
  throw isDomainError(error, 'Unauthorized') || isDomainError(error, 'Forbidden') ? wrongCurrent() : error
}
