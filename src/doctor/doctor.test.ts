import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { chmod, mkdir, readFile, rm, utimes } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { openTestStore, temporaryFolder } from '../../tests/support/store.ts'
import { loadConfig } from '../config.ts'
import { checkCertificate, isWholeChain } from './certificate.ts'
import { checkClock } from './clock.ts'
import { checkDisk } from './disk.ts'
import { examine } from './doctor.ts'
import { checkFeeds } from './feeds.ts'
import type { Check, Situation } from './finding.ts'
import { checkPermissions } from './permissions.ts'
import { checkPorts } from './ports.ts'
import { checkVersions, isAtLeast } from './versions.ts'

const situation = (data: string, environment: Record<string, string> = {}): Situation => ({
  config: loadConfig({
    TWIN_DATA: data,
    TWIN_CERTS: join(data, 'certs'),
    TWIN_CONFIG: '/dev/null',
    TWIN_PORTS_PRESET: 'free',
    ...environment,
  }),
  running: undefined,
  now: Date.now(),
  resolver: new Resolver(),
})

/** What is wrong, each with its mend. */
async function wrongs(check: Check, of: Situation): Promise<string[]> {
  const findings = await check(of)
  for (const { level, mend } of findings)
    assert.equal(level === 'ok', mend === undefined, 'whatever is not well has a mend')
  return findings.filter(({ level }) => level !== 'ok').map(({ text, mend }) => `${text}: ${mend}`)
}

const theTwin = {
  pid: 1,
  ports: { http: 1, https: 2, imaps: 3, imap: 4, smtp: 5, submissions: 6, submission: 7 },
  acme: undefined,
  dkim: [],
  failingFeeds: [],
}

describe('twin doctor', () => {
  it('finds nothing wrong with the data of a new twin', async () => {
    await using opened = await openTestStore()
    const results = await examine(situation(opened.store.directory))
    const found = results.flatMap(({ findings }) => findings.filter(({ level }) => level === 'wrong'))
    assert.deepEqual(found, [])
  })

  it('names a taken port and its setting', async () => {
    await using folder = await temporaryFolder()
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const [found, ...others] = await wrongs(checkPorts, situation(folder.path, { TWIN_PORTS_HTTPS: String(port) }))
    taken.close()
    assert.match(found ?? '', new RegExp(`^port ${port} is taken by another program: .*TWIN_PORTS_HTTPS`))
    assert.deepEqual(others, [])
  })

  it('does not call the ports of the twin that runs taken', async () => {
    await using folder = await temporaryFolder()
    assert.deepEqual(await wrongs(checkPorts, { ...situation(folder.path), running: theTwin }), [])
  })

  it('names subscribed calendars that cannot be read', async () => {
    await using folder = await temporaryFolder()
    const failingFeeds = [
      { account: 'ann', calendar: 'holidays', error: 'feeds.example has nothing at this address (404).' },
    ]
    const running = { ...theTwin, failingFeeds }
    const [found, ...others] = await checkFeeds({ ...situation(folder.path), running })
    assert.equal(found?.level, 'warning')
    assert.match(found.text, /^ann's subscribed calendar holidays cannot be read: feeds.example has nothing/)
    assert.deepEqual(others, [])
  })

  it('names keys that others can read', async () => {
    await using opened = await openTestStore()
    const key = join(opened.store.directory, 'keys', 'tokens')
    await chmod(key, 0o644)
    assert.deepEqual(await wrongs(checkPermissions, situation(opened.store.directory)), [
      `${key} can be read by others (mode 644): chmod 600 ${key}`,
    ])
  })

  it('names a clock that is behind what was written already', async () => {
    await using opened = await openTestStore()
    const tomorrow = new Date(Date.now() + 86_400_000)
    await utimes(join(opened.store.directory, 'twin.db-wal'), tomorrow, tomorrow)
    const [found] = await wrongs(checkClock, situation(opened.store.directory))
    assert.match(found ?? '', /twin\.db-wal was written at .*: set the clock/)
  })

  it('names data of a newer twin', async () => {
    await using folder = await temporaryFolder()
    const database = new DatabaseSync(join(folder.path, 'twin.db'))
    database.exec(
      `CREATE TABLE _prisma_migrations (migration_name TEXT); INSERT INTO _prisma_migrations VALUES ('9999_later')`,
    )
    database.close()
    const [found] = await wrongs(checkVersions, situation(folder.path))
    assert.match(found ?? '', /newer twin \(migration 9999_later\): start that version/)
  })

  it('names a certificate that ended, and one that is for another name', async () => {
    await using folder = await temporaryFolder()
    const certs = join(folder.path, 'certs')
    await mkdir(certs)
    makeCertificate(certs, 'home.example.org')
    const of = situation(folder.path, { TWIN_DOMAIN: 'home.example.org' })
    assert.deepEqual(
      await wrongs(checkCertificate, { ...of, now: Date.now() + 86_400_000 }).then((all) => all.length),
      1,
    )
    const later = await wrongs(checkCertificate, { ...of, now: Date.now() + 400 * 86_400_000 })
    assert.match(later[0] ?? '', /own\.pem ended on .*: put a newer one/)
    const other = await wrongs(checkCertificate, situation(folder.path, { TWIN_DOMAIN: 'other.example.org' }))
    assert.match(other[0] ?? '', /no certificate is for other\.example\.org/)
  })

  it('names a certificate without a key', async () => {
    await using folder = await temporaryFolder()
    const certs = join(folder.path, 'certs')
    await mkdir(certs)
    makeCertificate(certs, 'home.example.org')
    await rm(join(certs, 'own.key'))
    const found = await wrongs(checkCertificate, situation(folder.path))
    assert.ok(
      found.some((text) => /own\.pem has no private key/.test(text)),
      found.join('\n'),
    )
  })

  it('asks a chain for the issuer of its leaf', async () => {
    await using folder = await temporaryFolder()
    makeCertificate(folder.path, 'home.example.org')
    assert.equal(isWholeChain({ cert: await readFile(join(folder.path, 'own.pem'), 'utf8') }), false)
  })

  it('says what a read-only or missing folder is', async () => {
    await using folder = await temporaryFolder()
    const missing = await checkDisk(situation(join(folder.path, 'nowhere')))
    assert.equal(missing[0]?.level, 'ok')
    const [found] = process.getuid?.() === 0 ? [undefined] : await readOnlyFindings(folder.path)
    if (process.getuid?.() !== 0) assert.match(found ?? '', /cannot be written to/)
  })

  it('compares versions by number, not by letter', () => {
    assert.equal(isAtLeast('3.100.0', '3.51.3'), true)
    assert.equal(isAtLeast('3.51.2', '3.51.3'), false)
    assert.equal(isAtLeast('3.51.3', '3.51.3'), true)
  })
})

async function readOnlyFindings(folder: string): Promise<string[]> {
  await chmod(folder, 0o500)
  try {
    return await wrongs(checkDisk, situation(folder))
  } finally {
    await chmod(folder, 0o700)
  }
}

function makeCertificate(folder: string, name: string): void {
  const files = ['-keyout', join(folder, 'own.key'), '-out', join(folder, 'own.pem')]
  const subject = [
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  ]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '10']
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'pipe' })
}
