// Whether other servers find the twin for mail, and believe what comes from it. Each record that is missing is printed as
// a line for the zone.

import { ask, isLocalName, textsAt } from './dns.ts'
import { type Check, type Finding, ok, type Situation, warning } from './finding.ts'

export const checkMail: Check = async ({ config, running, resolver }) => {
  const { domain } = config
  if (isLocalName(domain)) return [ok(`${domain} gets no mail from the Internet: no records are needed`)]
  try {
    const policies = texts(config, running?.dkim ?? []).map((wanted) => textFinding(resolver, wanted))
    const findings = [await exchangeFinding(resolver, domain), ...(await Promise.all(policies))]
    if (running !== undefined) return findings
    return [
      ...findings,
      warning('the records of the signatures (DKIM) are told by a running twin', 'start the twin and ask again'),
    ]
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return [warning(`no DNS server answers (${code}): the records cannot be looked at`, 'look at /etc/resolv.conf')]
  }
}

type Asked = Situation['resolver']

type Wanted = {
  readonly name: string
  readonly value: string
  /** How texts of this kind begin: a name may have others beside it. */
  readonly begins: string
  readonly why: string
  /** Of a policy the owner may have their own. */
  readonly isExact: boolean
}

function texts({ domain, mail }: Situation['config'], dkim: readonly { name: string; value: string }[]): Wanted[] {
  // Through a smarthost mail comes from its addresses: its owner says which record includes them.
  const allowed = mail.smarthost === undefined ? 'mx -all' : `mx include:${mail.smarthost.host} -all`
  return [
    {
      name: domain,
      value: `v=spf1 ${allowed}`,
      begins: 'v=spf1',
      why: 'anybody may send mail in your name (SPF, RFC 7208 §3)',
      isExact: false,
    },
    {
      name: `_dmarc.${domain}`,
      value: 'v=DMARC1; p=quarantine',
      begins: 'v=DMARC1',
      why: 'nobody is told what to do with mail that is not yours (DMARC, RFC 7489 §6.1)',
      isExact: false,
    },
    ...dkim.map((record) => ({
      ...record,
      begins: 'v=DKIM1',
      why: 'your signatures cannot be checked (DKIM, RFC 6376 §3.6)',
      isExact: true,
    })),
  ]
}

async function exchangeFinding(resolver: Asked, domain: string): Promise<Finding> {
  const line = `${domain}. 3600 IN MX 10 ${domain}.`
  const found = await ask(resolver.resolveMx(domain))
  if (found.some(({ exchange }) => exchange.toLowerCase().replace(/\.$/, '') === domain)) return ok(line)
  if (found.length === 0) return warning(`there is no MX record ${domain}: mail is sent to its address`, `add ${line}`)
  const hosts = found.map(({ exchange }) => exchange).join(', ')
  return warning(`mail for ${domain} goes to ${hosts}`, `replace it with ${line}, unless that is meant`)
}

async function textFinding(resolver: Asked, { name, value, begins, why, isExact }: Wanted): Promise<Finding> {
  // A text of DNS is in pieces of at most 255 bytes (RFC 1035 §3.3.14).
  const line = `${name}. 3600 IN TXT ${(value.match(/.{1,255}/g) ?? []).map((piece) => `"${piece}"`).join(' ')}`
  const found = (await textsAt(resolver, name)).filter((text) => text.startsWith(begins))
  if (found.length === 0) return warning(`there is no TXT record ${name}: ${why}`, `add ${line}`)
  if (found.length > 1) return warning(`${name} has ${found.length} records that begin ${begins}`, 'keep one of them')
  if (isExact && found[0] !== value) return warning(`${name} is of another key`, `replace it with ${line}`)
  return ok(`${name}. 3600 IN TXT "${found[0]}"`)
}
