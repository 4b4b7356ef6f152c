// A calendar of one twin, subscribed to by another, and read by vdirsyncer as the file that it is.
import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createOutbound } from '../../src/federation/outbound/outbound.ts'
import { event } from '../support/calendars.ts'
import { send } from '../support/http.ts'
import { lacks } from '../support/lacks.ts'
import { openNameServer } from '../support/name-server.ts'
import { PageClient } from '../support/page-client.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const password = 'secret-words'

type Subscription = { calendar: string; source: string; error: string | null; refreshedAt: number | null }

const putHome = async (home: TestTwin, uid: string): Promise<void> => {
  const path = `/dav/calendars/ann/calendar/${uid}.ics`
  const to = { host: '127.0.0.1', servername: 'localhost', port: home.port, ca: home.ca, agent: false as const }
  const body = event(uid, 'DTSTART:20260301T120000Z', `SUMMARY:${uid}`)
  assert.equal((await send({ ...to, method: 'PUT', path, auth: `ann:${password}` }, body)).status, 201)
}

/** Resolves when a calendar of bob's holds these events: what is watched is the calendar's own signal. */
const holds = async ({ store }: TestTwin, accountId: number, name: string, uids: readonly string[]): Promise<void> => {
  for (;;) {
    const changed = Promise.withResolvers<void>()
    const forget = store.watch(`calendar/${accountId}`, () => changed.resolve())
    const found = await store.read(async (view) => {
      const calendar = await store.collections.find(view, { accountId, kind: 'calendar', name })
      return calendar ? store.collections.items(view, calendar, { limit: 10 }) : []
    })
    if (
      found
        .map(({ uid }) => uid)
        .toSorted()
        .join() === uids.join()
    )
      return forget()
    await changed.promise
    forget()
  }
}

test('a twin subscribes to a calendar of another one, and follows it', async () => {
  await using home = await createTestTwin()
  await home.account('ann', password)
  await putHome(home, 'a')
  await using names = await openNameServer(() => ['127.0.0.1'])
  const outbound = createOutbound({ loopback: true, ca: home.ca, resolver: names.resolver })
  await using away = await createTestTwin(undefined, { outbound })
  const bob = await away.account('bob', password)
  const page = new PageClient(away)
  assert.equal((await page.signIn('bob', password)).status, 200)

  const source = `webcal://ann:${password}@localhost:${home.port}/dav/calendars/ann/calendar/`
  const made = await page.call('POST', '/api/subscriptions', { source, displayName: 'Ann' })
  assert.equal(made.status, 201)
  const { calendar } = made.json as Subscription
  await holds(away, bob, calendar, ['a'])
  await putHome(home, 'b')
  assert.equal((await page.call('POST', `/api/subscriptions/${calendar}/refresh`)).status, 204)
  await holds(away, bob, calendar, ['a', 'b'])

  const listed = (await page.call('GET', '/api/subscriptions')).json as { subscriptions: Subscription[] }
  assert.deepEqual(
    listed.subscriptions.map(({ calendar: name, error }) => [name, error]),
    [[calendar, null]],
  )
})

test('a subscription leads nowhere but to the public Internet', async () => {
  await using twin = await createTestTwin()
  const ann = await twin.account('ann', password)
  const page = new PageClient(twin)
  await page.signIn('ann', password)
  for (const source of ['file:///etc/passwd', 'nonsense', 'http://localhost:22/'])
    assert.equal((await page.call('POST', '/api/subscriptions', { source })).status, 400)
  const failed = Promise.withResolvers<void>()
  const forget = twin.store.watch(`calendar/${ann}`, () => void look().then((error) => error && failed.resolve()))
  const look = async () => {
    const { json } = await page.call('GET', '/api/subscriptions')
    return (json as { subscriptions: Subscription[] }).subscriptions[0]?.error
  }
  await page.call('POST', '/api/subscriptions', { source: `https://127.0.0.1:${twin.port}/healthz` })
  await failed.promise
  forget()
  assert.match(String(await look()), /not on the public Internet/)
})

test('vdirsyncer reads a calendar as one file over HTTP', { skip: lacks('vdirsyncer') }, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', password)
  for (const uid of ['a', 'b']) await putHome(twin, uid)
  await using folder = await temporaryFolder()
  const [ca, config] = [join(folder.path, 'ca.pem'), join(folder.path, 'config')]
  await writeFile(ca, twin.ca)
  await writeFile(
    config,
    `[general]
status_path = "${folder.path}/status"
[pair feed]
a = "twin"
b = "local"
collections = null
[storage twin]
type = "http"
url = "https://localhost:${twin.port}/dav/calendars/ann/calendar/"
verify = "${ca}"
username = "ann"
password = "${password}"
[storage local]
type = "filesystem"
path = "${folder.path}/local"
fileext = ".ics"
`,
  )
  await runWell('vdirsyncer', ['-c', config, 'discover'], { input: 'y\ny\ny\n' })
  await runWell('vdirsyncer', ['-c', config, 'sync'])
  const files = await readdir(join(folder.path, 'local'))
  const texts = await Promise.all(files.map((file) => readFile(join(folder.path, 'local', file), 'utf8')))
  // It trusts no feed's UIDs and makes its own.
  assert.deepEqual(texts.map((text) => /^SUMMARY:(.*)\r$/m.exec(text)?.[1]).toSorted(), ['a', 'b'])
})
