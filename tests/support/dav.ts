// A store with WebDAV in front of it and one person, Ann, who asks.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { DAV, type Element, elements, isNamed, text } from '../../src/formats/xml/element.ts'
import { parseXml } from '../../src/formats/xml/parse.ts'
import { davMounts } from '../../src/protocols/dav/server.ts'
import { davSpaces } from '../../src/protocols/dav/spaces.ts'
import type { Store, StoreOptions } from '../../src/store/store.ts'
import { createTestServer } from './http.ts'
import { createPerson } from './people.ts'
import { openTestStore } from './store.ts'

export type DavAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

export type Ask = {
  headers?: OutgoingHttpHeaders
  body?: string | Buffer
  /** Of the path itself; otherwise it is below Ann's files. */
  absolute?: boolean
  as?: string
}

/** One response of a multistatus. */
export type Told = {
  href: string
  /** Of the resource as a whole. */
  status: number | undefined
  /** By `{namespace}name`: the status and the element of each property. */
  properties: ReadonlyMap<string, { status: number; element: Element }>
}

export class TestDav {
  readonly store: Store
  readonly port: number
  readonly accountId: number
  readonly server: Awaited<ReturnType<typeof createTestServer>>
  readonly #agent: Agent

  constructor(store: Store, server: Awaited<ReturnType<typeof createTestServer>>, accountId: number) {
    this.store = store
    this.server = server
    this.port = server.port
    this.accountId = accountId
    this.#agent = new Agent({ keepAlive: true, ca: server.ca, host: '127.0.0.1', servername: 'localhost' })
  }

  readonly password = 'correct horse battery'

  /** Sends one request; `path` is what comes after `/dav/files/ann/`. */
  ask(
    method: string,
    path: string,
    { headers = {}, body, absolute = false, as = 'ann' }: Ask = {},
  ): Promise<DavAnswer> {
    const authorization = `Basic ${Buffer.from(`${as}:${this.password}`).toString('base64')}`
    const options = {
      method,
      port: this.port,
      path: absolute ? path : `/dav/files/ann/${path}`,
      agent: this.#agent,
      headers: {
        authorization,
        host: this.host,
        ...(body !== undefined &&
          headers['transfer-encoding'] === undefined && { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    }
    return new Promise((resolve, reject) => {
      const request = httpsRequest(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        )
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  /** The same, for its status alone. */
  async status(method: string, path: string, ask?: Ask): Promise<number> {
    return (await this.ask(method, path, ask)).status
  }

  get host(): string {
    return `localhost:${this.port}`
  }

  url(path: string): string {
    return `https://${this.host}/dav/files/ann/${path}`
  }

  /** Properties of a resource and, with Depth 1, of its members. */
  async find(path: string, prop: string, { depth = '0', ...ask }: Ask & { depth?: string } = {}): Promise<Told[]> {
    const body = `<D:propfind xmlns:D="DAV:" xmlns:T="urn:twin:files"><D:prop>${prop}</D:prop></D:propfind>`
    const answer = await this.ask('PROPFIND', path, { ...ask, body, headers: { depth, ...ask.headers } })
    return told(answer)
  }

  /** Takes a lock, and answers its token. */
  async lock(
    path: string,
    { depth = '0', scope = 'exclusive', ...ask }: Ask & { depth?: string; scope?: string } = {},
  ) {
    const body = lockinfo(scope)
    const answer = await this.ask('LOCK', path, { ...ask, body, headers: { depth, ...ask.headers } })
    const token = /^<(.*)>$/.exec(String(answer.headers['lock-token'] ?? ''))?.[1] ?? ''
    return { ...answer, token }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
    await this.server[Symbol.asyncDispose]()
  }
}

export const lockinfo = (scope = 'exclusive'): string =>
  `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>mailto:ann@example.com</D:href></D:owner></D:lockinfo>`

const statusIn = (element: Element | undefined): number | undefined =>
  element === undefined ? undefined : Number(text(element).split(' ')[1])

/** Reads a multistatus. @throws for anything else. */
export const told = ({ status, body }: DavAnswer): Told[] => {
  if (status !== 207) throw new Error(`no multistatus but ${status}: ${body}`)
  const named = (parent: Element, name: string) => elements(parent).filter((element) => isNamed(element, DAV, name))
  return named(parseXml(body), 'response').map((response) => {
    const properties = new Map<string, { status: number; element: Element }>()
    for (const propstat of named(response, 'propstat'))
      for (const element of named(propstat, 'prop').flatMap(elements))
        properties.set(`{${element.namespace}}${element.name}`, {
          status: statusIn(named(propstat, 'status')[0]) ?? 0,
          element,
        })
    const [href] = named(response, 'href')
    return { href: href ? text(href) : '', status: statusIn(named(response, 'status')[0]), properties }
  })
}

/** The text of a property that was found; undefined where it was not. */
export const textOf = (response: Told | undefined, name: string, namespace = DAV): string | undefined => {
  const found = response?.properties.get(`{${namespace}}${name}`)
  return found?.status === 200 ? text(found.element) : undefined
}

export async function openDav(options: Partial<StoreOptions> = {}): Promise<TestDav & AsyncDisposable> {
  const opened = await openTestStore(options)
  const { store } = opened
  const server = await createTestServer(davMounts({ store, realm: 'twin', spaces: davSpaces(store) }))
  const { id } = await createPerson(store, 'ann', 'correct horse battery')
  const dav = new TestDav(store, server, id)
  const close = dav[Symbol.asyncDispose].bind(dav)
  return Object.assign(dav, {
    async [Symbol.asyncDispose]() {
      await close()
      await opened[Symbol.asyncDispose]()
    },
  })
}
