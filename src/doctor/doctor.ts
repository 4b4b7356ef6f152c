import { checkCertificate } from './certificate.ts'
import { checkClock } from './clock.ts'
import { checkDisk } from './disk.ts'
import { checkDns } from './dns.ts'
import { checkFeeds } from './feeds.ts'
import { type Check, type Finding, type Situation, wrong } from './finding.ts'
import { checkKernel } from './kernel.ts'
import { checkMail } from './mail.ts'
import { checkPermissions } from './permissions.ts'
import { checkPorts } from './ports.ts'
import { checkVersions } from './versions.ts'

const checks: Record<string, Check> = {
  versions: checkVersions,
  disk: checkDisk,
  permissions: checkPermissions,
  clock: checkClock,
  certificate: checkCertificate,
  ports: checkPorts,
  dns: checkDns,
  mail: checkMail,
  kernel: checkKernel,
  subscriptions: checkFeeds,
}

/** Every check in turn. One that fails itself is a finding too. */
export async function examine(situation: Situation): Promise<{ name: string; findings: Finding[] }[]> {
  const results: { name: string; findings: Finding[] }[] = []
  for (const [name, check] of Object.entries(checks)) {
    const findings = await check(situation).catch((error: Error) => [
      wrong(`this could not be looked at: ${error.message}`, 'run twin doctor as the user that runs the twin'),
    ])
    results.push({ name, findings })
  }
  return results
}
