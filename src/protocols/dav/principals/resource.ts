import type { Account } from '../../../store/accounts/accounts.ts'
import type { Resource } from '../resource.ts'

export type PrincipalResource = Resource & {
  /** Undefined for the collection of them. */
  readonly account: Account | undefined
}

/** The account of a principal; undefined for every other resource. */
export const accountOf = (resource: Resource): Account | undefined => (resource as PrincipalResource).account
