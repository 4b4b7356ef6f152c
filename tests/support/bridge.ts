import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect } from 'node:tls'
import type { TestTwin } from './twin.ts'

/** A port of this machine that speaks TLS to a twin, for programs that cannot be told whom to trust. */
export async function openBridge(twin: TestTwin): Promise<{ port: number } & AsyncDisposable> {
  const open = new Set<Socket>()
  const bridge = createServer((socket) => {
    const secure = connect({ port: twin.port, host: '127.0.0.1', servername: 'localhost', ca: twin.ca })
    for (const [one, other] of [
      [socket, secure],
      [secure, socket],
    ] as const) {
      open.add(one)
      one
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(one)
          other.destroy()
        })
    }
    socket.pipe(secure).pipe(socket)
  })
  bridge.listen(0, '127.0.0.1')
  await once(bridge, 'listening')
  return {
    port: (bridge.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      bridge.close()
      await once(bridge, 'close')
    },
  }
}
