// Every socket is counted from accept to close, so that no stranger can take all of them: an address has its share,
// and when the house is full the connection that has been idle longest makes room for the new one.

import type { Socket } from 'node:net'
import { networkOf } from './ip.ts'

type Bounds = { readonly connections: number; readonly connectionsPerAddress: number }

/** The same for a socket and for the TLS socket on top of it, which node does not tie together in public. */
const peerOf = (socket: Socket): string =>
  `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`

export class Connections {
  readonly #bounds: Bounds
  readonly #open = new Set<Socket>()
  readonly #byNetwork = new Map<string, number>()
  /** Accepted and not yet through the TLS handshake, oldest first. */
  readonly #handshaking = new Map<string, Socket>()
  /** Ready for a request and without one, longest idle first. */
  readonly #idle = new Set<Socket>()
  /** Connections turned away, by why. */
  readonly refused = { address: 0, full: 0 }

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  get size(): number {
    return this.#open.size
  }

  /** Counts the socket until it closes, or destroys it and says false. */
  admit(socket: Socket): boolean {
    const network = networkOf(socket.remoteAddress ?? '')
    const others = this.#byNetwork.get(network) ?? 0
    if (others >= this.#bounds.connectionsPerAddress) return this.#refuse(socket, 'address')
    if (this.#open.size >= this.#bounds.connections && !this.#evict()) return this.#refuse(socket, 'full')
    const peer = peerOf(socket)
    this.#open.add(socket)
    this.#handshaking.set(peer, socket)
    this.#byNetwork.set(network, others + 1)
    socket.once('close', () => {
      this.#open.delete(socket)
      if (this.#handshaking.get(peer) === socket) this.#handshaking.delete(peer)
      const left = (this.#byNetwork.get(network) ?? 1) - 1
      if (left === 0) this.#byNetwork.delete(network)
      else this.#byNetwork.set(network, left)
    })
    return true
  }

  #refuse(socket: Socket, why: 'address' | 'full'): false {
    this.refused[why]++
    socket.on('error', () => undefined)
    socket.resetAndDestroy()
    return false
  }

  #evict(): boolean {
    const [oldest] = this.#idle.size > 0 ? this.#idle : this.#handshaking.values()
    if (oldest === undefined) return false
    this.#idle.delete(oldest)
    this.#handshaking.delete(peerOf(oldest))
    oldest.destroy()
    return true
  }

  /** The TLS socket that stands for an admitted one from now on. */
  secured(socket: Socket): void {
    this.#handshaking.delete(peerOf(socket))
    this.idle(socket)
  }

  idle(socket: Socket): void {
    if (!socket.destroyed) this.#idle.add(socket)
  }

  busy(socket: Socket): void {
    this.#idle.delete(socket)
  }

  /** Ends all that no request is waiting on, handshakes included. */
  destroyIdle(): void {
    for (const socket of [...this.#handshaking.values(), ...this.#idle]) socket.destroy()
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
