// Where nobody may send the twin: this machine, its network, the overlay, whatever is not public, by any name.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openNameServer } from '../../../tests/support/name-server.ts'
import { openWebServer } from '../../../tests/support/web-server.ts'
import type { ErrorCode } from '../../errors.ts'
import { createOutbound, type OutboundAnswer, type OutboundOptions, wholeBody } from './outbound.ts'

const text = async ({ body }: OutboundAnswer): Promise<string> => (await wholeBody(body)).toString()

const ask = (
  url: string,
  options: OutboundOptions = {},
  policy: 'fetchUntrusted' | 'fetchFederation' = 'fetchUntrusted',
) => createOutbound(options)[policy](url, { bytes: 1000, milliseconds: 2000 }, text)

const refusedAs = (code: ErrorCode) => (error: { code?: string }) => {
  assert.equal(error.code, code, String(error))
  return true
}

const secret = () => openWebServer((_, response) => response.end('the secret of loopback'))

describe('an untrusted address', () => {
  for (const host of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '017700000001',
    '0177.0.0.1',
    '１２７.0.0.1',
    '127.0.0.1.',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
  ])
    it(`is not ${host}`, async () => {
      await using server = await secret()
      await assert.rejects(ask(`http://${host}:${server.port}/`), refusedAs('Forbidden'))
      assert.equal(server.connections(), 0)
    })

  for (const host of ['10.0.0.1', '169.254.169.254', '192.168.1.1', '[fd00::1]', '[fe80::1]', '[200::1]', '[400::1]'])
    it(`is not ${host}`, () => assert.rejects(ask(`http://${host}/`), refusedAs('Forbidden')))

  for (const address of [
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '10.0.0.1',
    '201::5',
  ])
    it(`is no name of ${address}`, async () => {
      await using server = await secret()
      await using names = await openNameServer(() => [address])
      const url = `http://feed.example:${server.port}/`
      await assert.rejects(ask(url, { resolver: names.resolver }), refusedAs('Forbidden'))
      assert.equal(server.connections(), 0)
    })

  it('has the scheme http or https', async () => {
    for (const url of [
      'file:///etc/passwd',
      'ftp://1.1.1.1/',
      'gopher://1.1.1.1/',
      'unix:/run/x',
      'data:,x',
      'nonsense',
    ])
      await assert.rejects(ask(url), refusedAs('BadRequest'))
  })

  it('has no port where other services listen', async () => {
    for (const port of [1, 22, 25, 53, 110, 143, 389, 465, 587, 993, 4190, 6667])
      await assert.rejects(ask(`http://1.1.1.1:${port}/`), refusedAs('BadRequest'))
  })

  it('is told no inner address when it is refused', async () => {
    await using names = await openNameServer(() => ['10.11.12.13'])
    await assert.rejects(ask('http://router.example/', { resolver: names.resolver }), (error: Error) => {
      assert.doesNotMatch(error.message, /10\.11/)
      return true
    })
  })
})

describe('a name that changes its address', () => {
  it('is asked for once, and the connection goes to the address that was judged', async () => {
    await using server = await openWebServer((_, response) => response.end('public'))
    await using names = await openNameServer((name) =>
      names.asked.filter((question) => question === `${name} A`).length > 1 ? ['10.0.0.1'] : ['127.0.0.1'],
    )
    const body = await ask(`http://rebind.example:${server.port}/`, { resolver: names.resolver, loopback: true })
    assert.equal(body, 'public')
    assert.deepEqual(names.asked.toSorted(), ['rebind.example A', 'rebind.example AAAA'])
  })

  it('is judged again when it redirects to itself', async () => {
    await using server = await openWebServer((_, response) => response.writeHead(302, { location: '/again' }).end())
    await using names = await openNameServer((name) =>
      names.asked.filter((question) => question === `${name} A`).length > 1 ? ['10.0.0.1'] : ['127.0.0.1'],
    )
    const url = `http://rebind.example:${server.port}/`
    await assert.rejects(ask(url, { resolver: names.resolver, loopback: true }), refusedAs('Forbidden'))
    assert.equal(server.connections(), 1)
  })

  it('is not followed to the address that is not public, of several', async () => {
    await using server = await openWebServer((_, response) => response.end('public'))
    await using names = await openNameServer(() => ['10.0.0.1', '::ffff:127.0.0.1', '127.0.0.1', '200::1'])
    const url = `http://mixed.example:${server.port}/`
    assert.equal(await ask(url, { resolver: names.resolver, loopback: true }), 'public')
  })
})

describe('a redirect', () => {
  for (const location of [
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa000001/',
    'http://[::ffff:10.0.0.1]/',
    'http://[200::1]/',
    '//192.168.0.1/',
  ])
    it(`is not followed to ${location}`, async () => {
      await using server = await openWebServer((_, response) => response.writeHead(301, { location }).end())
      await assert.rejects(ask(server.url, { loopback: true }), refusedAs('Forbidden'))
    })

  it('is not followed to another scheme or port of other services', async () => {
    for (const location of ['file:///etc/passwd', 'http://1.1.1.1:25/', 'ftp://1.1.1.1/']) {
      await using server = await openWebServer((_, response) => response.writeHead(301, { location }).end())
      await assert.rejects(ask(server.url, { loopback: true }), refusedAs('BadRequest'))
    }
  })
})

describe('the federation policy', () => {
  it('reaches the overlay', async () => {
    // Here it has no route, which is another answer than that it may not.
    for (const host of ['[200::1]', '[5ff::1]'])
      await assert.rejects(ask(`http://${host}/`, {}, 'fetchFederation'), refusedAs('Unavailable'))
  })

  it('reaches neither this machine nor its network', async () => {
    await using server = await secret()
    for (const host of [`127.0.0.1:${server.port}`, `[::1]:${server.port}`, '10.0.0.1', '169.254.169.254', '[fd00::1]'])
      await assert.rejects(ask(`http://${host}/`, {}, 'fetchFederation'), refusedAs('Forbidden'))
    assert.equal(server.connections(), 0)
  })
})
