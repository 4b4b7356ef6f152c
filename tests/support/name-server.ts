// A name server on loopback (RFC 1035 §4.1), and the resolver that asks it and no other.
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { isIPv6 } from 'node:net'

const types = { A: 1, MX: 15, TXT: 16, AAAA: 28, SRV: 33 } as const
export type RecordType = keyof typeof types

const typeOf = (code: number): RecordType | undefined =>
  (Object.keys(types) as RecordType[]).find((type) => types[type] === code)

/** By `<type> <name>`; an SRV as `0 1 8443 home.example.org.`, an MX as `10 mail.example.org.` */
export type Zone = ReadonlyMap<string, readonly string[]>

/** Answers from a table, and NXDOMAIN for all else. */
export const openZone = (zone: Zone) => open((type, name) => zone.get(`${type} ${name.toLowerCase()}`))

/** Answers each question for an address with what `addresses` has at that moment. */
export const openNameServer = (addresses: (name: string) => readonly string[]) =>
  open((type, name) => addresses(name).filter((one) => type === (isIPv6(one) ? 'AAAA' : 'A')))

async function open(answers: (type: RecordType, name: string) => readonly string[] | undefined) {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, { port, address }) => {
    const { name, end } = readName(query)
    const type = typeOf(query.readUInt16BE(end))
    asked.push(`${name} ${type}`)
    const found = type && answers(type, name)
    const records = type === undefined ? [] : (found ?? []).map((value) => record(type, value))
    const head = words(0, found === undefined ? 0x8183 : 0x8180, 1, records.length, 0, 0)
    query.copy(head, 0, 0, 2)
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([`127.0.0.1:${(socket.address() as AddressInfo).port}`])
  return { resolver, asked, [Symbol.asyncDispose]: async () => void socket.close() }
}

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index)
  return bytes
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

const writeName = (name: string): Buffer =>
  Buffer.concat(name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])))

/** Its name is the question's; it lives for no second, so that nobody remembers it. */
function record(type: RecordType, value: string): Buffer {
  const data = dataOf(type, value)
  return Buffer.concat([words(0xc00c, types[type], 1, 0, 0, data.length), data])
}

function dataOf(type: RecordType, value: string): Buffer {
  if (type === 'A') return Buffer.from(value.split('.').map(Number))
  if (type === 'AAAA') return bytes6(value)
  if (type === 'TXT') return Buffer.from([Buffer.byteLength(value), ...Buffer.from(value)])
  if (type === 'MX') {
    const [preference, exchange = ''] = value.split(' ')
    return Buffer.concat([words(Number(preference)), writeName(exchange)])
  }
  const [priority, weight, port, target = ''] = value.split(' ')
  return Buffer.concat([words(Number(priority), Number(weight), Number(port)), writeName(target)])
}

function bytes6(address: string): Buffer {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [before = [], after = []] = canonical.split('::').map((half) => half.split(':').filter(Boolean))
  const middle = Array<string>(8 - before.length - after.length).fill('0')
  return Buffer.from([...before, ...middle, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
