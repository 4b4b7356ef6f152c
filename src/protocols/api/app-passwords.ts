// Passwords for devices and programs: shown once, scoped, revocable.
import { labelCharacters } from '../../limits.ts'
import { scopes } from '../../store/accounts/credentials.ts'
import { forMembers } from './method.ts'
import { parseId } from './sessions.ts'
import { line, optional, someOf } from './validate.ts'

export const list = forMembers({}, async ({ store, principal }) => {
  const appPasswords = await store.read((view) => store.credentials.appPasswords(view, principal.accountId))
  return { body: { appPasswords: appPasswords.map(({ expiresAt: _, ...told }) => told) } }
})

export const create = forMembers(
  { body: { label: line(labelCharacters), scopes: optional(someOf(scopes)) } },
  async ({ store, principal, body }) => {
    const wanted = { label: body.label, scopes: body.scopes ?? (['all'] as const) }
    const made = await store.write((tx) => store.credentials.createAppPassword(tx, principal.accountId, wanted))
    const { id, label, scopes, createdAt, password } = made
    return { status: 201, body: { id, label, scopes, createdAt, password } }
  },
)

export const revoke = forMembers({}, async ({ store, principal, parameter }) => {
  await store.write((tx) => store.credentials.revoke(tx, principal.accountId, 'app-password', parseId(parameter)))
  return {}
})
