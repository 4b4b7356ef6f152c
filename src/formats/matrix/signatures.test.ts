// The specification's own vectors (Matrix v1.19 Appendices "Cryptographic Test Vectors"), and what must not pass.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { contentHash, eventIdOf, hasItsContent } from './hashes.ts'
import type { JsonObject } from './json.ts'
import { type RoomVersion, roomVersions } from './room-versions.ts'
import {
  isEventSignedBy,
  isSignedBy,
  publicKeyOf,
  requiredSigners,
  signEvent,
  signingKeyFrom,
  signJson,
  verifyKeyFrom,
} from './signatures.ts'

const seed = Buffer.from('YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1', 'base64')
const key = signingKeyFrom('ed25519:1', seed)
const publicKey = verifyKeyFrom(publicKeyOf(key))
const version = (id: string) => roomVersions.get(id) as RoomVersion
const signatureIn = (object: JsonObject) => JSON.parse(JSON.stringify(object)).signatures.domain['ed25519:1']

describe('signed JSON', () => {
  const vectors: [JsonObject, string][] = [
    [{}, 'K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ'],
    [{ one: 1, two: 'Two' }, 'KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw'],
  ]
  for (const [object, signature] of vectors) {
    it(`is as specified for ${JSON.stringify(object)}`, () => {
      const signed = signJson(object, 'domain', key)
      assert.equal(signatureIn(signed), signature)
      assert.ok(publicKey && isSignedBy({ ...signed, unsigned: { age: 1 } }, 'domain', 'ed25519:1', publicKey))
      assert.ok(!isSignedBy({ ...signed, three: 3 }, 'domain', 'ed25519:1', publicKey))
      assert.ok(!isSignedBy(signed, 'other', 'ed25519:1', publicKey))
      assert.ok(!isSignedBy(signed, 'domain', 'ed25519:2', publicKey))
    })
  }

  it('is not what cannot be encoded', () => {
    const signatures = { domain: { 'ed25519:1': 'A'.repeat(86) } }
    assert.ok(publicKey && !isSignedBy({ signatures, half: 0.5 }, 'domain', 'ed25519:1', publicKey))
  })
})

describe('a signed event', () => {
  const minimal: JsonObject = {
    room_id: '!x:domain',
    sender: '@a:domain',
    origin: 'domain',
    origin_server_ts: 1000000,
    signatures: {},
    hashes: {},
    type: 'X',
    content: {},
    prev_events: [],
    auth_events: [],
    depth: 3,
    unsigned: { age_ts: 1000000 },
  }
  const message: JsonObject = {
    content: { body: 'Here is the message content' },
    event_id: '$0:domain',
    origin: 'domain',
    origin_server_ts: 1000000,
    type: 'm.room.message',
    room_id: '!r:domain',
    sender: '@u:domain',
    signatures: {},
    unsigned: { age_ts: 1000000 },
  }

  it('is as specified, minimal', () => {
    const signed = signEvent(minimal, 'domain', key, version('1'))
    assert.equal(contentHash(minimal, version('1')), '5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos')
    assert.equal(
      signatureIn(signed),
      'KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg',
    )
  })

  it('is as specified where its content may be redacted, and stays signed without it', () => {
    const signed = signEvent(message, 'domain', key, version('1'))
    assert.deepEqual(signed.hashes, { sha256: 'onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g' })
    assert.equal(
      signatureIn(signed),
      'Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA',
    )
    const emptied = { ...signed, content: {} }
    assert.ok(publicKey && isEventSignedBy(emptied, 'domain', 'ed25519:1', publicKey, version('1')))
    assert.ok(hasItsContent(signed, version('1')))
    assert.ok(!hasItsContent(emptied, version('1')), 'the hash tells that the content is gone')
  })

  it('has a signature for its sender, and what else its version asks for', () => {
    assert.deepEqual([...requiredSigners({ ...message, event_id: '$1:other' }, version('2'))], ['domain', 'other'])
    assert.deepEqual([...requiredSigners({ ...message, event_id: '$1:other' }, version('3'))], ['domain'])
    const join = {
      ...message,
      type: 'm.room.member',
      content: { membership: 'join', join_authorised_via_users_server: '@b:third' },
    }
    assert.deepEqual([...requiredSigners(join, version('7'))], ['domain'])
    assert.deepEqual([...requiredSigners(join, version('8'))], ['domain', 'third'])
  })

  it('is named by its reference hash since version 3, in an alphabet for addresses since version 4', () => {
    const ids = ['1', '3', '4', '12'].map((id) => eventIdOf({ ...minimal, event_id: '$0:domain' }, version(id)))
    assert.equal(ids[0], '$0:domain')
    assert.match(ids[1] as string, /^\$[A-Za-z0-9+/]{43}$/)
    assert.match(ids[2] as string, /^\$[A-Za-z0-9_-]{43}$/)
    assert.equal(ids[2], (ids[1] as string).replaceAll('+', '-').replaceAll('/', '_'))
    assert.equal(eventIdOf(minimal, version('4')), ids[2], 'an event_id that somebody added changes nothing')
    assert.equal(eventIdOf({ ...minimal, content: { body: 'x' } }, version('4')), ids[2], 'nor does what is redacted')
    assert.notEqual(ids[3], ids[2], 'version 11 no longer keeps "origin"')
  })
})
