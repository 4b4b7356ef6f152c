// Whether the world finds the twin by its domain: its address, and the records of RFC 6764 by which a phone that is
// given `ann@domain` needs nothing more. Each record that is missing is printed as a line for the zone.

import { type DnsRecord, dnsRecords, zoneLine } from '../protocols/discovery/dns-records.ts'
import { servicesOf } from '../protocols/discovery/services.ts'
import { type Check, type Finding, ok, type Situation, warning } from './finding.ts'

export const checkDns: Check = async ({ config, running, resolver }) => {
  const { domain } = config
  if (domain === 'localhost')
    return [ok('the domain is localhost: only this machine reaches the twin, no DNS is needed')]
  if (isLocalName(domain)) return [ok(`${domain} is a name of this network alone: its DNS has no records of services`)]
  const { https, imaps, submissions } = running?.ports ?? config.ports
  const services = servicesOf(domain, https, { imaps, submissions })
  try {
    const address = await addressFinding(resolver, domain)
    const records = dnsRecords(services).map((record) => recordFinding(resolver, record))
    return [address, ...(await Promise.all(records))]
  } catch (error) {
    return [
      warning(
        `no DNS server answers (${(error as NodeJS.ErrnoException).code}): the records cannot be looked at`,
        'look at /etc/resolv.conf and the way to the network',
      ),
    ]
  }
}

/** RFC 6762 §3: what ends in .local is told by multicast, to the network alone. */
export const isLocalName = (domain: string): boolean => !domain.includes('.') || domain.endsWith('.local')

type Asked = Situation['resolver']

/** Empty where there is none; throws when nobody answers. */
export const ask = async <T>(query: Promise<T[]>): Promise<T[]> => {
  try {
    return await query
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENODATA' || code === 'ENOTFOUND') return []
    throw error
  }
}

const addressFinding = async (resolver: Asked, domain: string): Promise<Finding> => {
  const found = await Promise.all([ask(resolver.resolve4(domain)), ask(resolver.resolve6(domain))])
  const addresses = found.flat()
  if (addresses.length > 0) return ok(`${domain} is at ${addresses.join(', ')}`)
  return warning(
    `${domain} has no address in DNS: who has no other way to know it does not find the twin`,
    `add "${domain}. 3600 IN A <address>" (and AAAA for IPv6) with the address at which the world reaches this machine`,
  )
}

const recordFinding = async (resolver: Asked, record: DnsRecord): Promise<Finding> => {
  const { name, type, value, needed } = record
  const found = type === 'SRV' ? await servicesAt(resolver, name) : await textsAt(resolver, name)
  const line = zoneLine(record)
  if (found.some((one) => same(record, one))) return ok(line)
  if (found.length === 0) {
    if (!needed) return ok(`not there, and not needed yet (for PACC): ${line}`)
    return warning(`there is no ${type} record ${name}: devices have to be told the server`, `add ${line}`)
  }
  return warning(`${name} says ${found.join(', ')}, not ${value}`, `replace it with ${line}`)
}

/** RFC 2782: priority and weight are the owner's business. */
const same = ({ type, value }: DnsRecord, found: string): boolean =>
  type === 'TXT' ? found === value : portAndTarget(found) === portAndTarget(value)

const portAndTarget = (srv: string): string => srv.toLowerCase().split(' ').slice(2).join(' ')

const servicesAt = async (resolver: Asked, name: string): Promise<string[]> => {
  const found = await ask(resolver.resolveSrv(name))
  return found.map(
    ({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target.replace(/\.?$/, '.')}`,
  )
}

export const textsAt = async (resolver: Asked, name: string): Promise<string[]> =>
  (await ask(resolver.resolveTxt(name))).map((pieces) => pieces.join(''))
