// HOSTILE 3 on mail: SIGKILL under load. Every message that got 250 and every APPEND that got OK is there, once; one
// whose answer the kill took may be there or not, and never in part. TWIN_TEST_KILLS sets the rounds.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { callControl } from '../../src/control/socket.ts'
import type { RunningTwin } from '../../src/doctor/finding.ts'
import { verify } from '../../src/store/verify/verify.ts'
import { prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const rounds = Number(process.env.TWIN_TEST_KILLS ?? 5)
const clients = 4
const login = { name: 'ann', password: 'correct-horse' }

type Told = { readonly acknowledged: Set<string>; readonly sent: Set<string> }

const textOf = (subject: string): string =>
  `From: bob@example.org\r\nSubject: ${subject}\r\n\r\n${`${subject} `.repeat(2_000)}\r\n`

const connect = async (port: number): Promise<ImapFlow> => {
  const client = new ImapFlow({
    host: 'localhost',
    port,
    secure: true,
    auth: { user: login.name, pass: login.password },
    tls: { rejectUnauthorized: false },
    logger: false,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Does one thing after another, each with a name of its own, until it fails: that is the kill. */
async function until(told: Told, prefix: string, act: (name: string) => Promise<boolean>): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `${prefix}-${n}`
    told.sent.add(name)
    const done = await act(name).catch(() => undefined)
    if (done === undefined) return
    if (done) told.acknowledged.add(name)
  }
}

function load({ ports }: RunningTwin, told: Told, round: number): Promise<unknown> {
  const sending = Array.from({ length: clients }, async (_, index) => {
    const pool = createTransport({
      host: 'localhost',
      port: ports.smtp,
      pool: true,
      maxConnections: 1,
      tls: { rejectUnauthorized: false },
    })
    await until(told, `smtp-${round}-${index}`, async (name) => {
      const raw = textOf(name)
      const { response } = await pool.sendMail({ envelope: { from: 'bob@example.org', to: ['ann@localhost'] }, raw })
      return response.startsWith('250')
    })
    pool.close()
  })
  const appending = Array.from({ length: clients }, async (_, index) => {
    const client = await connect(ports.imaps).catch(() => undefined)
    if (client === undefined) return
    await until(
      told,
      `append-${round}-${index}`,
      async (name) => (await client.append('INBOX', textOf(name))) !== false,
    )
    client.close()
  })
  return Promise.all([...sending, ...appending])
}

/** How often each subject is in the inbox; fails for a message that is not whole. */
async function readInbox({ ports }: RunningTwin): Promise<Map<string, number>> {
  const client = await connect(ports.imaps)
  const { exists } = await client.mailboxOpen('INBOX')
  const found = new Map<string, number>()
  for (const { envelope, source } of exists === 0
    ? []
    : await client.fetchAll('1:*', { envelope: true, source: true })) {
    const subject = envelope?.subject ?? ''
    assert.ok(source?.toString().endsWith(textOf(subject)), `${subject} is whole`)
    found.set(subject, (found.get(subject) ?? 0) + 1)
  }
  await client.logout()
  return found
}

it(`no mail that was acknowledged is lost, and none is there twice, over ${rounds} kills`, async (test) => {
  await using folder = await temporaryFolder()
  await prepareData(folder.path, login)
  const told: Told = { acknowledged: new Set(), sent: new Set() }
  for (let round = 0; round <= rounds; round++) {
    await using twin = await startProgram(folder.path)
    const running = (await callControl(folder.path, 'status', {})) as RunningTwin
    const found = await readInbox(running)
    for (const name of told.acknowledged) assert.equal(found.get(name), 1, `${name} got its answer (round ${round})`)
    for (const [name, copies] of found)
      assert.ok(told.sent.has(name) && copies === 1, `${name} is there ${copies} times`)
    if (round === rounds) break
    const loading = load(running, told, round)
    await Promise.race([loading, pause(500 + Math.random() * 1_000)])
    await twin.stop('SIGKILL')
    await loading
    assert.deepEqual((await verify(folder.path)).problems, [], `round ${round}`)
  }
  test.diagnostic(`${told.acknowledged.size} messages were acknowledged`)
  assert.ok(told.acknowledged.size > rounds, 'the clients must have got something done')
})
