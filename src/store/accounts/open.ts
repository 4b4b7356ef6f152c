import { loadSecret } from '../keys.ts'
import type { Store } from '../store.ts'
import { Accounts, credentialsTopic } from './accounts.ts'
import { Credentials } from './credentials.ts'
import { FailureLimiter } from './failure-limiter.ts'
import { HashQueue } from './hash-queue.ts'
import { Links } from './links.ts'
import type { Principal } from './principal.ts'
import { SignIn } from './sign-in.ts'
import { Tokens } from './tokens.ts'
import { VerifiedCache } from './verified-cache.ts'

export type AccountParts = { accounts: Accounts; credentials: Credentials; links: Links; signIn: SignIn }

/** Everything about accounts, over one store. */
export async function openAccounts(
  store: Pick<Store, 'write' | 'read' | 'now' | 'watch' | 'directory'>,
  domain: string,
): Promise<AccountParts> {
  const tokens = new Tokens(await loadSecret(store.directory, 'tokens'))
  const queue = new HashQueue()
  const cache = new VerifiedCache<Principal>()
  store.watch(credentialsTopic, () => cache.forgetAll())
  return {
    accounts: new Accounts(),
    credentials: new Credentials(tokens, queue),
    links: new Links(tokens),
    signIn: new SignIn({ store, domain, tokens, queue, limiter: new FailureLimiter(store.now), cache }),
  }
}
