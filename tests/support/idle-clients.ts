// Run as a program of its own: opens connections that say nothing, from as many loopback addresses as it takes: first
// some that shake hands, then some that do not even do that. Prints a line when all were opened; ends with its input.
// node tests/support/idle-clients.ts PORT TLS-COUNT TCP-COUNT PER-ADDRESS

import { connect as connectPlain, type Socket } from 'node:net'
import { connect, createSecureContext } from 'node:tls'

const [port = 0, tlsCount = 0, tcpCount = 0, perAddress = 1] = process.argv.slice(2).map(Number)
/** Handshakes at a time: more would only wait in the server's queue until they time out. */
const atOnce = 100
const secureContext = createSecureContext({})
let opened = 0

const nextAddress = (): string => {
  const address = Math.floor(opened++ / perAddress)
  return `127.0.${Math.floor(address / 200)}.${2 + (address % 200)}`
}

const openOne = (): Promise<void> =>
  new Promise((resolve) => {
    const isTls = opened < tlsCount
    const target = { host: '127.0.0.1', port, localAddress: nextAddress() }
    const socket: Socket = isTls
      ? connect({ ...target, rejectUnauthorized: false, secureContext }, resolve)
      : connectPlain(target, resolve)
    socket.on('error', () => resolve())
    socket.resume()
  })

const worker = async (): Promise<void> => {
  while (opened < tlsCount + tcpCount) await openOne()
}
await Promise.all(Array.from({ length: atOnce }, worker))
process.stdout.write(`opened ${opened}\n`)
process.stdin.resume().on('end', () => process.exit(0))
