import type { Account } from '../../src/store/accounts/accounts.ts'
import type { Store } from '../../src/store/store.ts'

/** An account with a password, for tests. */
export async function createPerson(
  store: Store,
  name: string,
  password: string,
  { isAdmin = false }: { isAdmin?: boolean } = {},
): Promise<Account> {
  const secret = await store.credentials.hash(password)
  return store.write(async (tx) => {
    const account = await store.accounts.create(tx, { name, isAdmin })
    await store.credentials.setPassword(tx, account.id, secret)
    return account
  })
}
