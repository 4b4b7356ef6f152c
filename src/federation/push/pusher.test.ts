import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { collectingLog } from '../../../tests/support/http.ts'
import { createPerson } from '../../../tests/support/people.ts'
import { type Device, PushService } from '../../../tests/support/push-service.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { pushes } from '../../limits.ts'
import { Metrics } from '../../metrics.ts'
import type { PushSubscription } from '../../store/push-subscriptions.ts'
import type { Store } from '../../store/store.ts'
import { createOutbound } from '../outbound/outbound.ts'
import { Pusher, type PusherOptions, type PushSource } from './pusher.ts'
import { Vapid } from './vapid.ts'

const quick = { gatherMilliseconds: 1, everyMilliseconds: 1, retryMilliseconds: { first: 1, most: 20 } }

/** A number that devices are told of when it changes. */
class Counted implements PushSource {
  readonly kind = 'test'
  readonly looked = new EventEmitter()
  value = 0
  isThere = true

  async look(_view: unknown, { subject }: PushSubscription) {
    this.looked.emit('look')
    if (!this.isThere) return 'gone' as const
    const state = String(this.value)
    return { state, contentType: 'text/plain', message: Buffer.from(`${subject} ${state}`), topic: 'numbers' }
  }
}

class Bench {
  readonly store: Store
  readonly service: PushService
  readonly source = new Counted()
  readonly metrics = new Metrics()
  readonly lines: Record<string, unknown>[]
  readonly options: PusherOptions
  readonly #person: { accountId: number; credentialId: number }
  #pushers: Pusher[] = []

  private constructor(store: Store, service: PushService, vapid: Vapid, person: Bench['person']) {
    this.store = store
    this.service = service
    this.#person = person
    const { log, lines } = collectingLog()
    this.lines = lines
    const outbound = createOutbound({ loopback: true, ca: service.ca })
    this.options = { store, sources: [this.source], vapid, outbound, log, metrics: this.metrics, bounds: quick }
  }

  get person(): { accountId: number; credentialId: number } {
    return this.#person
  }

  static async open(store: Store, service: PushService): Promise<Bench> {
    const { id: accountId } = await createPerson(store, 'ann', 'correct horse battery')
    const wanted = { label: 'phone', scopes: ['all'] as const }
    const { id: credentialId } = await store.write((tx) => store.credentials.createAppPassword(tx, accountId, wanted))
    const vapid = await Vapid.open(store.directory, { contact: 'https://home.example.org/', now: store.now })
    return new Bench(store, service, vapid, { accountId, credentialId })
  }

  start(options: Partial<PusherOptions> = {}): Pusher {
    const pusher = new Pusher({ ...this.options, metrics: new Metrics(), ...options })
    this.#pushers.push(pusher)
    pusher.start()
    return pusher
  }

  subscribe({ endpoint, publicKey, authSecret }: Device, more: Partial<PushSubscription> = {}) {
    const subscription = {
      ...{ ...this.#person, kind: 'test', subject: 'number', triggers: '', topic: 'numbers' },
      ...{ endpoint, publicKey, authSecret, told: '0', expiresAt: this.store.now() + 60_000 },
      ...more,
    }
    return this.store.write((tx) => this.store.pushSubscriptions.put(tx, subscription))
  }

  async change(value: number): Promise<void> {
    this.source.value = value
    await this.store.write(async (tx) => tx.changed('numbers'))
  }

  get subscriptions(): Promise<PushSubscription[]> {
    return this.store.read((view) => this.store.pushSubscriptions.ofTopic(view, 'numbers'))
  }

  /** Resolves when it is noted that this was told. */
  async told(value: number): Promise<void> {
    for (;;) {
      const looked = once(this.source.looked, 'look')
      if ((await this.subscriptions)[0]?.told === String(value)) return
      await looked
    }
  }

  /** Resolves when the number of subscriptions is this. */
  async remaining(count: number): Promise<void> {
    const signal = new EventEmitter()
    using stop = { [Symbol.dispose]: this.store.watch('push-subscriptions', () => signal.emit('change')) }
    assert.ok(stop)
    for (;;) {
      const changed = once(signal, 'change')
      if ((await this.subscriptions).length === count) return
      await changed
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pusher of this.#pushers) await pusher.close()
  }
}

test('RFC 8030 §5: a change is told to the device, encrypted, with the time that it is good for and who sends it', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  bench.start()
  await bench.subscribe(service.device('phone'))
  await bench.change(1)
  const [message] = await service.first(1)
  assert.equal(message?.text, 'number 1')
  const { headers } = message
  assert.deepEqual(
    [headers['content-encoding'], headers['content-type'], headers.ttl, headers.urgency, headers.topic],
    ['aes128gcm', 'text/plain', String(pushes.ttlSeconds), 'normal', 'numbers'],
  )
  assert.match(headers.authorization ?? '', /^vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=B[\w-]{86}$/)
})

test('what is told already is not told again, by another twin or after a restart', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  const home = bench.start()
  const away = bench.start()
  await bench.subscribe(service.device('phone'))
  await bench.change(1)
  await bench.told(1)
  await Promise.all([home.close(), away.close()])
  bench.start()
  await bench.change(2)
  const texts = (await service.first(2)).map(({ text }) => text)
  assert.deepEqual(texts, ['number 1', 'number 2'])
})

test('what changed while no twin ran is told at its start', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  await bench.subscribe(service.device('phone'))
  await bench.change(7)
  bench.start()
  assert.equal((await service.first(1))[0]?.text, 'number 7')
})

test('a message that the end of a twin cuts off is sent by the next', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  const pusher = bench.start()
  await bench.subscribe(service.device('phone'))
  service.answers.push('hang')
  await bench.change(1)
  await service.asked(1)
  await pusher.close()
  bench.start()
  assert.equal((await service.first(1))[0]?.text, 'number 1')
})

test('many changes in a short time are few messages, and the last of them is told', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  bench.start({ bounds: { ...quick, gatherMilliseconds: 50, everyMilliseconds: 50 } })
  await bench.subscribe(service.device('phone'))
  for (let value = 1; value <= 100; value++) await bench.change(value)
  for (let count = 1; service.received.at(-1)?.text !== 'number 100'; count++) await service.first(count)
  assert.ok(service.received.length < 20, `${service.received.length} messages`)
})

test('RFC 8030 §7.3: a device that is gone (404, 410) is not asked again', async () => {
  for (const status of [404, 410]) {
    await using opened = await openTestStore()
    await using service = await PushService.open()
    await using bench = await Bench.open(opened.store, service)
    bench.start()
    await bench.subscribe(service.device('phone'))
    service.answers.push(status)
    await bench.change(1)
    await bench.remaining(0)
    assert.equal(service.requests, 1)
  }
})

test('a push service that fails is tried again later, and what changed meanwhile is told then', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  bench.start()
  await bench.subscribe(service.device('phone'))
  service.answers.push(500, { status: 429, retryAfter: 0 })
  await bench.change(1)
  await service.asked(1)
  await bench.change(2)
  assert.equal((await service.first(1))[0]?.text, 'number 2')
  assert.ok(service.requests >= 2)
})

test('a push service that hangs holds up no other, and no write', async () => {
  await using opened = await openTestStore()
  await using hanging = await PushService.open()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  const outbound = createOutbound({ loopback: true, ca: hanging.ca + service.ca })
  bench.start({ outbound })
  for (let n = 0; n < 2 * pushes.atOnce.service; n++) {
    hanging.answers.push('hang')
    await bench.subscribe(hanging.device(`stuck-${n}`))
  }
  await bench.change(1)
  await hanging.asked(pushes.atOnce.service)
  await bench.subscribe(service.device('phone'))
  await bench.change(2)
  assert.equal((await service.first(1))[0]?.text, 'number 2')
  assert.equal(hanging.requests, pushes.atOnce.service, 'and it is asked no more often at a time')
})

test('a subscription ends with its time, its credential, its account and its subject', async () => {
  let now = Date.now()
  await using opened = await openTestStore({ now: () => now })
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  const { store } = bench
  const { accountId, credentialId } = bench.person
  await bench.subscribe(service.device('phone'), { expiresAt: now + 1000 })
  now += 1000
  assert.deepEqual(await bench.subscriptions, [])
  assert.equal(await store.write((tx) => store.pushSubscriptions.tidy(tx)), 1)

  await bench.subscribe(service.device('phone'))
  await store.write((tx) => store.credentials.revoke(tx, accountId, 'app-password', credentialId))
  assert.deepEqual(await bench.subscriptions, [])
  assert.equal(await store.write((tx) => store.pushSubscriptions.tidy(tx)), 1)

  const wanted = { label: 'phone', scopes: ['all'] as const }
  const { id } = await store.write((tx) => store.credentials.createAppPassword(tx, accountId, wanted))
  await bench.subscribe(service.device('phone'), { credentialId: id })
  bench.source.isThere = false
  bench.start()
  await bench.change(1)
  await bench.remaining(0)

  await bench.subscribe(service.device('phone'), { credentialId: id, topic: 'others' })
  await store.write(async (tx) => {
    const account = await store.accounts.byId(tx, accountId)
    assert.ok(account)
    await store.accounts.delete(tx, account)
  })
  assert.deepEqual(await store.read((view) => store.pushSubscriptions.topics(view)), [])
  assert.equal(service.requests, 0)
})

test('an address inside this network is never asked, and its subscription goes', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  bench.start({ outbound: createOutbound({ ca: service.ca }) })
  await bench.subscribe(service.device('phone'))
  await bench.change(1)
  await bench.remaining(0)
  assert.equal(service.requests, 0)
})

test('the address of a device is in no log', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  bench.start({ outbound: createOutbound({ loopback: true }) })
  await bench.subscribe(service.device('secret-device'))
  const looked = once(bench.source.looked, 'look')
  await bench.change(1)
  await looked
  for (let tries = 0; tries < 4; tries++) await once(bench.source.looked, 'look')
  assert.match(JSON.stringify(bench.lines), /a push message was not sent/)
  assert.doesNotMatch(JSON.stringify(bench.lines), /secret-device/)
})

test('an account has as many subscriptions as devices need, and no more; renewing one makes none', async () => {
  await using opened = await openTestStore()
  await using service = await PushService.open()
  await using bench = await Bench.open(opened.store, service)
  const device = service.device('phone')
  const first = await bench.subscribe(device, { subject: '0' })
  const others = Array.from({ length: pushes.perAccount - 1 }, (_, n) => String(n + 1))
  await Promise.all(others.map((subject) => bench.subscribe(device, { subject })))
  await assert.rejects(bench.subscribe(device, { subject: 'one more' }), { code: 'Conflict' })
  const renewed = await bench.subscribe(device, { subject: '0', expiresAt: Date.now() + 120_000, told: '5' })
  assert.deepEqual([renewed.uid, renewed.told], [first.uid, '0'], 'what it was told is what it knows')
  assert.ok(renewed.expiresAt > first.expiresAt)
})
