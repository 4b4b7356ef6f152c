import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { Agent, request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { collectingLog } from '../../../tests/support/http.ts'
import { PageClient } from '../../../tests/support/page-client.ts'
import { createPerson } from '../../../tests/support/people.ts'
import { temporaryFolder } from '../../../tests/support/store.ts'
import { createTestTwin, type TestTwin } from '../../../tests/support/twin.ts'
import { loadConfig } from '../../config.ts'
import { child, DAV, type Element, elements, text } from '../../formats/xml/element.ts'
import { parseXml } from '../../formats/xml/parse.ts'
import { deviceLinkMilliseconds } from '../../limits.ts'
import { createTwin, type Twin } from '../../twin.ts'
import { dnsRecords } from './dns-records.ts'
import { servicesOf } from './services.ts'

const password = 'correct horse battery'
const CALDAV = 'urn:ietf:params:xml:ns:caldav'
const CARDDAV = 'urn:ietf:params:xml:ns:carddav'

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

const ask = (
  twin: Pick<Twin, 'port' | 'ca'>,
  method: string,
  path: string,
  { as, body, headers = {} }: { as?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const authorization = as && `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`
    const call = httpsRequest(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: twin.port,
        agent: new Agent({ ca: twin.ca }),
        method,
        path,
        headers: { host: `localhost:${twin.port}`, ...(authorization && { authorization }), ...headers },
      },
      async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      },
    )
    call.on('error', reject)
    call.end(body)
  })

/** The href in a property of the resource at the end of the redirects that begin at `path`. */
const hrefAt = async (twin: TestTwin, path: string, name: string, namespace = DAV): Promise<string> => {
  const body = `<D:propfind xmlns:D="DAV:" xmlns:N="${namespace}"><D:prop><N:${name}/></D:prop></D:propfind>`
  const answer = await ask(twin, 'PROPFIND', path, { as: 'ann', body, headers: { depth: '0' } })
  if (answer.status === 301) return hrefAt(twin, String(answer.headers.location), name, namespace)
  assert.equal(answer.status, 207, `${path}: ${answer.body}`)
  const walk = (element: Element, names: [string, string][]): Element | undefined =>
    names.reduce<Element | undefined>((at, [ns, local]) => at && child(at, ns, local), element)
  const [response] = elements(parseXml(answer.body))
  const found =
    response &&
    walk(response, [
      [DAV, 'propstat'],
      [DAV, 'prop'],
      [namespace, name],
      [DAV, 'href'],
    ])
  return found ? text(found) : ''
}

test('RFC 6764 §5: the well-known addresses redirect, whatever the method and whoever asks', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  for (const path of ['/.well-known/caldav', '/.well-known/carddav', '/.well-known/caldav/'])
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'])
      for (const as of ['ann', undefined]) {
        const { status, headers } = await ask(twin, method, path, { ...(as && { as }) })
        assert.deepEqual([status, headers.location, headers['cache-control']], [301, '/dav/', 'max-age=86400'], method)
      }
})

test('RFC 6764 §6: wherever a client begins, it finds the principal, and there the homes', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const starts = ['/', '/.well-known/caldav', '/.well-known/carddav/', '/dav/', '/dav', '/principals/']
  const deeper = [
    '/principals/users/ann/',
    '/dav/principals/',
    '/dav/calendars/',
    '/dav/contacts/ann/',
    '/dav/files/ann/',
  ]
  for (const start of [...starts, ...deeper]) {
    const principal = await hrefAt(twin, start, 'current-user-principal')
    assert.equal(principal, '/dav/principals/ann/', start)
  }
  assert.equal(await hrefAt(twin, '/dav/principals/ann/', 'calendar-home-set', CALDAV), '/dav/calendars/ann/')
  assert.equal(await hrefAt(twin, '/dav/principals/ann/', 'addressbook-home-set', CARDDAV), '/dav/contacts/ann/')
})

test('who is not signed in is asked to at the end of the redirects, and at the guesses', async () => {
  await using twin = await createTestTwin()
  for (const path of ['/', '/dav/', '/dav/principals/']) {
    const { status, headers } = await ask(twin, 'PROPFIND', path, { headers: { depth: '0' } })
    assert.equal(status, 401, path)
    assert.match(String(headers['www-authenticate']), /^Basic /)
  }
})

test('autoconfig names the servers of mail, the calendars and the address books, below the domain and below autoconfig.', async () => {
  await using twin = await createTestTwin()
  for (const path of [
    '/.well-known/autoconfig/mail/config-v1.1.xml',
    '/mail/config-v1.1.xml?emailaddress=ann%40localhost',
  ]) {
    const { status, headers, body } = await ask(twin, 'GET', path)
    assert.deepEqual([status, headers['content-type']], [200, 'text/xml; charset=utf-8'])
    const [provider, ...sections] = elements(parseXml(body))
    const servers = elements(provider as Element).filter(({ attributes }) => attributes.length > 0)
    const { imaps, submissions } = twin.ports
    assert.deepEqual(
      servers.map((server) =>
        ['hostname', 'port', 'socketType', 'username'].map((name) => text(child(server, '', name) as Element)),
      ),
      [imaps, submissions].map((port) => ['localhost', String(port), 'SSL', '%EMAILADDRESS%']),
    )
    assert.deepEqual(
      sections.map(({ name, attributes }) => `${name} ${attributes[0]?.value}`),
      ['calendar caldav', 'addressBook carddav', 'addressbook carddav', 'fileShare webdav'],
    )
    for (const section of sections) {
      assert.equal(text(child(section, '', 'serverURL') as Element), `https://localhost:${twin.port}/dav/`)
      assert.equal(text(child(section, '', 'username') as Element), '%EMAILLOCALPART%')
    }
  }
})

test('PACC: the document is the one whose digest the DNS record has', async () => {
  await using twin = await createTestTwin()
  const { status, headers, body } = await ask(twin, 'GET', '/.well-known/user-agent-configuration.json')
  assert.deepEqual([status, headers['content-type']], [200, 'application/json'])
  const digest = createHash('sha256').update(body).digest('base64')
  const record = dnsRecords(servicesOf('localhost', twin.port)).find(({ name }) => name === '_ua-auto-config.localhost')
  assert.equal(record?.value, `v=UAAC1; a=sha256; d=${digest}`)
  const { protocols } = JSON.parse(body.toString()) as { protocols: object }
  const url = `https://localhost:${twin.port}/dav/`
  assert.deepEqual(protocols, { caldav: { url }, carddav: { url } })
})

/** The profile as OpenSSL takes it out of its signature, which must be the twin's. */
const opened = async (twin: Pick<Twin, 'ca'>, signed: Buffer): Promise<string> => {
  await using folder = await temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  await writeFile(at('signed'), signed)
  await writeFile(at('ca'), twin.ca)
  const options = ['-inform', 'DER', '-binary', '-in', at('signed'), '-CAfile', at('ca'), '-purpose', 'any']
  return (await promisify(execFile)('openssl', ['cms', '-verify', ...options])).stdout
}

const after = (plist: string, key: string): string | undefined =>
  new RegExp(`<key>${key}</key><(?:string|integer|data)>([^<]*)<`).exec(plist)?.[1]

test('a phone without a session gets its profile by the link, once, with a password of its own', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const page = new PageClient(twin)
  await page.signIn('ann', password)
  const made = (await page.call('POST', '/api/devices/link')).json as { url: string; expiresAt: number }
  const { pathname, search, origin } = new URL(made.url)
  assert.deepEqual([origin, pathname], [`https://localhost:${twin.port}`, '/connect'])

  // The preview of a link must not use it up.
  assert.equal((await ask(twin, 'HEAD', pathname + search)).status, 200)
  const agent = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)', 'accept-language': 'de-AT' }
  const answer = await ask(twin, 'GET', pathname + search, { headers: agent })
  assert.deepEqual(
    [answer.status, answer.headers['content-type'], answer.headers['cache-control']],
    [200, 'application/x-apple-aspen-config', 'no-store'],
  )
  const profile = await opened(twin, answer.body)
  for (const prefix of ['CalDAV', 'CardDAV']) {
    assert.equal(after(profile, `${prefix}HostName`), 'localhost')
    assert.equal(after(profile, `${prefix}Port`), String(twin.port))
    assert.equal(after(profile, `${prefix}PrincipalURL`), '/dav/principals/ann/')
    assert.equal(after(profile, `${prefix}Username`), 'ann')
  }
  assert.equal(after(profile, 'EmailAddress'), 'ann@localhost')
  assert.equal(after(profile, 'IncomingMailServerPortNumber'), String(twin.ports.imaps))
  assert.equal(after(profile, 'OutgoingMailServerPortNumber'), String(twin.ports.submissions))
  assert.equal(after(profile, 'IncomingPassword'), after(profile, 'CalDAVPassword'))
  assert.match(profile, /E-Mail, Kalender und Kontakte/)
  assert.match(profile, /com\.apple\.security\.root/, 'the local authority comes with it')

  const own = after(profile, 'CalDAVPassword') ?? ''
  const attempt = { name: 'ann', password: own, address: '192.0.2.1', protocol: 'WebDAV' }
  assert.equal((await twin.store.signIn.password({ ...attempt, scope: 'calendars' })).name, 'ann')
  assert.equal((await twin.store.signIn.password({ ...attempt, scope: 'mail' })).name, 'ann')
  await assert.rejects(twin.store.signIn.password({ ...attempt, scope: 'files' }), { code: 'Forbidden' })
  const { appPasswords } = (await page.call('GET', '/api/app-passwords')).json as { appPasswords: { label: string }[] }
  assert.deepEqual(
    appPasswords.map(({ label }) => label),
    ['iPhone'],
  )

  assert.equal((await ask(twin, 'GET', pathname + search)).status, 404, 'the link works once')
})

test('a link that is too old, or has been followed by another, opens nothing', async () => {
  await using twin = await createTestTwin()
  const id = await twin.account('ann', password)
  const { store } = twin
  const first = await store.write((tx) => store.links.createDevice(tx, id))
  const second = await store.write((tx) => store.links.createDevice(tx, id))
  assert.equal((await ask(twin, 'GET', `/connect?${first.token}`)).status, 404)
  assert.equal((await ask(twin, 'GET', '/connect')).status, 404)
  assert.ok(second.expiresAt <= store.now() + deviceLinkMilliseconds)
  const recovery = await store.write((tx) => store.links.createRecovery(tx, id))
  assert.equal((await ask(twin, 'GET', `/connect?${recovery.token}`)).status, 404, 'a link of another kind is none')
})

test('neither the link nor the password is in the log, not even where each request is', async () => {
  await using folder = await temporaryFolder()
  const { log, lines } = collectingLog()
  const config = loadConfig({ TWIN_DATA: folder.path, TWIN_PORTS_HTTPS: '0', TWIN_PORTS_HTTP: '0' })
  const twin = await createTwin(config, log)
  try {
    const { store } = twin
    const { id } = await createPerson(store, 'ann', password)
    const { token } = await store.write((tx) => store.links.createDevice(tx, id))
    const signed = await ask(twin, 'GET', `/connect?${token}`)
    const own = after(await opened(twin, signed.body), 'CalDAVPassword') ?? ''
    assert.ok(lines.some(({ path }) => path === '/connect'))
    assert.doesNotMatch(JSON.stringify(lines), new RegExp(`${token}|${own}`))
  } finally {
    await twin.close()
  }
})
