import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectingLog } from '../tests/support/http.ts'
import { createPerson } from '../tests/support/people.ts'
import { openTestStore } from '../tests/support/store.ts'
import { Metrics } from './metrics.ts'
import { reportSignIns } from './sign-in-metrics.ts'

test('who is not let in is counted by protocol and reason, and logged without the password', async () => {
  await using opened = await openTestStore({ domain: 'home.example.org' })
  const { store } = opened
  const person = await createPerson(store, 'ann', 'correct horse battery')
  const metrics = new Metrics()
  const { log, lines } = collectingLog()
  reportSignIns(store.signIn, metrics, log)
  const attempt = { address: '192.0.2.7', protocol: 'WebDAV', scope: 'files' }
  const signIn = (name: string, password: string) => store.signIn.password({ ...attempt, name, password })

  assert.equal((await signIn('Ann@home.example.org', 'correct horse battery')).name, 'ann')
  await assert.rejects(signIn('ann@elsewhere.example.org', 'correct horse battery'), { code: 'Unauthorized' })
  await assert.rejects(signIn('x'.repeat(500), 'hunter2 hunter2'), { code: 'Unauthorized' })
  const wanted = { label: 'phone', scopes: ['calendars'] as const }
  const { password } = await store.write((tx) => store.credentials.createAppPassword(tx, person.id, wanted))
  await assert.rejects(signIn('ann', password), { code: 'Forbidden' })

  assert.match(metrics.text(), /^twin_sign_in_failures_total\{protocol="WebDAV",reason="wrong"\} 2$/m)
  assert.match(metrics.text(), /^twin_sign_in_failures_total\{protocol="WebDAV",reason="scope"\} 1$/m)
  assert.deepEqual(
    lines.map(({ account, address, protocol, reason }) => ({ account, address, protocol, reason })),
    [
      { account: 'ann@elsewhere.example.org', address: '192.0.2.7', protocol: 'WebDAV', reason: 'wrong' },
      { account: 'x'.repeat(64), address: '192.0.2.7', protocol: 'WebDAV', reason: 'wrong' },
      { account: 'ann', address: '192.0.2.7', protocol: 'WebDAV', reason: 'scope' },
    ],
  )
  assert.doesNotMatch(JSON.stringify(lines), new RegExp(`hunter2|${password}|correct horse`))
})

test('who has to wait is counted, and does not fill the log', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const metrics = new Metrics()
  const { log, lines } = collectingLog()
  reportSignIns(store.signIn, metrics, log)
  const attempt = { name: 'ann', address: '192.0.2.7', protocol: 'page', scope: 'account' }
  for (let n = 0; n < 12; n++) await assert.rejects(store.signIn.password({ ...attempt, password: `wrong horse ${n}` }))
  const told = Number(/protocol="page",reason="wait"\} (\d+)/.exec(metrics.text())?.[1])
  assert.ok(told > 0)
  assert.equal(lines.length, 12 - told)
})
