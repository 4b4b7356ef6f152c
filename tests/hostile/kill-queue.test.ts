// HOSTILE 3 on the queue: SIGKILL while mail goes out. What got 250 reaches the other server, a second time only where
// the kill took its answer. TWIN_TEST_KILLS sets the rounds.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import { callControl } from '../../src/control/socket.ts'
import type { RunningTwin } from '../../src/doctor/finding.ts'
import { openLocalCa } from '../../src/protocols/http/tls/local-ca.ts'
import { verify } from '../../src/store/verify/verify.ts'
import { prepareData, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const rounds = Number(process.env.TWIN_TEST_KILLS ?? 3)
const clients = 4
const login = { name: 'ann', password: 'correct-horse' }

/** A smarthost that counts what it acknowledged, by subject. */
async function openSmarthost(folder: string) {
  const taken = new Map<string, number>()
  const authority = await openLocalCa(folder, 'localhost', Date.now())
  const { key, cert } = await authority.leaf(['localhost'], Date.now())
  const server = new SMTPServer({
    key,
    cert,
    logger: false,
    authOptional: true,
    onData(stream, _session, done) {
      void text(stream).then((message) => {
        const subject = /^Subject: (.*)\r$/m.exec(message)?.[1] ?? ''
        assert.match(message, /^DKIM-Signature: /)
        taken.set(subject, (taken.get(subject) ?? 0) + 1)
        done()
      }, done)
    },
  })
  server.on('error', () => {}) // connections that the kill cut
  const listener = server.listen(0, 'localhost')
  if (!listener.listening) await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    taken,
    settings: { TWIN_MAIL_SMARTHOST: `localhost:${port}`, NODE_EXTRA_CA_CERTS: authority.path },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** Hands in one message after another until it fails: that is the kill. */
async function submit({ ports }: RunningTwin, prefix: string, acknowledged: Set<string>, sent: Set<string>) {
  const pool = createTransport({
    host: 'localhost',
    port: ports.submissions,
    secure: true,
    auth: { user: login.name, pass: login.password },
    tls: { rejectUnauthorized: false },
    pool: true,
    maxConnections: 1,
  })
  for (let n = 0; ; n++) {
    const subject = `${prefix}-${n}`
    sent.add(subject)
    const message = { from: 'ann@localhost', to: `${subject}@away.example`, subject, text: 'x' }
    const answer = await pool.sendMail(message).catch(() => undefined)
    if (answer === undefined) break
    if (answer.response.startsWith('250')) acknowledged.add(subject)
  }
  pool.close()
}

it(`every message that was acknowledged is sent at least once, over ${rounds} kills`, async (test) => {
  await using folder = await temporaryFolder()
  await using keys = await temporaryFolder()
  await using smarthost = await openSmarthost(keys.path)
  await prepareData(folder.path, login)
  const acknowledged = new Set<string>()
  const sent = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    await using twin = await startProgram(folder.path, smarthost.settings)
    const running = (await callControl(folder.path, 'status', {})) as RunningTwin
    const names = Array.from({ length: clients }, (_, index) => `${round}-${index}`)
    const submitting = Promise.all(names.map((name) => submit(running, name, acknowledged, sent)))
    await Promise.race([submitting, pause(500 + Math.random() * 1_000)])
    await twin.stop('SIGKILL')
    await submitting
    assert.deepEqual((await verify(folder.path)).problems, [], `round ${round}`)
  }
  await using _twin = await startProgram(folder.path, smarthost.settings)
  while (((await callControl(folder.path, 'queue.list', {})) as unknown[]).length > 0) await pause(50)
  for (const subject of acknowledged) assert.ok(smarthost.taken.has(subject), `${subject} got its answer`)
  for (const subject of smarthost.taken.keys()) assert.ok(sent.has(subject), `${subject} was handed in`)
  const twice = [...smarthost.taken.values()].filter((count) => count > 1).length
  assert.ok(twice <= rounds * 100, 'only what was under way is sent again')
  test.diagnostic(`${acknowledged.size} messages were acknowledged, ${twice} of them sent more than once`)
  assert.ok(acknowledged.size > rounds, 'the client must have got something done')
})
