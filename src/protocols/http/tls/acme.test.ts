import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { collectingLog } from '../../../../tests/support/http.ts'
import { lacks } from '../../../../tests/support/lacks.ts'
import { freePort, startPebble } from '../../../../tests/support/pebble.ts'
import { Metrics } from '../../../metrics.ts'
import { createRedirectServer } from '../redirect-server.ts'
import { createHttpServer } from '../server.ts'
import { Certificates } from './certificates.ts'

const skip = lacks('pebble', 'pebble-challtestsrv')
const year = 365 * 24 * 60 * 60 * 1000

/** A twin's two ports and an authority that can reach one of them or both. */
const setUp = async ({ plain, tls }: { plain: boolean; tls: boolean }) => {
  const directory = await mkdtemp(join(tmpdir(), 'twin-acme-'))
  const [port, plainPort, nowhere] = await Promise.all([freePort(), freePort(), freePort()])
  const pebble = await startPebble({ httpPort: plain ? plainPort : nowhere, tlsPort: tls ? port : nowhere })
  const { log, lines } = collectingLog()
  const metrics = new Metrics()
  let now = Date.now()
  const certificates = await Certificates.open({
    keysDirectory: join(directory, 'keys'),
    ownDirectory: join(directory, 'certs'),
    domain: 'twin.example',
    names: ['mail.twin.example'],
    acme: { directoryUrl: pebble.directoryUrl, email: 'ann@twin.example', caFile: pebble.caFile },
    log,
    metrics,
    now: () => now,
  })
  const ok = { prefix: '/', handle: async (_: unknown, response: { end(text: string): void }) => response.end('ok') }
  const server = createHttpServer({ mounts: [ok], tls: certificates, log, metrics })
  const redirects = createRedirectServer({
    httpsPort: () => port,
    domain: 'twin.example',
    challengeFile: (token) => certificates.challengeFile(token),
  })
  await server.listen(port, '127.0.0.1')
  await redirects.listen(plainPort, '127.0.0.1')
  return {
    pebble,
    certificates,
    lines,
    metrics,
    directory,
    setClock: (time: number) => {
      now = time
    },
    /** What a client sees: the names and the serial number. */
    look: async (servername: string) => {
      const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { subjectaltname, serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      return { names: subjectaltname?.split(', ').sort().join(' '), serialNumber }
    },
    [Symbol.asyncDispose]: async () => {
      certificates.close()
      await Promise.all([server.close(), redirects.close(), pebble[Symbol.asyncDispose]()])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

test('RFC 8555 §8.3: one order by HTTP-01 covers all names, and is renewed with a third of its life left', {
  skip,
}, async () => {
  await using twin = await setUp({ plain: true, tls: false })
  const { certificates } = twin
  assert.match((await twin.look('twin.example')).names ?? '', /localhost/)
  assert.equal(certificates.isReal('twin.example'), false)

  await certificates.renew()
  assert.equal(certificates.status.acme?.lastError, undefined)
  assert.equal(certificates.status.acme?.state, 'valid')
  const first = await twin.look('mail.twin.example')
  assert.equal(first.names, 'DNS:mail.twin.example DNS:twin.example')
  assert.equal((await twin.look('unknown.example')).serialNumber, first.serialNumber)
  assert.equal(certificates.isReal('twin.example'), true)
  for (const file of ['acme.pem', 'acme-account.key']) {
    assert.equal((await stat(join(twin.directory, 'keys', file))).mode & 0o777, 0o600)
  }

  const account = await readFile(join(twin.directory, 'keys', 'acme-account.key'), 'utf8')
  const { notAfter = 0, nextAttemptAt = 0 } = certificates.status.acme ?? {}
  assert.ok(nextAttemptAt < notAfter - year)
  await certificates.renew()
  assert.equal((await twin.look('twin.example')).serialNumber, first.serialNumber)
  twin.setClock(nextAttemptAt)
  await certificates.renew()
  assert.equal(certificates.status.acme?.lastError, undefined)
  assert.notEqual((await twin.look('twin.example')).serialNumber, first.serialNumber)
  assert.equal(await readFile(join(twin.directory, 'keys', 'acme-account.key'), 'utf8'), account)
})

test('RFC 8737: TLS-ALPN-01 is answered beside the traffic of others, where only that port is reached', {
  skip,
}, async () => {
  await using twin = await setUp({ plain: false, tls: true })
  const { certificates } = twin
  let others = 0
  let ordering = true
  const traffic = (async () => {
    while (ordering) {
      assert.match((await twin.look('localhost')).names ?? '', /localhost/)
      others++
    }
  })()
  await certificates.renew()
  ordering = false
  await traffic
  assert.ok(others > 0)
  assert.equal(certificates.status.acme?.lastError, undefined)
  assert.equal((await twin.look('twin.example')).names, 'DNS:mail.twin.example DNS:twin.example')
})

test('a renewal that fails is loud, comes back later and later, and leaves the certificate in use', {
  skip,
}, async () => {
  await using twin = await setUp({ plain: true, tls: false })
  const { certificates } = twin
  await certificates.renew()
  const { serialNumber } = await twin.look('twin.example')
  await twin.pebble.stop()

  const pauses: number[] = []
  let at = certificates.status.acme?.nextAttemptAt ?? 0
  for (let i = 1; i <= 3; i++) {
    twin.setClock(at)
    await certificates.renew()
    const { state, failures, lastError, nextAttemptAt = 0 } = certificates.status.acme ?? {}
    assert.deepEqual([state, failures], ['failing', i])
    assert.match(lastError ?? '', /ECONNREFUSED/)
    pauses.push(nextAttemptAt - at)
    at = nextAttemptAt
  }
  const [first = 0, second = 0, third = 0] = pauses
  assert.ok(first > 0 && second > first && third > second, String(pauses))
  assert.equal((await twin.look('twin.example')).serialNumber, serialNumber)
  assert.ok(twin.lines.some(({ level, msg }) => level === 50 && String(msg).includes('the present one stays in use')))
  assert.match(twin.metrics.text(), /^twin_acme_failures 3$/m)
})

test('an authority that cannot reach the twin says so in the status, for both kinds of challenge', {
  skip,
}, async () => {
  await using twin = await setUp({ plain: false, tls: false })
  await twin.certificates.renew()
  const { state, lastError } = twin.certificates.status.acme ?? {}
  assert.equal(state, 'failing')
  assert.match(lastError ?? '', /http-01: .*; tls-alpn-01: /)
  assert.match((await twin.look('twin.example')).names ?? '', /localhost/)
  assert.equal(twin.certificates.challengeFile('anything'), undefined)
})
