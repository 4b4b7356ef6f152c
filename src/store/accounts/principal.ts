/** Who a request speaks for, and by what credential. */
export type Principal = {
  accountId: number
  name: string
  displayName: string
  isAdmin: boolean
  /** 'all', or what the credential is good for. */
  scopes: ReadonlySet<string>
  credentialId: number
  kind: 'password' | 'app-password' | 'session'
}

/** @param scope one, or several separated by spaces of which one will do. */
export const isGoodFor = ({ scopes }: Pick<Principal, 'scopes'>, scope: string): boolean =>
  scopes.has('all') || scope.split(' ').some((one) => scopes.has(one))
