// A DNS server on loopback (RFC 1035 §4): answers A, AAAA, SRV and TXT from a table, and NXDOMAIN for all else.
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'

const types: Readonly<Record<number, string>> = { 1: 'A', 16: 'TXT', 28: 'AAAA', 33: 'SRV' }

/** By `<type> <name>`; an SRV as `0 1 8443 home.example.org`. */
export type Zone = Map<string, readonly string[]>

const nameBytes = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .replace(/\.$/, '')
      .split('.')
      .map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])

const word = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])))

const data = (type: string, value: string): Buffer => {
  if (type === 'A') return Buffer.from(value.split('.').map(Number))
  if (type === 'TXT') return Buffer.from([Buffer.byteLength(value), ...Buffer.from(value)])
  if (type === 'AAAA') return word(...value.split(':').map((part) => Number.parseInt(part, 16)))
  const [priority, weight, port, target = ''] = value.split(' ')
  return Buffer.concat([word(Number(priority), Number(weight), Number(port)), nameBytes(target)])
}

const answer = (zone: Zone, query: Buffer): Buffer => {
  let end = 12
  const labels: string[] = []
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
    labels.push(query.toString('latin1', end + 1, end + 1 + length))
    end += length + 1
  }
  const code = query.readUInt16BE(end + 1)
  const type = types[code] ?? ''
  const values = zone.get(`${type} ${labels.join('.').toLowerCase()}`) ?? []
  const records = values.map((value) => {
    const bytes = data(type, value)
    return Buffer.concat([word(0xc00c, code, 1, 0, 60, bytes.length), bytes])
  })
  const flags = values.length === 0 ? 0x8183 : 0x8180
  return Buffer.concat([
    query.subarray(0, 2),
    word(flags, 1, values.length, 0, 0),
    query.subarray(12, end + 5),
    ...records,
  ])
}

/** A resolver that asks this server and no other. */
export async function createDnsServer(zone: Zone): Promise<{ resolver: Resolver } & AsyncDisposable> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(answer(zone, query), port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return {
    resolver,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}
