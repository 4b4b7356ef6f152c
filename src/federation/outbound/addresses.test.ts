import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AddressKind, kindOfAddress, ownNetworks } from './addresses.ts'

const all = (kind: AddressKind, addresses: readonly string[]) => {
  for (const address of addresses) it(address, () => assert.equal(kindOfAddress(address), kind))
}

describe('public addresses', () => {
  all('global', ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1'])
  all('global', ['192.0.1.1', '198.17.255.255', '198.20.0.0', '223.255.255.255', '2606:4700::1111', '2a00::1'])
  all('global', ['64:ff9b::101:101', '64:ff9b::1.1.1.1'])
})

describe('addresses that are not public', () => {
  all('other', ['0.0.0.0', '10.1.2.3', '100.64.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1'])
  all('other', ['192.0.0.8', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1'])
  all('other', ['224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255'])
  // IPv4 in IPv6: mapped, compatible, translated, behind NAT64, 6to4, Teredo
  all('other', ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::127.0.0.1', '::ffff:0:127.0.0.1'])
  all('other', ['64:ff9b::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::', '64:ff9b::5', '64:ff9b:1::1.1.1.1'])
  all('other', ['2002:7f00:1::', '2002:101:101::1', '2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'])
  all('other', ['::', 'fe80::1', 'fe80::1%eth0', '2606:4700::1%eth0', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1'])
  all('other', ['100::1', '5f00::1', '3fff::1', '2001:db8::1', '4000::1', 'e000::1', '1::1'])
  all('other', ['', 'localhost', '1.1.1', '0x7f.1', '01.1.1.1', '[::1]'])
})

describe('addresses for some', () => {
  all('overlay', ['200::1', '201:1::1', '300::1', '3ff:ffff::1', '400::1', '5ff::1'])
  all('loopback', ['127.0.0.1', '127.255.255.254', '::1'])
})

describe('the own networks', () => {
  const own = ownNetworks({
    lan: [
      {
        address: '192.168.1.2',
        netmask: '255.255.255.0',
        cidr: '192.168.1.2/24',
        family: 'IPv4',
        mac: '',
        internal: false,
      },
      {
        address: '2a02:1:2:3::10',
        netmask: 'ffff::',
        cidr: '2a02:1:2:3::10/64',
        family: 'IPv6',
        mac: '',
        internal: false,
        scopeid: 0,
      },
      { address: '8.8.4.4', netmask: '255.255.252.0', cidr: '8.8.4.4/22', family: 'IPv4', mac: '', internal: false },
    ],
  })
  it('are the neighbours of a public IPv6 address', () => {
    assert.ok(own.check('2a02:1:2:3::20', 'ipv6'))
    assert.ok(!own.check('2a02:1:2:4::20', 'ipv6'))
  })
  it('are a public IPv4 address, and not those that a provider put beside it', () => {
    assert.ok(own.check('8.8.4.4', 'ipv4'))
    assert.ok(!own.check('8.8.4.5', 'ipv4'))
  })
})
