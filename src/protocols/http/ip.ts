import { isIPv4, isIPv6 } from 'node:net'

/** 4 or 16 bytes in network order; undefined for what is no address. A zone (`%eth0`) is left out. */
export const addressBytes = (address: string): Uint8Array | undefined => {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number)
  if (!isIPv6(address)) return undefined
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0]
  const text = address.split('%', 1)[0] ?? ''
  // RFC 4291 §2.2: the last 32 bits may be written as IPv4.
  const [a = 0, b = 0, c = 0, d = 0] = dotted?.split('.').map(Number) ?? []
  const hex =
    dotted === undefined ? text : text.replace(dotted, `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`)
  const [head = '', tail] = hex.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]))
}

/** IPv4 as it is, IPv6 down to its /64, which is what one customer gets. */
export const networkOf = (address: string): string => {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  const bytes = addressBytes(plain)
  return bytes?.length === 16 ? `${Buffer.from(bytes.subarray(0, 8)).toString('hex')}/64` : plain
}
