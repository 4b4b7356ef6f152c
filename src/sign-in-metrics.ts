// Who is not let in: counted for the owner's graphs, and logged with what a firewall needs. Never a password.
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { SignIn } from './store/accounts/sign-in.ts'

export function reportSignIns(signIn: Pick<SignIn, 'onFailure'>, metrics: Metrics, log: Logger): void {
  const failures = metrics.counter('twin_sign_in_failures_total', 'Sign-ins that were refused', ['protocol', 'reason'])
  signIn.onFailure(({ name, address, protocol, reason }) => {
    failures.add(1, protocol, reason)
    // Who is told to wait may ask as often as the network allows, and must not fill the disk.
    if (reason !== 'wait') log.info({ account: name, address, protocol, reason }, 'a sign-in was refused')
  })
}
