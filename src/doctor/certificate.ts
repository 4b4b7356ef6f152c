import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { certificateWarningMilliseconds } from '../limits.ts'
import { readOwnCertificates } from '../protocols/http/tls/own-certificates.ts'
import { certificateBlocks, covers, type Pair, pairFromPem } from '../protocols/http/tls/pair.ts'
import { type Check, type Finding, ok, type Situation, warning, wrong } from './finding.ts'

/** The certificate that a client of the domain is shown: its names, its time, its chain; and what ACME last said. */
export const checkCertificate: Check = async (situation) => {
  const { config, running } = situation
  const own = await readOwnCertificates(config.certs)
  const findings = own.problems.map(({ file, message }) => wrong(`${file} ${message}`, `look into ${config.certs}`))
  const pairs = [...own.pairs, ...(await keptPair(config.data, 'acme')), ...(await keptPair(config.data, 'local'))]
  const shown = pairs.find((pair) => covers(pair, config.domain))
  if (pairs.length === 0) findings.push(ok('no certificate yet: the first start makes one'))
  else if (shown) findings.push(...ofPair(shown, situation))
  else {
    const names = pairs.flatMap((pair) => pair.names).join(', ')
    findings.push(
      wrong(
        `no certificate is for ${config.domain} (there are: ${names})`,
        `put one for ${config.domain} into ${config.certs}, or set tls.acme = true, or set domain to one of these names`,
      ),
    )
  }
  if (running?.acme && running.acme.failures > 0) {
    findings.push(
      wrong(
        `ACME failed ${running.acme.failures} times, lastly: ${running.acme.lastError}`,
        'the authority must reach port 80 or 443 of the domain: forward them to ports.http and ports.https',
      ),
    )
  }
  return findings
}

async function keptPair(data: string, source: 'acme' | 'local'): Promise<Pair[]> {
  const file = join(data, 'keys', `${source}.pem`)
  try {
    return [pairFromPem(source, file, await readFile(file, 'utf8'))]
  } catch {
    return [] // it is not there, or a start makes it anew
  }
}

function ofPair(pair: Pair, { config, now }: Situation): Finding[] {
  const until = new Date(pair.notAfter).toISOString().slice(0, 10)
  const renew =
    pair.source === 'own'
      ? `put a newer one in the place of ${pair.file}`
      : 'restart the twin: it makes or orders a new one'
  if (pair.notBefore > now) {
    return [
      wrong(
        `${pair.file} is not valid yet`,
        'set the clock (timedatectl set-ntp true): certificates are not made in the future',
      ),
    ]
  }
  if (pair.notAfter <= now) return [wrong(`${pair.file} ended on ${until}`, renew)]
  const findings = [
    pair.notAfter - now < certificateWarningMilliseconds
      ? warning(`${pair.file} ends on ${until}`, renew)
      : ok(`${pair.file} is for ${pair.names.join(', ')}, until ${until}`),
  ]
  if (pair.source !== 'local' && !pair.selfSigned && !isWholeChain(pair)) {
    findings.push(
      wrong(
        `${pair.file} lacks the certificate of its issuer (${pair.leaf.issuer.replaceAll('\n', ', ')})`,
        `append the issuer's certificate to it: with certbot use fullchain.pem, not cert.pem (${config.certs})`,
      ),
    )
  }
  if (pair.source === 'local')
    findings.push(ok(`devices trust it after installing ${join(config.data, 'keys/ca.crt')}`))
  return findings
}

/** RFC 8446 §4.4.2: each certificate is followed by the one that certifies it; the root may be left out. */
export function isWholeChain(pair: Pick<Pair, 'cert'>): boolean {
  const chain = certificateBlocks(pair.cert).map((block) => new X509Certificate(block))
  if (chain.length < 2) return false
  return chain.slice(1).every((issuer, index) => chain[index]?.checkIssued(issuer))
}
