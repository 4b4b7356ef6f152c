// A one-time link for a phone, which has no session here: what it answers is protocols/discovery's.
import { forMembers } from './method.ts'

export const link = forMembers({}, async ({ store, principal, origin }) => {
  const { token, expiresAt } = await store.write((tx) => store.links.createDevice(tx, principal.accountId))
  return { status: 201, body: { url: `${origin}/connect?${token}`, expiresAt } }
})
