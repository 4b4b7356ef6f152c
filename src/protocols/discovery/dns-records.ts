// The DNS records by which a program that is given `ann@domain` finds the twin. `twin doctor` prints and checks them.

import { createHash } from 'node:crypto'
import { paccDocument } from './autoconfig.ts'
import { contextPath, type Services } from './services.ts'

export type DnsRecord = {
  readonly name: string
  readonly type: 'SRV' | 'TXT'
  readonly value: string
  /** Without it a person types the address of the server, too. */
  readonly needed: boolean
}

/** RFC 6764 §3, §4; of mail RFC 6186 §3.2 and RFC 8314 §5.1. */
export const dnsRecords = (services: Services): readonly DnsRecord[] => {
  const { domain, port, offered } = services
  const records: DnsRecord[] = []
  for (const { name } of offered) {
    if (name === 'webdav') continue // it has no name in DNS
    const owner = `_${name}s._tcp.${domain}`
    records.push({ name: owner, type: 'SRV', value: `0 1 ${port} ${domain}.`, needed: true })
    records.push({ name: owner, type: 'TXT', value: `path=${contextPath}`, needed: true })
  }
  for (const [name, mailPort] of Object.entries(services.mail ?? {})) {
    const value = `0 1 ${mailPort} ${domain}.`
    records.push({ name: `_${name}._tcp.${domain}`, type: 'SRV', value, needed: true })
  }
  return [...records, paccRecord(services)]
}

/** draft-ietf-mailmaint-pacc §4: the digest of the document binds it to the domain. */
const paccRecord = (services: Services): DnsRecord => {
  const digest = createHash('sha256').update(paccDocument(services)).digest('base64')
  return {
    name: `_ua-auto-config.${services.domain}`,
    type: 'TXT',
    value: `v=UAAC1; a=sha256; d=${digest}`,
    needed: false,
  }
}

/** A line of a zone file. */
export const zoneLine = ({ name, type, value }: DnsRecord): string =>
  `${name}. 3600 IN ${type} ${type === 'TXT' ? `"${value}"` : value}`
