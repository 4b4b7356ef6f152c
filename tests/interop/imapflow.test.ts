import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ImapFlow } from 'imapflow'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const password = 'secret-words'

async function connect(
  twin: TestTwin,
  options: { port: number; secure: boolean } = { port: twin.ports.imaps, secure: true },
) {
  const client = new ImapFlow({
    host: 'localhost',
    ...options,
    auth: { user: 'ann', pass: password },
    tls: { ca: twin.ca },
    logger: false,
  })
  await client.connect()
  return client
}

const message = (subject: string, body = 'Some text\r\n'): string =>
  `From: Bob <bob@example.org>\r\nTo: ann@localhost\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@example.org>\r\n\r\n${body}`

test('mailboxes, messages, flags, copies and searches, as imapflow sees them', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const client = await connect(twin)
  const names = (await client.list()).map(({ path, specialUse }) => `${path} ${specialUse}`)
  const expected = [
    'INBOX \\Inbox',
    ...['Archive', 'Drafts', 'Junk', 'Sent', 'Trash'].map((name) => `${name} \\${name}`),
  ]
  assert.deepEqual(names.sort(), expected.sort())
  await client.mailboxCreate(['Work', 'Überstunden'])
  const appended = await client.append('INBOX', message('one'), ['\\Seen'])
  assert.equal(appended !== false && appended?.uid, 1)
  await client.append('INBOX', message('two', 'a needle\r\n'))
  const box = await client.mailboxOpen('INBOX')
  assert.equal(box.exists, 2)
  const [first] = await client.fetchAll('1:*', {
    envelope: true,
    bodyStructure: true,
    flags: true,
    source: true,
    size: true,
  })
  assert.equal(first?.envelope?.subject, 'one')
  assert.deepEqual([...(first?.flags ?? [])], ['\\Seen'])
  assert.equal(first?.source?.toString(), message('one'))
  assert.equal(first?.bodyStructure?.type, 'text/plain')
  assert.deepEqual(await client.search({ body: 'NEEDLE' }, { uid: true }), [2])
  assert.deepEqual(await client.search({ seen: true }), [1])
  await client.messageFlagsAdd('2', ['\\Flagged', 'Important'])
  assert.deepEqual(await client.search({ keyword: 'important' }), [2])
  const copied = await client.messageCopy('1:2', 'Work/Überstunden')
  assert.deepEqual(copied && [...(copied.uidMap ?? [])], [
    [1, 1],
    [2, 2],
  ])
  await client.messageMove('2', 'Trash')
  assert.deepEqual(await client.search({ all: true }), [1])
  await client.messageDelete('1')
  const left = await client.status('INBOX', { messages: true })
  assert.equal(left !== false && left.messages, 0)
  const status = await client.status('Work/Überstunden', { messages: true, unseen: true, uidNext: true })
  assert.deepEqual(status && [status.messages, status.unseen, status.uidNext], [2, 1, 3])
  await client.mailboxRename('Work/Überstunden', 'Work/Done')
  await client.mailboxDelete('Work/Done')
  await client.logout()
})

test('RFC 9051 §6.3.13: a client that idles is told of what arrives and of what changes', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const idle = await connect(twin)
  await idle.mailboxOpen('INBOX')
  const other = await connect(twin)
  const exists = new Promise<{ count: number }>((resolve) => idle.once('exists', resolve))
  void idle.idle()
  await other.append('INBOX', message('news'))
  assert.equal((await exists).count, 1)
  const flags = new Promise<{ flags: Set<string> }>((resolve) => idle.once('flags', resolve))
  await other.mailboxOpen('INBOX')
  await other.messageFlagsAdd('1', ['\\Answered'])
  assert.deepEqual([...(await flags).flags], ['\\Answered'])
  const expunge = new Promise<{ seq: number }>((resolve) => idle.once('expunge', resolve))
  await other.messageDelete('1')
  assert.equal((await expunge).seq, 1)
  await Promise.all([idle.logout(), other.logout()])
})

test('STARTTLS on the other port', async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  const client = await connect(twin, { port: twin.ports.imap, secure: false })
  assert.equal((await client.mailboxOpen('INBOX')).exists, 0)
  await client.logout()
})
