import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { lacks } from '../support/lacks.ts'
import { run } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const password = 'secret-words'

/** The bytes of all messages in somebody's inbox. */
async function inboxOf(twin: TestTwin, user: string): Promise<string[]> {
  const client = new ImapFlow({
    host: 'localhost',
    port: twin.ports.imaps,
    secure: true,
    auth: { user, pass: password },
    tls: { ca: twin.ca },
    logger: false,
  })
  await client.connect()
  const { exists } = await client.mailboxOpen('INBOX')
  const messages = exists === 0 ? [] : await client.fetchAll('1:*', { source: true })
  await client.logout()
  return messages.map(({ source }) => (source as Buffer).toString())
}

const transport = (twin: TestTwin, options: object) =>
  createTransport({ host: 'localhost', tls: { ca: twin.ca }, ...options } as Parameters<typeof createTransport>[0])

test('mail from elsewhere is in the inbox of each recipient when it is acknowledged', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  await twin.account('bob', password)
  const sender = transport(twin, { port: twin.ports.smtp })
  const sent = await sender.sendMail({
    from: 'eve@example.org',
    to: ['ann+shop@localhost', 'bob@LOCALHOST', 'ann@localhost'],
    subject: 'Hello',
    text: 'Line one\n.\n..two\n',
  })
  assert.deepEqual(sent.rejected, [])
  assert.match(sent.response, /^250 /)
  const [first, ...more] = await inboxOf(twin, 'ann')
  assert.deepEqual(more, [], 'two addresses of one person are one copy')
  assert.match(first ?? '', /^Return-Path: <eve@example\.org>\r\nReceived: from .*\r\n\tby localhost with ESMTPS id /)
  assert.match(first ?? '', /Subject: Hello\r\n/)
  assert.match(first ?? '', /\r\n\r\nLine one\r\n\.\r\n\.\.two\r\n/)
  assert.equal((await inboxOf(twin, 'bob')).length, 1)
})

test('RFC 5321 §3.3: who is not here, and who is elsewhere, is refused at RCPT', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const sender = transport(twin, { port: twin.ports.smtp })
  const to = (address: string) => sender.sendMail({ from: 'eve@example.org', to: address, text: 'x' })
  await assert.rejects(to('nobody@localhost'), /550 .*Nobody here/)
  await assert.rejects(to('ann@example.org'), /550 .*not passed on/)
  assert.deepEqual(await inboxOf(twin, 'ann'), [])
})

test('members send with their password over TLS alone, and only as themselves', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  await twin.account('bob', password)
  const auth = { user: 'ann@localhost', pass: password }
  const message = { from: 'ann@localhost', to: 'bob@localhost', subject: 'Hi', text: 'x' }
  await transport(twin, { port: twin.ports.submissions, secure: true, auth }).sendMail(message)
  await transport(twin, { port: twin.ports.submission, requireTLS: true, auth }).sendMail(message)
  assert.equal((await inboxOf(twin, 'bob')).length, 2)
  const plain = transport(twin, { port: twin.ports.submission, ignoreTLS: true, auth })
  await assert.rejects(plain.sendMail(message), /Must issue a STARTTLS|538|530/)
  const submissions = transport(twin, { port: twin.ports.submissions, secure: true, auth })
  await assert.rejects(submissions.sendMail({ ...message, from: 'bob@localhost' }), /553 .*not yours/)
  const wrong = transport(twin, { port: twin.ports.submissions, secure: true, auth: { ...auth, pass: 'wrong' } })
  await assert.rejects(wrong.sendMail(message), /535 /)
})

test('swaks sends over STARTTLS', { skip: lacks('swaks') }, async () => {
  await using twin = await createTestTwin()
  await using folder = await temporaryFolder()
  await twin.account('ann', password)
  const ca = join(folder.path, 'ca.pem')
  await writeFile(ca, twin.ca)
  const { code, output } = await run('swaks', [
    ...['--server', `localhost:${twin.ports.smtp}`, '--from', 'eve@example.org', '--to', 'ann@localhost'],
    ...['--tls', '--tls-verify', '--tls-ca-path', ca, '--header', 'Subject: from swaks'],
  ])
  assert.equal(code, 0, output)
  assert.match((await inboxOf(twin, 'ann'))[0] ?? '', /Subject: from swaks/)
})
