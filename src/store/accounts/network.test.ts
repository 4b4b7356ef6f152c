import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkOf } from './network.ts'

test('IPv4 is counted by its address, in every spelling', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7')
  for (const mapped of ['::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:192.0.2.7']) {
    assert.equal(networkOf(mapped), '192.0.2.7', mapped)
  }
})

test('IPv6 is counted by its /64', () => {
  for (const address of [
    '2001:db8:0:7::1',
    '2001:DB8:0:7:ffff:ffff:ffff:ffff',
    '2001:db8::7:0:0:0:5',
    '2001:db8:0:7::192.0.2.1',
  ]) {
    assert.equal(networkOf(address), '2001:db8:0:7::/64', address)
  }
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
})

test('the last 64 bits of an IPv6 address change nothing, the first do', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (address, low) => {
      const groups = [48n, 32n, 16n, 0n].map((shift) => ((low >> shift) & 0xffffn).toString(16)).join(':')
      const network = networkOf(address)
      if (!network.endsWith('::/64')) return // an IPv4 address in IPv6 clothes
      assert.equal(
        networkOf(network.replace('::/64', `:${groups}`)),
        network.startsWith('0:0:0:0::') ? networkOf(`0:0:0:0:${groups}`) : network,
      )
    }),
  )
})

test('what is no address has one network together', () => {
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4.5', ':::']) assert.equal(networkOf(text), 'unknown')
})
