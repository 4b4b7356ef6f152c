// Which addresses may be connected to. What is not known to be public is refused: a new special range is safe before
// anybody has heard of it.

import { BlockList, isIP, isIPv4 } from 'node:net'
import type { networkInterfaces } from 'node:os'

type Network = readonly [address: string, prefix: number]

const listOf = (family: 'ipv4' | 'ipv6', networks: readonly Network[]): BlockList => {
  const list = new BlockList()
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, family)
  return list
}

/** RFC 6890 and the IANA registry it made: what is not globally reachable, and multicast (RFC 5771). */
const special4 = listOf('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
])

/** RFC 4291 §2.4: the only part of IPv6 from which public addresses are given out. */
const unicast6 = listOf('ipv6', [['2000::', 3]])

/** In it, what is not public: protocol assignments with Teredo, documentation (RFC 3849, RFC 9637), 6to4 (RFC 7526). */
const special6 = listOf('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

/** RFC 6052 §2.1: an IPv4 address behind a translator, which is how a host without IPv4 reaches one. */
const nat64 = listOf('ipv6', [['64:ff9b::', 96]])

/** Where twins reach each other by their keys, whatever the network below. */
const overlay6 = listOf('ipv6', [
  ['200::', 7],
  ['400::', 7],
])

const loopback4 = listOf('ipv4', [['127.0.0.0', 8]])
const loopback6 = listOf('ipv6', [['::1', 128]])

/** What kind of address it is; 'other' for what nobody may be sent to, and for what is no address. */
export type AddressKind = 'global' | 'overlay' | 'loopback' | 'other'

export const kindOfAddress = (address: string): AddressKind => {
  if (isIPv4(address)) {
    if (!special4.check(address, 'ipv4')) return 'global'
    return loopback4.check(address, 'ipv4') ? 'loopback' : 'other'
  }
  // A zone index names a link, and what is on a link is not public.
  if (isIP(address) !== 6 || address.includes('%')) return 'other'
  if (unicast6.check(address, 'ipv6')) return special6.check(address, 'ipv6') ? 'other' : 'global'
  if (nat64.check(address, 'ipv6')) return kindOfAddress(embedded(address)) === 'global' ? 'global' : 'other'
  if (overlay6.check(address, 'ipv6')) return 'overlay'
  return loopback6.check(address, 'ipv6') ? 'loopback' : 'other'
}

/** The IPv4 address in the last 32 bits. */
const embedded = (address: string): string => {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [low = 0, high = 0] = canonical
    .slice(canonical.indexOf('::') + 2)
    .split(':')
    .map((group) => Number.parseInt(group || '0', 16))
    .reverse()
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * What a firewall before this machine may hide from strangers, and what the machine itself would reach: its own public
 * addresses, and the neighbours that have public IPv6 addresses on the same link.
 */
export const ownNetworks = (interfaces: ReturnType<typeof networkInterfaces>): BlockList => {
  const list = new BlockList()
  for (const { address, family, cidr } of Object.values(interfaces).flatMap((addresses) => addresses ?? [])) {
    if (kindOfAddress(address) !== 'global') continue
    if (family === 'IPv4') list.addAddress(address, 'ipv4')
    else list.addSubnet(address, Number(cidr?.split('/')[1] ?? 128), 'ipv6')
  }
  return list
}
