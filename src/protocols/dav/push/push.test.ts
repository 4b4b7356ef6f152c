import assert from 'node:assert/strict'
import { Agent, request as httpsRequest } from 'node:https'
import { test } from 'node:test'
import { event } from '../../../../tests/support/calendars.ts'
import { type DavAnswer, type Told, told } from '../../../../tests/support/dav.ts'
import { type Device, PushService } from '../../../../tests/support/push-service.ts'
import { createTestTwin, type TestTwin } from '../../../../tests/support/twin.ts'
import { createOutbound } from '../../../federation/outbound/outbound.ts'
import { child, DAV, type Element, elements, text } from '../../../formats/xml/element.ts'
import { parseXml } from '../../../formats/xml/parse.ts'
import { pushes } from '../../../limits.ts'
import { PUSH } from '../wire/push.ts'

const password = 'correct horse battery'

class Client {
  readonly twin: TestTwin
  constructor(twin: TestTwin) {
    this.twin = twin
  }

  ask(
    method: string,
    path: string,
    { body = '', headers = {}, as = 'ann' }: { body?: string; headers?: Record<string, string>; as?: string } = {},
  ): Promise<DavAnswer> {
    const { port, ca } = this.twin
    const authorization = `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`
    const at = { host: '127.0.0.1', servername: 'localhost', port, agent: new Agent({ ca }), method, path }
    return new Promise((resolve, reject) => {
      const call = httpsRequest(
        { ...at, headers: { authorization, host: `localhost:${port}`, ...headers } },
        async (response) => {
          const chunks: Buffer[] = []
          for await (const chunk of response) chunks.push(chunk)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
        },
      )
      call.on('error', reject)
      call.end(body)
    })
  }

  async find(path: string): Promise<Told | undefined> {
    const props = '<P:transports/><P:topic/><P:supported-triggers/><D:sync-token/>'
    const body = `<D:propfind xmlns:D="DAV:" xmlns:P="${PUSH}"><D:prop>${props}</D:prop></D:propfind>`
    return told(await this.ask('PROPFIND', path, { body, headers: { depth: '0' } }))[0]
  }

  register(
    path: string,
    device: Device,
    more: { triggers?: string; expires?: string; key?: string; as?: string } = {},
  ) {
    const { triggers = both, expires, key = device.publicKey.toString('base64url'), as } = more
    const subscription = `<web-push-subscription><push-resource>${device.endpoint}</push-resource><content-encoding>aes128gcm</content-encoding><subscription-public-key type="p256dh">${key}</subscription-public-key><auth-secret>${device.authSecret.toString('base64url')}</auth-secret></web-push-subscription>`
    const body = `<push-register xmlns="${PUSH}" xmlns:D="DAV:"><subscription>${subscription}</subscription><trigger>${triggers}</trigger>${expires ? `<expires>${expires}</expires>` : ''}</push-register>`
    const headers = { 'content-type': 'application/xml; charset="utf-8"' }
    return this.ask('POST', path, { body, headers, ...(as && { as }) })
  }

  put(path: string, uid: string, summary = 'x'): Promise<DavAnswer> {
    const body = event(uid, 'DTSTART:20270101T100000Z', `SUMMARY:${summary}`)
    return this.ask('PUT', path, { body, headers: { 'content-type': 'text/calendar' } })
  }
}

const content = '<content-update><D:sync-level>1</D:sync-level></content-update>'
const properties = '<property-update><D:depth>0</D:depth></property-update>'
const both = content + properties
const calendar = '/dav/calendars/ann/calendar/'

async function open() {
  const service = await PushService.open()
  const outbound = createOutbound({ loopback: true, ca: service.ca })
  const twin = await createTestTwin((config) => config, { outbound })
  await twin.account('ann', password)
  return {
    service,
    twin,
    client: new Client(twin),
    async [Symbol.asyncDispose]() {
      await twin[Symbol.asyncDispose]()
      await service[Symbol.asyncDispose]()
    },
  }
}

const message = (xml: string) => {
  const root = parseXml(Buffer.from(xml))
  assert.deepEqual([root.namespace, root.name], [PUSH, 'push-message'])
  const update = child(root, PUSH, 'content-update')
  const token = update && child(update, DAV, 'sync-token')
  return {
    topic: text(child(root, PUSH, 'topic') as Element),
    content: update !== undefined,
    token: token && text(token),
    properties: child(root, PUSH, 'property-update') !== undefined,
  }
}

const conditionOf = ({ status, body }: DavAnswer): string => {
  const [condition] = elements(parseXml(body))
  return `${status} ${condition?.namespace === PUSH ? condition.name : condition?.namespace}`
}

test('"Service Detection": OPTIONS says webdav-push, and a calendar its transport, its topic and its triggers', async () => {
  await using bench = await open()
  const { client } = bench
  const options = await client.ask('OPTIONS', calendar)
  assert.match(String(options.headers.dav), /\bwebdav-push\b/)
  const found = await client.find(calendar)
  const transports = found?.properties.get(`{${PUSH}}transports`)?.element
  const key = transports && child(child(transports, PUSH, 'web-push') as Element, PUSH, 'vapid-public-key')
  assert.equal(key?.attributes.find(({ name }) => name === 'type')?.value, 'p256ecdsa')
  assert.equal(Buffer.from(text(key as Element), 'base64url').length, 65)
  const triggers = found?.properties.get(`{${PUSH}}supported-triggers`)?.element
  assert.deepEqual(triggers && elements(triggers).map(({ name }) => name), ['content-update', 'property-update'])

  const topics = await Promise.all(
    [calendar, '/dav/calendars/ann/tasks/', '/dav/contacts/ann/contacts/', '/dav/calendars/ann/'].map(async (path) => {
      const topic = (await client.find(path))?.properties.get(`{${PUSH}}topic`)
      assert.equal(topic?.status, 200, path)
      return text(topic.element)
    }),
  )
  assert.equal(new Set(topics).size, 4, 'each has its own')
})

test('"Content Updates": a registered device is told that something changed, with the sync-token and nothing of what it is', async () => {
  await using bench = await open()
  const { client, service } = bench
  const answer = await client.register(calendar, service.device('phone'))
  assert.equal(answer.status, 204)
  assert.match(
    String(answer.headers.location),
    new RegExp(`^https://localhost:${bench.twin.port}/dav/push/[\\w-]{22}$`),
  )
  assert.ok(Date.parse(String(answer.headers.expires)) >= Date.now() + 3 * 24 * 60 * 60_000, 'three days at least')

  await client.put(`${calendar}secret-name.ics`, 'secret-uid', 'Surprise party')
  const [received] = await service.first(1)
  assert.ok(received)
  const found = await client.find(calendar)
  const topic = text(found?.properties.get(`{${PUSH}}topic`)?.element as Element)
  const token = text(found?.properties.get('{DAV:}sync-token')?.element as Element)
  assert.deepEqual(message(received.text), { topic, content: true, token, properties: false })
  assert.doesNotMatch(received.text, /secret|Surprise|ann/)
  assert.match(received.headers.topic as string, /^[\w-]{32}$/)
  assert.doesNotMatch(JSON.stringify(received.headers), new RegExp(topic), 'the push service does not learn the topic')
})

test('"Property Updates": a new colour is one, and no content update', async () => {
  await using bench = await open()
  const { client, service } = bench
  await client.register(calendar, service.device('phone'))
  await client.register(calendar, service.device('watch'), { triggers: content })
  const set = '<D:prop><A:calendar-color xmlns:A="http://apple.com/ns/ical/">#ff0000</A:calendar-color></D:prop>'
  const body = `<D:propertyupdate xmlns:D="DAV:"><D:set>${set}</D:set></D:propertyupdate>`
  assert.equal((await client.ask('PROPPATCH', calendar, { body })).status, 207)
  const [received] = await service.first(1)
  assert.deepEqual([received?.path, message(received?.text ?? '').properties], ['/push/phone', true])
  assert.equal(message(received?.text ?? '').content, false)
  await client.put(`${calendar}a.ics`, 'a')
  const watch = (await service.first(2)).find(({ path }) => path === '/push/watch')
  assert.equal(message(watch?.text ?? '').content, true, 'who asked for contents alone is told of those')
})

test('a home tells of a new calendar', async () => {
  await using bench = await open()
  const { client, service } = bench
  assert.equal((await client.register('/dav/calendars/ann/', service.device('phone'))).status, 204)
  assert.equal((await client.ask('MKCALENDAR', '/dav/calendars/ann/work/')).status, 201)
  const { content, token, properties } = message((await service.first(1))[0]?.text ?? '')
  assert.deepEqual({ content, token, properties }, { content: true, token: undefined, properties: false })
})

test('"Subscription Updates", "Subscription Removal": the same endpoint is registered once, and taken back by its address', async () => {
  await using bench = await open()
  const { client, service, twin } = bench
  const device = service.device('phone')
  const first = await client.register(calendar, device)
  const expires = new Date(Date.now() + 4 * 24 * 60 * 60_000).toUTCString()
  const again = await client.register(calendar, device, { expires })
  assert.deepEqual([again.status, again.headers.location], [204, first.headers.location])
  assert.equal(again.headers.expires, expires)
  const path = new URL(String(first.headers.location)).pathname

  await twin.account('eve', password)
  assert.equal((await client.ask('DELETE', path, { as: 'eve' })).status, 404, "nobody else's")
  assert.equal((await client.ask('DELETE', path)).status, 204)
  assert.equal((await client.ask('DELETE', path)).status, 404)
  assert.deepEqual(await twin.store.read((view) => twin.store.pushSubscriptions.topics(view)), [])
})

test('"Response": what cannot be registered is refused by the names that the draft has', async () => {
  await using bench = await open()
  const { client, service, twin } = bench
  const device = service.device('phone')
  assert.equal(conditionOf(await client.register(calendar, device, { triggers: '' })), '403 no-supported-trigger')
  assert.equal(
    conditionOf(await client.register('/dav/calendars/ann/', device, { triggers: properties })),
    '403 no-supported-trigger',
  )
  const point = Buffer.alloc(65, 4).toString('base64url')
  assert.equal(conditionOf(await client.register(calendar, device, { key: point })), '403 invalid-subscription')
  const plain = Object.assign(Object.create(device), { endpoint: device.endpoint.replace('https', 'http') }) as Device
  assert.equal(conditionOf(await client.register(calendar, plain)), '403 invalid-subscription')
  assert.equal((await client.register('/dav/calendars/ann/nowhere/', device)).status, 404)
  await client.put(`${calendar}a.ics`, 'a')
  assert.equal(conditionOf(await client.register(`${calendar}a.ics`, device)), '403 push-not-available')
  await twin.account('eve', password)
  assert.equal((await client.register(calendar, device, { as: 'eve' })).status, 404)
  const far = await client.register(calendar, device, { expires: new Date(Date.UTC(9000, 0, 1)).toUTCString() })
  assert.ok(Date.parse(String(far.headers.expires)) <= Date.now() + pushes.keptMilliseconds.most)
})

test('an address book tells, too, and a calendar that is removed tells no more', async () => {
  await using bench = await open()
  const { client, service } = bench
  const book = '/dav/contacts/ann/contacts/'
  await client.register(book, service.device('phone'))
  const card = 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:b\r\nFN:Bob\r\nN:;Bob;;;\r\nEND:VCARD\r\n'
  await client.ask('PUT', `${book}b.vcf`, { body: card, headers: { 'content-type': 'text/vcard' } })
  await service.first(1)
  await client.ask('MKCALENDAR', '/dav/calendars/ann/work/')
  await client.register('/dav/calendars/ann/work/', service.device('tablet'))
  await client.register(calendar, service.device('watch'))
  await client.ask('DELETE', '/dav/calendars/ann/work/')
  await client.put(`${calendar}a.ics`, 'a')
  const paths = (await service.first(2)).map(({ path }) => path)
  assert.deepEqual(paths, ['/push/phone', '/push/watch'])
})

test('who has a share of a calendar is told as its owner is, as long as they have it', async () => {
  await using bench = await open()
  const { client, service, twin } = bench
  const { store } = twin
  const ann = await store.read((view) => store.accounts.byName(view, 'ann'))
  const bob = await twin.account('bob', password)
  const ownerId = ann?.id ?? 0
  const collection = await store.read((view) =>
    store.collections.find(view, { accountId: ownerId, kind: 'calendar', name: 'calendar' }),
  )
  const item = { ownerId, kind: 'calendar', itemId: collection?.id ?? 0 } as const
  const share = await store.write(async (tx) => {
    const { id } = await store.shares.invite(tx, item, { accountId: bob, access: 'read' })
    return store.shares.accept(tx, bob, id)
  })
  const path = `/dav/calendars/bob/${share.name}/`
  assert.equal((await client.register(path, service.device('bob'), { as: 'bob', triggers: content })).status, 204)
  await client.put(`${calendar}a.ics`, 'a')
  const { topic } = message((await service.first(1))[0]?.text ?? '')
  assert.equal(topic, text((await client.find(calendar))?.properties.get(`{${PUSH}}topic`)?.element as Element))

  await client.register(calendar, service.device('ann'), { triggers: content })
  await store.write((tx) => store.shares.remove(tx, item, bob))
  await client.put(`${calendar}b.ics`, 'b')
  assert.deepEqual(
    (await service.first(2)).map(({ path }) => path),
    ['/push/bob', '/push/ann'],
  )
})
