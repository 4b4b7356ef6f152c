// What the owner does for the other members. Nobody sees their files here.
import { DomainError } from '../../errors.ts'
import { type Account, requirePerson } from '../../store/accounts/accounts.ts'
import type { View } from '../../store/engine/types.ts'
import type { Store } from '../../store/store.ts'
import { forOwners } from './method.ts'
import { parseId } from './sessions.ts'
import { flag, nullable, optional, size, text } from './validate.ts'

const describe = ({ name, displayName, kind, isAdmin, disabled, quota, used, createdAt }: Account) => ({
  name,
  displayName,
  kind,
  isAdmin,
  disabled,
  quota,
  used,
  createdAt,
})

async function member(store: Store, view: View, name: string): Promise<Account> {
  const account = await store.accounts.byName(view, name)
  if (!account) throw new DomainError('NotFound', 'There is no such member.')
  return account
}

export const list = forOwners({}, async ({ store }) => {
  const body = await store.read(async (view) => ({
    members: (await store.accounts.list(view)).map(describe),
    invitations: await store.links.invitations(view),
  }))
  return { body }
})

export const invite = forOwners({}, async ({ store, principal, origin }) => {
  const link = await store.write((tx) => store.links.createInvitation(tx, principal.accountId))
  return { status: 201, body: { id: link.id, url: `${origin}/join#${link.token}`, expiresAt: link.expiresAt } }
})

export const revokeInvitation = forOwners({}, async ({ store, parameter }) => {
  await store.write((tx) => store.links.revokeInvitation(tx, parseId(parameter)))
  return {}
})

export const update = forOwners(
  {
    body: {
      displayName: optional(text),
      quota: optional(nullable(size)),
      isAdmin: optional(flag),
      disabled: optional(flag),
    },
  },
  async ({ store, parameter, body }) => {
    const changes = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
    const after = await store.write(async (tx) =>
      store.accounts.update(tx, await member(store, tx, parameter), changes),
    )
    return { body: describe(after) }
  },
)

export const recoveryLink = forOwners({}, async ({ store, principal, parameter, origin }) => {
  const link = await store.write(async (tx) => {
    const account = await member(store, tx, parameter)
    requirePerson(account)
    return store.links.createRecovery(tx, account.id, principal.accountId)
  })
  return { status: 201, body: { url: `${origin}/recover#${link.token}`, expiresAt: link.expiresAt } }
})

export const remove = forOwners({}, async ({ store, parameter }) => {
  await store.write(async (tx) => store.accounts.delete(tx, await member(store, tx, parameter)))
  return {}
})
