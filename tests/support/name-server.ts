// A name server on loopback (RFC 1035 §4.1), and the resolver that asks it.
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { isIPv6 } from 'node:net'

const types: Readonly<Record<number, 'A' | 'AAAA'>> = { 1: 'A', 28: 'AAAA' }

/** Answers each question with what `addresses` has at that moment. */
export async function openNameServer(addresses: (name: string) => readonly string[]) {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, { port, address }) => {
    const { name, end } = readName(query)
    const type = types[query.readUInt16BE(end)]
    asked.push(`${name} ${type}`)
    const found = addresses(name).filter((one) => type === (isIPv6(one) ? 'AAAA' : 'A'))
    const head = Buffer.from(query.subarray(0, 12))
    head.writeUInt16BE(0x8180, 2)
    for (const [offset, count] of [4, 6, 8, 10].map((at, index) => [at, [1, found.length, 0, 0][index] ?? 0] as const))
      head.writeUInt16BE(count, offset)
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...found.map(record)]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([`127.0.0.1:${(socket.address() as AddressInfo).port}`])
  return { resolver, asked, [Symbol.asyncDispose]: async () => void socket.close() }
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 1 }
}

/** Its name is the question's; it lives for no second, so that nobody remembers it. */
function record(address: string): Buffer {
  const data = isIPv6(address) ? bytes6(address) : Buffer.from(address.split('.').map(Number))
  const head = Buffer.from([0xc0, 12, 0, isIPv6(address) ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, data.length])
  return Buffer.concat([head, data])
}

function bytes6(address: string): Buffer {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [before = [], after = []] = canonical.split('::').map((half) => half.split(':').filter(Boolean))
  const middle = Array<string>(8 - before.length - after.length).fill('0')
  return Buffer.from([...before, ...middle, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
