import type { Account } from '../../../store/accounts/accounts.ts'
import type { Resource } from '../resource.ts'
import type { ProxyGroup } from './proxies.ts'

export type PrincipalResource = Resource & {
  /** Undefined for the collection of them. */
  readonly account: Account | undefined
  /** Who acts for an account, of what is such a group. */
  readonly group?: ProxyGroup
}

/** The account of a principal; undefined for every other resource. */
export const accountOf = (resource: Resource): Account | undefined => (resource as PrincipalResource).account
