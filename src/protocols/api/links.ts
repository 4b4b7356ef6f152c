// One-time links: set-up of the owner, an invitation, a recovery.
// The link is looked at before the password is hashed, and used up in the write of what it allows.
import { DomainError } from '../../errors.ts'
import type { LinkKind } from '../../store/accounts/links.ts'
import { type Call, forAnybody } from './method.ts'
import { startSession } from './sessions.ts'
import { optional, text } from './validate.ts'

export const look = forAnybody({ body: { token: text } }, async ({ store, body }) => {
  const told = await store.read(async (view) => {
    const { kind, accountId, expiresAt } = await store.links.find(view, body.token)
    const account = accountId === null ? undefined : await store.accounts.byId(view, accountId)
    return {
      kind,
      ...(account && { name: account.name, displayName: account.displayName }),
      ...(kind !== 'setup' && { expiresAt }),
    }
  })
  return { body: told }
})

const person = { token: text, name: text, password: text, displayName: optional(text) }
type Person = { token: string; name: string; password: string; displayName: string | undefined }

async function createAccount(call: Call<Person>, kind: LinkKind) {
  const { store, body } = call
  await store.read((view) => store.links.find(view, body.token, kind))
  const secret = await store.credentials.hash(body.password)
  const answer = await store.write(async (tx) => {
    await store.links.use(tx, body.token, kind)
    const named = { name: body.name, ...(body.displayName !== undefined && { displayName: body.displayName }) }
    const account = await store.accounts.create(tx, { ...named, isAdmin: kind === 'setup' })
    await store.credentials.setPassword(tx, account.id, secret)
    return startSession(tx, call, account.id)
  })
  return { ...answer, status: 201 }
}

export const setUp = forAnybody({ body: person }, (call) => createAccount(call, 'setup'))

export const join = forAnybody({ body: person }, (call) => createAccount(call, 'invite'))

export const recover = forAnybody({ body: { token: text, password: text } }, async (call) => {
  const { store, body } = call
  await store.read((view) => store.links.find(view, body.token, 'recovery'))
  const secret = await store.credentials.hash(body.password)
  return store.write(async (tx) => {
    const { accountId } = await store.links.use(tx, body.token, 'recovery')
    const account = await store.accounts.byId(tx, accountId ?? 0)
    if (!account || account.disabled) throw new DomainError('Forbidden', 'This account is disabled; ask the owner.')
    await store.credentials.setPassword(tx, account.id, secret)
    return startSession(tx, call, account.id)
  })
})
