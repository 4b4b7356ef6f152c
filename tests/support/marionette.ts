// Marionette, by which Mozilla's programs are remote-controlled: over TCP, each message is its length, a colon and JSON.
// `run` executes JavaScript with the program's own rights, so that a test does what its windows do.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

type Reply = [type: 1, id: number, error: { error: string; message: string } | null, result: { value?: unknown } | null]

export class Marionette implements AsyncDisposable {
  readonly #socket: Socket
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #received = Buffer.alloc(0)
  #lastId = 0

  readonly #prelude: string

  private constructor(socket: Socket, prelude: string) {
    this.#socket = socket
    this.#prelude = prelude
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The program has closed the connection'))
    })
    socket.on('error', () => undefined)
  }

  /** `prelude` comes before everything that is run. */
  static async connect(port: number, prelude = ''): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const marionette = new Marionette(socket, prelude)
    await marionette.#send('WebDriver:NewSession', {
      capabilities: { alwaysMatch: { unhandledPromptBehavior: 'ignore' } },
    })
    await marionette.#send('Marionette:SetContext', { value: 'chrome' })
    return marionette
  }

  /** Runs the body of an async function, in the scope of the program's window; `args` are its arguments. */
  async run<T>(body: string, ...args: readonly unknown[]): Promise<T> {
    const script = `const done = arguments[arguments.length - 1];
      (async (...args) => { ${this.#prelude}\n${body} })(...Array.from(arguments).slice(0, -1)).then(
        (value) => done({ value: value === undefined ? null : value }),
        (error) => done({ failure: String(error) + '\\n' + error.stack }))`
    const asked = { script, args, sandbox: 'system', newSandbox: false }
    const answer = (await this.#send('WebDriver:ExecuteAsyncScript', asked)) as { value: T; failure?: string }
    if (answer.failure !== undefined) throw new Error(`In the program: ${answer.failure}`)
    return answer.value
  }

  /** What its window shows, as a PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from((await this.#send('WebDriver:TakeScreenshot', { full: false, hash: false })) as string, 'base64')
  }

  #send(name: string, parameters: object): Promise<unknown> {
    const id = ++this.#lastId
    const message = JSON.stringify([0, id, name, parameters])
    this.#socket.write(`${Buffer.byteLength(message)}:${message}`)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    for (;;) {
      const colon = this.#received.indexOf(':')
      if (colon < 0) return
      const end = colon + 1 + Number(this.#received.toString('latin1', 0, colon))
      if (this.#received.length < end) return
      const message = JSON.parse(this.#received.toString('utf8', colon + 1, end))
      this.#received = this.#received.subarray(end)
      if (Array.isArray(message)) this.#settle(message as Reply) // the greeting is an object
    }
  }

  #settle([, id, error, result]: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(`${error.error}: ${error.message}`))
    else waiting?.resolve(result && 'value' in result ? result.value : result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
  }
}
