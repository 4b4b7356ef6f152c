import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { collectingLog, createTestServer } from '../../../../tests/support/http.ts'
import { Metrics } from '../../../metrics.ts'
import { Certificates } from './certificates.ts'
import { localNames, openLocalCa } from './local-ca.ts'
import { certificateBlocks, keyBlocks, nameMatches } from './pair.ts'

const day = 24 * 60 * 60 * 1000

const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'twin-tls-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A certificate and its key for `names`, from an authority of the test. */
const issue = async (directory: string, ...names: string[]) => {
  const ca = await openLocalCa(join(directory, `ca-${names[0]}`.replaceAll('*', 'any')), names[0] ?? '', Date.now())
  return { ca: ca.pem, ...(await ca.leaf(names, Date.now())) }
}

const openIn = (directory: string, more: Partial<Parameters<typeof Certificates.open>[0]> = {}) =>
  Certificates.open({
    keysDirectory: join(directory, 'keys'),
    ownDirectory: join(directory, 'certs'),
    domain: 'twin.example',
    log: collectingLog().log,
    metrics: new Metrics(),
    ...more,
  })

const handshake = async (port: number, servername: string, options: ConnectionOptions = {}) => {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ...options })
  await once(socket, 'secureConnect')
  const found = {
    names: socket.getPeerCertificate().subjectaltname,
    authorized: socket.authorized,
    protocol: socket.getProtocol(),
    reused: socket.isSessionReused(),
  }
  socket.destroy()
  return found
}

test('the first start makes an authority and a certificate that clients of it trust, by name and by address', async () => {
  await using server = await createTestServer([])
  for (const file of ['ca.key', 'local.pem']) {
    assert.equal((await stat(join(server.directory, 'keys', file))).mode & 0o777, 0o600)
  }
  for (const host of ['localhost', '127.0.0.1']) {
    assert.equal((await server.request('/', { host, servername: host === 'localhost' ? host : '' })).status, 404)
  }
})

test('the authority is good for the twin and private names alone (RFC 5280 §4.2.1.10)', async () => {
  await using folder = await temporaryFolder()
  const ca = await openLocalCa(folder.path, 'twin.example', Date.now())
  assert.ok(!localNames('twin.example').some((name) => name === 'example.org'))
  const leaf = await ca.leaf(['twin.example', 'mail.twin.example', '192.168.1.5', 'nas.local'], Date.now())
  const stolen = await ca.leaf(['bank.example'], Date.now())
  const serve = async (pair: { key: string; cert: string }, servername: string): Promise<boolean> => {
    const server = createServer({ key: pair.key, cert: pair.cert }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { authorized } = await handshake((server.address() as { port: number }).port, servername, { ca: ca.pem })
    server.close()
    return authorized
  }
  assert.equal(await serve(leaf, 'mail.twin.example'), true)
  assert.equal(await serve(stolen, 'bank.example'), false)
})

test('a local certificate lasts no longer than 397 days, and is made anew before its end or for a new name', async () => {
  await using folder = await temporaryFolder()
  const now = Date.now()
  const ca = await openLocalCa(folder.path, 'twin.example', now)
  const first = await ca.leaf(['twin.example'], now)
  assert.ok(first.notAfter - first.notBefore <= 397 * day)
  const serial = async (names: string[], at: number) => (await ca.leaf(names, at)).leaf.serialNumber
  assert.equal(await serial(['twin.example'], now + 300 * day), first.leaf.serialNumber)
  assert.notEqual(await serial(['twin.example'], now + 340 * day), first.leaf.serialNumber)
  const named = await ca.leaf(['twin.example', '10.0.0.7'], now)
  assert.ok(named.leaf.checkIP('10.0.0.7'))
  const moved = await openLocalCa(folder.path, 'other.example', now)
  assert.equal(moved.isNew, true)
  assert.ok((await moved.leaf(['other.example'], now)).leaf.verify(new X509Certificate(moved.pem).publicKey))
})

test("the owner's certificates are chosen by the name that the client asks for, the exact one before a wildcard", async () => {
  await using folder = await temporaryFolder()
  const certs = join(folder.path, 'certs')
  await mkdir(certs)
  const exact = await issue(folder.path, 'twin.example')
  const wild = await issue(folder.path, 'example.org', '*.example.org')
  // As certbot names them, and key and chain in one file as others do.
  await writeFile(join(certs, 'fullchain.pem'), exact.cert)
  await writeFile(join(certs, 'privkey.pem'), exact.key)
  await writeFile(join(certs, 'wild.crt'), `${wild.key}${wild.cert}`)
  const certificates = await openIn(folder.path)
  assert.ok(certificates.choose('TWIN.example') !== undefined)
  assert.equal(certificates.choose('a.example.org'), certificates.choose('example.org'))
  assert.notEqual(certificates.choose('a.example.org'), certificates.choose('twin.example'))
  assert.equal(certificates.choose('a.b.example.org'), undefined)
  assert.equal(certificates.fallback().file, join(certs, 'fullchain.pem'))
  assert.equal(certificates.isReal('twin.example'), true)
  assert.equal(certificates.isReal('localhost'), false)
  certificates.close()
})

test('RFC 6125 §6.4.3: a wildcard stands for one whole label', () => {
  assert.equal(nameMatches('*.example.org', 'a.example.org'), true)
  assert.equal(nameMatches('*.example.org', 'a.b.example.org'), false)
  assert.equal(nameMatches('*.example.org', 'example.org'), false)
  assert.equal(nameMatches('*.example.org', '.example.org'), false)
})

test('a certificate is exchanged under a live server; connections that are open stay open', async () => {
  await using server = await createTestServer([
    { prefix: '/', handle: async (_request, response) => void response.end('ok') },
  ])
  const certs = join(server.directory, 'certs')
  await mkdir(certs)
  server.certificates.start()
  const before = await server.connect()
  const own = await issue(server.directory, 'localhost')
  assert.doesNotMatch((await handshake(server.port, 'other.example')).names ?? '', /^DNS:localhost$/)

  const changed = new Promise<void>((resolve) => server.certificates.onChange(resolve))
  await writeFile(join(certs, 'own.pem'), `${own.key}${own.cert}`)
  await server.certificates.reload()
  await changed
  for (const name of ['localhost', 'unknown.example']) {
    assert.equal((await handshake(server.port, name)).names, 'DNS:localhost', name)
  }
  assert.equal((await handshake(server.port, 'localhost', { ca: own.ca })).authorized, true)
  before.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  assert.match(String((await once(before, 'data'))[0]), /^HTTP\/1\.1 200/)
  const { headers } = await server.request('/', { ca: own.ca })
  assert.match(String(headers['strict-transport-security']), /max-age/)
})

test('a change in certs/ is seen without being told', async () => {
  await using server = await createTestServer([])
  const certs = join(server.directory, 'certs')
  await mkdir(certs)
  server.certificates.start()
  const own = await issue(server.directory, 'localhost')
  const changed = new Promise<void>((resolve) => server.certificates.onChange(resolve))
  await writeFile(join(server.directory, 'aside'), `${own.key}${own.cert}`)
  await rename(join(server.directory, 'aside'), join(certs, 'own.pem'))
  await changed
  assert.equal((await handshake(server.port, 'localhost')).names, 'DNS:localhost')
})

test('a pair that breaks while running is named with its mend, and the former one stays in use', async () => {
  await using server = await createTestServer([])
  const certs = join(server.directory, 'certs')
  await mkdir(certs)
  const own = await issue(server.directory, 'localhost')
  const other = await issue(server.directory, 'twin.example')
  await writeFile(join(certs, 'cert.pem'), own.cert)
  await writeFile(join(certs, 'key.pem'), own.key)
  await server.certificates.reload()

  await writeFile(join(certs, 'key.pem'), other.key)
  await server.certificates.reload()
  assert.equal((await handshake(server.port, 'localhost')).names, 'DNS:localhost')
  assert.match(String(server.lines.at(-2)?.msg), /cert\.pem has no private key that belongs to it.*put its key/)
  assert.equal(server.certificates.status.problems.length, 1)

  await writeFile(join(certs, 'cert.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
  await server.certificates.reload()
  assert.equal((await handshake(server.port, 'localhost')).names, 'DNS:localhost')
  assert.match(server.metrics.text(), /^twin_certificate_problems 1$/m)

  await writeFile(join(certs, 'cert.pem'), other.cert)
  await server.certificates.reload()
  assert.equal((await handshake(server.port, 'twin.example')).names, 'DNS:twin.example')
  assert.deepEqual(server.certificates.status.problems, [])
})

test('what cannot be used at the start is one line each, with the file and the mend', async () => {
  await using folder = await temporaryFolder()
  const certs = join(folder.path, 'certs')
  await mkdir(certs)
  const pair = await issue(folder.path, 'twin.example')
  await writeFile(join(certs, 'lonely.crt'), pair.cert)
  await writeFile(join(certs, 'empty.pem'), 'hello')
  const locked = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
  await writeFile(join(certs, 'locked.key'), createPrivateKey(pair.key).export(locked))
  await writeFile(join(certs, 'README.md'), 'not a certificate')
  await assert.rejects(openIn(folder.path), ({ message }: Error) => {
    const lines = message.split('\n')
    assert.equal(lines.length, 3, message)
    assert.match(message, /lonely\.crt has no private key/)
    assert.match(message, /empty\.pem holds no PEM/)
    assert.match(message, /locked\.key holds a key with a passphrase: .*openssl pkey/)
    return true
  })
})

test('a file of keys/ that is broken is named with its mend, and so is an authority file that is not there', async () => {
  await using folder = await temporaryFolder()
  const certificates = await openIn(folder.path)
  certificates.close()
  const acme = { directoryUrl: 'https://localhost/', email: '', caFile: '/nonexistent.pem' }
  await assert.rejects(
    openIn(folder.path, { acme }),
    /^Unavailable: tls\.acme_ca: .*cannot be read \(ENOENT\): name a PEM/,
  )
  for (const [file, mend] of [
    ['local.pem', /local\.pem cannot be used \(.*\): remove it/],
    ['ca.key', /ca\.key cannot be used \(.*\): bring it back from a backup/],
  ] as const) {
    await writeFile(join(folder.path, 'keys', file), 'garbage')
    await assert.rejects(openIn(folder.path), mend)
  }
})

test('a file that may not be read is named', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async () => {
  await using folder = await temporaryFolder()
  const certs = join(folder.path, 'certs')
  await mkdir(certs)
  await writeFile(join(certs, 'own.pem'), 'secret')
  await chmod(join(certs, 'own.pem'), 0)
  await assert.rejects(openIn(folder.path), /own\.pem cannot be read \(EACCES\): let the twin's user read it/)
})

test('TLS 1.2 is the oldest that is spoken, and a session is taken up again', async () => {
  await using server = await createTestServer([])
  assert.equal((await handshake(server.port, 'localhost')).protocol, 'TLSv1.3')
  assert.equal((await handshake(server.port, 'localhost', { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2')
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await assert.rejects(handshake(server.port, 'localhost', old))
  const first = connect({ host: '127.0.0.1', port: server.port, servername: 'localhost', ca: server.ca })
  const [session] = (await once(first, 'session')) as [Buffer]
  first.destroy()
  assert.equal((await handshake(server.port, 'localhost', { session, ca: server.ca })).reused, true)
})

test('the key and its chain are one file, so a twin that dies in between never has half of it', async () => {
  await using folder = await temporaryFolder()
  const certificates = await openIn(folder.path)
  certificates.close()
  const pem = await readFile(join(folder.path, 'keys', 'local.pem'), 'utf8')
  assert.deepEqual([keyBlocks(pem).length, certificateBlocks(pem).length], [1, 1])
})
