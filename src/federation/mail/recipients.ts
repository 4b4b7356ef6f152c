// Whom an address of this twin belongs to.

import type { Account } from '../../store/accounts/accounts.ts'
import type { Store, View } from '../../store/store.ts'

export type Address = { readonly local: string; readonly domain: string }

/** Undefined for what is no address. A quoted local part is taken without its quotes (RFC 5321 §4.1.2). */
export function splitAddress(address: string): Address | undefined {
  const at = address.lastIndexOf('@')
  if (at <= 0 || at === address.length - 1) return undefined
  const local = address.slice(0, at)
  const unquoted = /^"(.*)"$/s.exec(local)?.[1]?.replace(/\\(.)/gs, '$1') ?? local
  return { local: unquoted, domain: address.slice(at + 1).toLowerCase() }
}

/** `ann+shopping@domain` is Ann's (RFC 5233); undefined when nobody here has the address. */
export async function findRecipient(store: Store, view: View, address: string): Promise<Account | undefined> {
  const parts = splitAddress(address)
  if (parts === undefined || parts.domain !== store.domain) return undefined
  const [name = ''] = parts.local.split('+', 1)
  const account = await store.accounts.byName(view, name)
  return account?.kind === 'person' ? account : undefined
}
