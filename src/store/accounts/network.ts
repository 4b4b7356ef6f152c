import { isIPv4, isIPv6 } from 'node:net'

/**
 * The network that an address stands for when failures are counted.
 * IPv4: the address itself, since its neighbours in a /24 are strangers who must not share a known network's budget, and one
 * address already stands for a whole household. IPv6: the /64, since that is the least a line gets and a host picks freely in it.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '') // RFC 4007 §11: the zone says which link, not who
  if (isIPv4(plain)) return plain
  if (!isIPv6(plain)) return 'unknown'
  const groups = expand(plain)
  // RFC 4291 §2.5.5.2: an IPv4 address in IPv6 clothes
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of a valid IPv6 address. */
function expand(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const text = dotted ? `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}` : address
  const [head = '', tail] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

const pair = (high = '0', low = '0'): string => ((Number(high) << 8) | Number(low)).toString(16)
