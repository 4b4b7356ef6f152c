// An IMAP client that costs next to nothing: it sends a command and looks only for the line that ends the answer.
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'

export class Client {
  readonly #socket: TLSSocket
  #tail = Buffer.alloc(0)
  #waiting: { mark: Buffer; resolve: (line: string) => void } | undefined
  #tag = 0
  /** Of all answers so far. */
  bytes = 0

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  static async open(port: number, { name, password }: { name: string; password: string }): Promise<Client> {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    const client = new Client(socket)
    await once(socket, 'secureConnect')
    await client.until('* OK')
    await client.run(`LOGIN ${name} ${password}`)
    return client
  }

  #take(chunk: Buffer): void {
    this.bytes += chunk.length
    this.#tail = Buffer.concat([this.#tail.subarray(-200), chunk])
    const waiting = this.#waiting
    if (waiting === undefined) return
    const at = this.#tail.indexOf(waiting.mark)
    const end = at === -1 ? -1 : this.#tail.indexOf('\r\n', at)
    if (end === -1) return
    const line = this.#tail.toString('latin1', at, end)
    this.#tail = this.#tail.subarray(end + 2)
    this.#waiting = undefined
    waiting.resolve(line)
  }

  /** Resolves with the line that begins with (or has) these words. */
  until(words: string): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting = { mark: Buffer.from(words), resolve }
      this.#take(Buffer.alloc(0))
    })
  }

  /** Sends a command; throws unless the answer is OK. */
  async run(command: string | Buffer): Promise<void> {
    const tag = `t${++this.#tag}x`
    const done = this.until(`${tag} `)
    this.#socket.write(Buffer.concat([Buffer.from(`${tag} `), Buffer.from(command as string), Buffer.from('\r\n')]))
    const line = await done
    if (!line.startsWith(`${tag} OK`)) throw new Error(`${String(command).slice(0, 80)}: ${line}`)
  }

  send(line: string): void {
    this.#socket.write(`${line}\r\n`)
  }

  close(): void {
    this.#socket.destroy()
  }
}
