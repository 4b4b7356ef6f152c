import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openZone } from '../../tests/support/name-server.ts'
import { loadConfig } from '../config.ts'
import type { RunningTwin, Situation } from './finding.ts'
import { checkMail } from './mail.ts'

const domain = 'home.example.org'
const dkim = [{ name: `twin-ed25519._domainkey.${domain}`, value: 'v=DKIM1; k=ed25519; p=AAAA' }]

const situation = (resolver: Situation['resolver']): Situation => ({
  config: loadConfig({ TWIN_CONFIG: '/dev/null', TWIN_DOMAIN: domain }),
  running: { dkim } as unknown as RunningTwin,
  now: 0,
  resolver,
})
const written = async (at: Situation) =>
  (await checkMail(at)).map(({ level, text, mend }) => `${level} ${text}${mend ? `: ${mend}` : ''}`)

test('each record of mail that is missing is printed as a line for the zone', async () => {
  await using dns = await openZone(new Map([[`A ${domain}`, ['192.0.2.1']]]))
  const lines = await written(situation(dns.resolver))
  assert.deepEqual(
    lines.map((line) => line.slice(line.indexOf('add '))),
    [
      `add ${domain}. 3600 IN MX 10 ${domain}.`,
      `add ${domain}. 3600 IN TXT "v=spf1 mx -all"`,
      `add _dmarc.${domain}. 3600 IN TXT "v=DMARC1; p=quarantine"`,
      `add twin-ed25519._domainkey.${domain}. 3600 IN TXT "v=DKIM1; k=ed25519; p=AAAA"`,
    ],
  )
})

test('a policy of the owner is good, a key that is not the twin’s is not', async () => {
  const zone = new Map([
    [`MX ${domain}`, [`5 ${domain}.`]],
    [`TXT ${domain}`, ['v=spf1 a mx ~all', 'another=text']],
    [`TXT _dmarc.${domain}`, ['v=DMARC1; p=reject']],
    [`TXT twin-ed25519._domainkey.${domain}`, ['v=DKIM1; k=ed25519; p=BBBB']],
  ])
  await using dns = await openZone(zone)
  const findings = await checkMail(situation(dns.resolver))
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['ok', 'ok', 'ok', 'warning'],
  )
  assert.match(findings.at(-1)?.text ?? '', /another key/)
})
