// An IMAP client that says exactly what a test tells it to, and reads what comes back as it is.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TestTwin } from './twin.ts'

export class RawImap {
  #socket: Socket
  #text = ''
  #wake = (): void => {}
  #isOver = false

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#attach()
  }

  static async open({ ports }: Pick<TestTwin, 'ports'>, { tls = true } = {}): Promise<RawImap> {
    const socket = tls
      ? connectTls({ host: '127.0.0.1', port: ports.imaps, rejectUnauthorized: false })
      : connect({ host: '127.0.0.1', port: ports.imap })
    await once(socket, tls ? 'secureConnect' : 'connect')
    const client = new RawImap(socket)
    await client.line()
    return client
  }

  #attach(): void {
    const socket = this.#socket
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (socket !== this.#socket) return
      this.#isOver = true
      this.#wake()
    })
  }

  /** Octets, or characters of one octet each. */
  send(data: string | Buffer): void {
    this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
  }

  /** The next line without its end; undefined when the twin has ended the connection. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\r\n')
      if (end !== -1) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        return line
      }
      if (this.#isOver) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Sends a command and answers all lines up to its tagged one, which is the last. */
  async command(text: string, tag = 'a'): Promise<string[]> {
    this.send(`${tag} ${text}\r\n`)
    return this.upTo(tag)
  }

  /** Lines up to the one that begins with a word, or to the end of the connection. */
  async upTo(tag: string): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      const line = await this.line()
      if (line === undefined) return lines
      lines.push(line)
      if (line.startsWith(`${tag} `)) return lines
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    const last = (await this.command(`LOGIN ${name} ${password}`)).at(-1)
    if (!last?.startsWith('a OK')) throw new Error(last)
  }

  async startTls(): Promise<void> {
    this.#socket.removeAllListeners('data')
    const secured = connectTls({ socket: this.#socket, rejectUnauthorized: false })
    await once(secured, 'secureConnect')
    this.#socket = secured
    this.#attach()
  }

  /** Resolves when the twin has closed the connection. */
  async closed(): Promise<void> {
    while ((await this.line()) !== undefined);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
