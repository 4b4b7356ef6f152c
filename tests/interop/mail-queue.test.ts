// Mail to other servers: what a member hands in reaches them, whatever happens on the way (RFC 5321, RFC 3464).
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { ImapFlow } from 'imapflow'
import { dkimVerify } from 'mailauth'
import { createTransport } from 'nodemailer'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Config } from '../../src/config.ts'
import { callControl } from '../../src/control/socket.ts'
import type { RunningTwin } from '../../src/doctor/finding.ts'
import { openZone } from '../support/name-server.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const password = 'secret-words'

type Taken = { from: string; to: string[]; message: string; isSecure: boolean; user?: string }

/** Another mail server, which keeps what it takes. */
class Sink implements AsyncDisposable {
  readonly taken: Taken[] = []
  readonly #server: SMTPServer
  #arrived: () => void = () => {}

  constructor(options: SMTPServerOptions = {}) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH'],
      logger: false,
      onData: (stream, session, done) => {
        void text(stream).then((message) => {
          const { mailFrom, rcptTo } = session.envelope
          const to = rcptTo.map(({ address }) => address)
          const from = mailFrom ? mailFrom.address : ''
          this.taken.push({ from, to, message, isSecure: session.secure, user: session.user })
          this.#arrived()
          done()
        })
      },
      ...options,
    })
    this.#server.on('error', () => {})
  }

  async listen(port = 0, host = '127.0.0.1'): Promise<number> {
    const listener = this.#server.listen(port, host)
    if (!listener.listening) await once(listener, 'listening')
    return (listener.address() as AddressInfo).port
  }

  /** Resolves when so many messages were taken. */
  async has(count: number): Promise<readonly Taken[]> {
    while (this.taken.length < count) await new Promise<void>((resolve) => (this.#arrived = resolve))
    return this.taken
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A twin at `home.example` for which other servers are at `port` of loopback addresses, as a zone tells. */
async function openTwin(port: number, zone: Record<string, string[]>, change: (config: Config) => Config = (c) => c) {
  const names = await openZone(new Map(Object.entries(zone)))
  const mail = { resolver: names.resolver, port, mayReach: (address: string) => address.startsWith('127.') }
  const twin = await createTestTwin((config) => change({ ...config, domain: 'home.example' }), { mail })
  await twin.account('ann', password)
  const dispose = async () => {
    await twin[Symbol.asyncDispose]()
    await names[Symbol.asyncDispose]()
  }
  return { ...twin, [Symbol.asyncDispose]: dispose }
}

function send(twin: TestTwin, to: string | string[], message: object = {}) {
  const transport = createTransport({
    host: '127.0.0.1',
    port: twin.ports.submissions,
    secure: true,
    auth: { user: 'ann', pass: password },
    tls: { ca: twin.ca, servername: 'home.example' },
  })
  return transport.sendMail({ from: 'ann@home.example', to, subject: 'Hello', text: 'Good news', ...message })
}

/** The inbox of Ann when it has so many messages. */
async function inboxWith(twin: TestTwin, count: number): Promise<string[]> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    servername: 'home.example',
    port: twin.ports.imaps,
    secure: true,
    auth: { user: 'ann', pass: password },
    tls: { ca: twin.ca },
    logger: false,
  })
  await client.connect()
  const { exists } = await client.mailboxOpen('INBOX')
  for (let has = exists; has < count; ) [{ count: has }] = (await once(client, 'exists')) as [{ count: number }]
  const messages = await client.fetchAll('1:*', { source: true })
  await client.logout()
  return messages.map(({ source }) => (source as Buffer).toString())
}

/** Resolves when the queue is as asked. */
async function queueIs(twin: TestTwin, is: (rows: Awaited<ReturnType<typeof list>>) => boolean) {
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const unwatch = twin.store.watch('mail-queue', resolve)
    const rows = await list(twin)
    if (is(rows)) {
      unwatch()
      return rows
    }
    await promise
    unwatch()
  }
}
const list = (twin: TestTwin) => twin.store.read((view) => twin.store.mailQueue.list(view))
const isEmpty = (rows: readonly unknown[]) => rows.length === 0

const retry = (twin: TestTwin) =>
  twin.store.write(async (tx) => {
    const ids = (await twin.store.mailQueue.list(tx)).map(({ id }) => id)
    await twin.store.mailQueue.setHeld(tx, ids, false)
  })

describe('mail to another server', () => {
  it('goes to the host of its MX record, over TLS, without what is for mailboxes alone', async () => {
    await using sink = new Sink()
    const zone = { 'MX away.example': ['10 mx.away.example.'], 'A mx.away.example': ['127.0.0.1'] }
    await using twin = await openTwin(await sink.listen(), zone)
    const sent = await send(twin, ['bob@away.example', 'eve@AWAY.example', 'ann@home.example'])
    assert.match(sent.response, /^250 /)
    const [taken] = await sink.has(1)
    assert.equal(taken?.from, 'ann@home.example')
    assert.deepEqual(taken?.to, ['bob@away.example', 'eve@away.example'], 'one message for both')
    assert.ok(taken?.isSecure)
    const { results } = await dkimVerify(taken?.message ?? '', { resolver: recordsOf(twin) })
    assert.deepEqual(
      results.map(({ status }) => status.result),
      ['pass', 'pass'],
    )
    assert.match(taken?.message ?? '', /\r\nReceived: from [^\n]*\n\tby home\.example with ESMTPSA/)
    assert.doesNotMatch(taken?.message ?? '', /^Return-Path:/m)
    assert.match(taken?.message ?? '', /\r\n\r\nGood news\r\n$/)
    await queueIs(twin, isEmpty)
    assert.equal((await inboxWith(twin, 1)).length, 1, 'and to who is here')
  })

  it('goes to the host of the domain itself where there is no MX record (RFC 5321 §5.1)', async () => {
    await using sink = new Sink({ hideSTARTTLS: true })
    await using twin = await openTwin(await sink.listen(), { 'A plain.example': ['127.0.0.1'] })
    await send(twin, 'bob@plain.example')
    const [taken] = await sink.has(1)
    assert.equal(taken?.isSecure, false, 'in the clear where the other server has no TLS')
  })

  it('goes to the next host when the first is away', async () => {
    await using sink = new Sink()
    const port = await sink.listen()
    const zone = {
      'MX away.example': ['10 first.away.example.', '20 second.away.example.'],
      'A first.away.example': ['127.0.0.9'],
      'A second.away.example': ['127.0.0.1'],
    }
    await using twin = await openTwin(port, zone)
    await send(twin, 'bob@away.example')
    await sink.has(1)
    await queueIs(twin, isEmpty)
  })

  it('waits for a server that is down, and is there when it is up', async () => {
    const port = await freePort()
    await using twin = await openTwin(port, { 'A away.example': ['127.0.0.1'] })
    await send(twin, 'bob@away.example')
    const [row] = await queueIs(twin, ([first]) => first?.attempts === 1)
    assert.match(row?.lastError ?? '', /away\.example: .*ECONNREFUSED/)
    await using sink = new Sink()
    await sink.listen(port)
    await retry(twin)
    assert.match((await sink.has(1))[0]?.message ?? '', /Good news/)
    await queueIs(twin, isEmpty)
  })

  it('comes back as a report when it is refused, for those who were refused alone (RFC 3464)', async () => {
    await using sink = new Sink({
      onRcptTo({ address }, _session, done) {
        if (address.startsWith('no')) done(Object.assign(new Error('No such user here'), { responseCode: 550 }))
        else done()
      },
    })
    await using twin = await openTwin(await sink.listen(), { 'A away.example': ['127.0.0.1'] })
    await send(twin, ['nobody@away.example', 'bob@away.example'])
    assert.deepEqual((await sink.has(1))[0]?.to, ['bob@away.example'])
    const [report = ''] = await inboxWith(twin, 1)
    assert.match(report, /^Return-Path: <>\r\n/)
    assert.match(report, /Content-Type: multipart\/report; report-type=delivery-status;/)
    assert.match(report, /\r\nFinal-Recipient: rfc822; nobody@away\.example\r\nAction: failed\r\nStatus: 5\./)
    assert.match(report, /No such user here/)
    assert.match(report, /Content-Type: text\/rfc822-headers\r\n[\s\S]*\r\nSubject: Hello\r\n/)
    assert.doesNotMatch(report, /bob@away\.example\r\nAction/)
    await queueIs(twin, isEmpty)
  })

  it('waits when the other server asks for patience', async () => {
    let answers = 0
    await using sink = new Sink({
      onMailFrom(_address, _session, done) {
        if (++answers > 1) done()
        else done(Object.assign(new Error('Greylisted'), { responseCode: 451 }))
      },
    })
    await using twin = await openTwin(await sink.listen(), { 'A away.example': ['127.0.0.1'] })
    await send(twin, 'bob@away.example')
    const [row] = await queueIs(twin, ([first]) => first?.attempts === 1)
    assert.match(row?.lastError ?? '', /Greylisted/)
    await retry(twin)
    await sink.has(1)
  })

  it('comes back at once where there is no such domain, or one that takes no mail (RFC 7505)', async () => {
    await using twin = await openTwin(1, { 'MX silent.example': ['0 .'], 'A inside.example': ['10.0.0.1'] })
    await send(twin, ['a@nowhere.example', 'b@silent.example', 'c@inside.example'])
    const reports = (await inboxWith(twin, 3)).join('\n')
    assert.match(reports, /Status: 5\.1\.2[\s\S]*no domain nowhere\.example/)
    assert.match(reports, /Status: 5\.1\.10/)
    assert.match(reports, /Status: 5\.4\.4[\s\S]*not on the public Internet/)
  })

  it('is told to be late after hours, and given up after days', async () => {
    await using twin = await openTwin(await freePort(), { 'A away.example': ['127.0.0.1'] })
    await send(twin, 'bob@away.example')
    await queueIs(twin, ([first]) => first?.attempts === 1)
    const set = (times: { warnAt?: number; expiresAt?: number }) =>
      twin.store.write((tx) => tx.db.updateTable('queued_mail').set(times).execute())
    await set({ warnAt: 1 })
    await retry(twin)
    const [late = ''] = await inboxWith(twin, 1)
    assert.match(late, /Action: delayed\r\nStatus: 4\./)
    const [row] = await queueIs(twin, ([first]) => first?.attempts === 2)
    assert.equal(row?.warnAt, null, 'it is told once')
    await set({ expiresAt: 1 })
    await retry(twin)
    const [, failed = ''] = await inboxWith(twin, 2)
    assert.match(failed, /Action: failed\r\nStatus: 5\.4\.1/)
    await queueIs(twin, isEmpty)
  })

  it('is not held up by a server that says nothing, and neither is the end of the twin', async () => {
    await using sink = new Sink()
    const port = await sink.listen()
    const silent: Server = createServer(() => {}).listen(port, '127.0.0.2')
    await once(silent, 'listening')
    const zone = { 'A hangs.example': ['127.0.0.2'], 'A away.example': ['127.0.0.1'] }
    const twin = await openTwin(port, zone)
    const connected = once(silent, 'connection')
    await send(twin, 'bob@hangs.example')
    const [socket] = await connected
    await send(twin, 'bob@away.example')
    await sink.has(1)
    const waiting = await queueIs(twin, (rows) => rows.length === 1)
    assert.equal(waiting[0]?.destination, 'hangs.example')
    await twin[Symbol.asyncDispose]()
    socket.destroy()
    silent.close()
  })

  it('is sent in the name of its sender alone (RFC 6409 §6.1)', async () => {
    await using twin = await openTwin(1, {})
    await twin.account('bob', password)
    const from = (message: object) => send(twin, 'x@away.example', message)
    await assert.rejects(from({ from: 'bob@home.example' }), /553/)
    const envelope = { from: 'ann@home.example', to: 'x@away.example' }
    await assert.rejects(from({ from: 'bob@home.example', envelope }), /550 .*somebody else/)
    await assert.rejects(from({ from: 'boss@bank.example', envelope }), /550 .*somebody else/)
    assert.deepEqual(await list(twin as TestTwin), [])
  })
})

it('Bcc is for the envelope alone, and a message gets the Date and the Message-ID that it lacks', async () => {
  await using sink = new Sink()
  await using twin = await openTwin(await sink.listen(), { 'A away.example': ['127.0.0.1'] })
  const raw = 'From: ann@home.example\r\nTo: bob@away.example\r\nBcc: eve@away.example\r\n\r\nText\r\n'
  const envelope = { from: 'ann@home.example', to: ['bob@away.example', 'eve@away.example'] }
  await send(twin, [], { envelope, raw })
  const [taken] = await sink.has(1)
  assert.doesNotMatch(taken?.message ?? '', /bcc/i)
  assert.match(taken?.message ?? '', /\r\nDate: .* \+0000\r\nMessage-ID: <[^>]+@home\.example>\r\n\r\nText\r\n$/)
})

describe('a smarthost', () => {
  it('gets all mail, over TLS that is checked, from who signs in', async () => {
    const { ports, ca, ...other } = await createTestTwin((config) => ({ ...config, domain: 'localhost' }))
    // Another twin lends its certificate's authority and takes the mail as its member's submission.
    await other.account('relay', password)
    const smarthost = { host: 'localhost', port: ports.submission, user: 'relay', password }
    const names = await openZone(new Map())
    const mail = { resolver: names.resolver, port: 1, mayReach: () => false, ca }
    await using twin = await createTestTwin((config) => ({ ...config, domain: 'home.example', mail: { smarthost } }), {
      mail,
    })
    await twin.account('ann', password)
    await send(twin, 'relay@localhost')
    // The other twin sees that the sender is not its member's, and says so: TLS, sign-in and refusal are all real.
    const [report = ''] = await inboxWith(twin, 1)
    assert.match(report, /553 .*not yours/)
    await other[Symbol.asyncDispose]()
    await names[Symbol.asyncDispose]()
  })

  it('whose certificate is not trusted gets nothing', async () => {
    await using sink = new Sink({ disabledCommands: [] })
    const port = await sink.listen()
    const smarthost = { host: '127.0.0.1', port, user: 'me', password: 'secret' }
    await using twin = await openTwin(1, {}, (config) => ({ ...config, mail: { smarthost } }))
    await send(twin, 'bob@away.example')
    const [row] = await queueIs(twin, ([first]) => first?.attempts === 1)
    assert.match(row?.lastError ?? '', /certificate/)
    assert.deepEqual(sink.taken, [])
  })
})

/** The records that the twin's keys have in DNS, from the twin itself. */
function recordsOf(twin: TestTwin) {
  return async (name: string) => {
    const status = (await callControl(twin.config.data, 'status', {}, () => {})) as RunningTwin
    const record = status.dkim.find((each) => each.name === name)
    if (record === undefined) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    return [[record.value]]
  }
}
