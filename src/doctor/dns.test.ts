import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { test } from 'node:test'
import { openZone } from '../../tests/support/name-server.ts'
import { loadConfig } from '../config.ts'
import { dnsRecords } from '../protocols/discovery/dns-records.ts'
import { servicesOf } from '../protocols/discovery/services.ts'
import { checkDns } from './dns.ts'
import type { Situation } from './finding.ts'

const domain = 'home.example.org'

const situation = (resolver: Resolver, name = domain): Situation => ({
  config: loadConfig({ TWIN_CONFIG: '/dev/null', TWIN_DOMAIN: name, TWIN_PORTS_HTTPS: '8443' }),
  running: undefined,
  now: 0,
  resolver,
})

const written = async (at: Situation): Promise<string[]> =>
  (await checkDns(at)).map(({ level, text, mend }) => `${level} ${text}${mend ? `: ${mend}` : ''}`)

test('RFC 6764 §3, §4: each record that is missing is printed as a line for the zone', async () => {
  await using dns = await openZone(new Map([[`A ${domain}`, ['192.0.2.1']]]))
  assert.deepEqual((await written(situation(dns.resolver))).slice(0, -1), [
    `ok ${domain} is at 192.0.2.1`,
    `warning there is no SRV record _caldavs._tcp.${domain}: devices have to be told the server: add _caldavs._tcp.${domain}. 3600 IN SRV 0 1 8443 ${domain}.`,
    `warning there is no TXT record _caldavs._tcp.${domain}: devices have to be told the server: add _caldavs._tcp.${domain}. 3600 IN TXT "path=/dav/"`,
    `warning there is no SRV record _carddavs._tcp.${domain}: devices have to be told the server: add _carddavs._tcp.${domain}. 3600 IN SRV 0 1 8443 ${domain}.`,
    `warning there is no TXT record _carddavs._tcp.${domain}: devices have to be told the server: add _carddavs._tcp.${domain}. 3600 IN TXT "path=/dav/"`,
    `warning there is no SRV record _imaps._tcp.${domain}: devices have to be told the server: add _imaps._tcp.${domain}. 3600 IN SRV 0 1 9993 ${domain}.`,
    `warning there is no SRV record _submissions._tcp.${domain}: devices have to be told the server: add _submissions._tcp.${domain}. 3600 IN SRV 0 1 4465 ${domain}.`,
  ])
})

test('the records that it prints are those that it finds good, whatever their priority', async () => {
  const zone = new Map<string, readonly string[]>([[`AAAA ${domain}`, ['2001:db8:0:0:0:0:0:1']]])
  for (const { name, type, value } of dnsRecords(servicesOf(domain, 8443, { imaps: 9993, submissions: 4465 })))
    zone.set(`${type} ${name}`, [value.replace(/^0 1 /, '10 5 ')])
  await using dns = await openZone(zone)
  const findings = await checkDns(situation(dns.resolver))
  assert.deepEqual(new Set(findings.map(({ level }) => level)), new Set(['ok']))
  assert.equal(findings[0]?.text, `${domain} is at 2001:db8::1`)
  assert.match(findings.at(-1)?.text ?? '', /^_ua-auto-config\.home\.example\.org\. 3600 IN TXT "v=UAAC1; a=sha256; d=/)
})

test('a record that leads elsewhere is named with what it says', async () => {
  const zone = new Map<string, readonly string[]>([
    [`A ${domain}`, ['192.0.2.1']],
    [`SRV _caldavs._tcp.${domain}`, [`0 1 443 ${domain}.`]],
  ])
  await using dns = await openZone(zone)
  assert.match(
    (await written(situation(dns.resolver)))[1] ?? '',
    /^warning _caldavs\._tcp\S+ says 0 1 443 home\.example\.org\., not 0 1 8443 home\.example\.org\.: replace it with/,
  )
})

test('a domain without an address is told', async () => {
  await using dns = await openZone(new Map())
  assert.match(
    (await written(situation(dns.resolver)))[0] ?? '',
    /^warning home\.example\.org has no address in DNS: .*: add /,
  )
})

test('where no DNS server answers, one line says so', async () => {
  const closed = createSocket('udp4')
  closed.bind(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address()
  closed.close()
  await once(closed, 'close')
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  const [found, ...others] = await written(situation(resolver))
  assert.match(found ?? '', /^warning no DNS server answers \(E(CONNREFUSED|TIMEOUT)\)/)
  assert.deepEqual(others, [])
})

test('a twin of this machine alone needs no DNS', async () => {
  const resolver = new Resolver()
  resolver.setServers(['192.0.2.53'])
  assert.match((await written(situation(resolver, 'localhost')))[0] ?? '', /^ok the domain is localhost/)
  assert.match((await written(situation(resolver, 'twin.local')))[0] ?? '', /^ok twin\.local is a name of this network/)
})
