// Ann, Bob and Cem with one WebDAV server, and what Ann shares with Bob.
import type { Access, Shareable, ShareKind } from '../../src/store/shares/shares.ts'
import { type Ask, type DavAnswer, openDav, type TestDav, type Told, told } from './dav.ts'
import { createPerson } from './people.ts'

export type Person = 'ann' | 'bob' | 'cem'

export class TestHouse {
  readonly dav: TestDav
  readonly ids: Readonly<Record<Person, number>>

  constructor(dav: TestDav, ids: Readonly<Record<Person, number>>) {
    this.dav = dav
    this.ids = ids
  }

  get store() {
    return this.dav.store
  }

  /** `path` is below `/dav/`. */
  ask(as: Person, method: string, path: string, ask: Ask = {}): Promise<DavAnswer> {
    return this.dav.ask(method, `/dav/${path}`, { ...ask, as, absolute: true })
  }

  async status(as: Person, method: string, path: string, ask: Ask = {}): Promise<number> {
    return (await this.ask(as, method, path, ask)).status
  }

  put(as: Person, path: string, body: string, type = 'text/plain'): Promise<DavAnswer> {
    return this.ask(as, 'PUT', path, { body, headers: { 'content-type': type } })
  }

  /** `to` is below `/dav/`, too. */
  transfer(as: Person, method: 'COPY' | 'MOVE', from: string, to: string, headers: Ask['headers'] = {}) {
    return this.ask(as, method, from, { headers: { destination: `/dav/${to}`, ...headers } })
  }

  async find(as: Person, path: string, prop: string, depth = '0'): Promise<Told[]> {
    const names = 'xmlns:CS="http://calendarserver.org/ns/" xmlns:OC="http://owncloud.org/ns" xmlns:T="urn:twin:files"'
    const body = `<D:propfind xmlns:D="DAV:" ${names}><D:prop>${prop}</D:prop></D:propfind>`
    return told(await this.ask(as, 'PROPFIND', path, { body, headers: { depth } }))
  }

  /** The addresses of what is at and right below a collection, without `/dav/`. */
  async listed(as: Person, path: string): Promise<string[]> {
    return (await this.find(as, path, '<D:resourcetype/>', '1')).map(({ href }) => href.slice('/dav/'.length))
  }

  /** A token, and what changed since another: addresses, with the status of what is not simply there. */
  async sync(as: Person, path: string, token = '', level = '1'): Promise<{ token: string; told: string[] }> {
    const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>${level}</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`
    const answer = await this.ask(as, 'REPORT', path, { body })
    const next = /<D:sync-token>([^<]*)</.exec(answer.body.toString())?.[1] ?? `${answer.status}`
    return {
      token: next,
      told: told(answer).map(({ href, status }) => (status === undefined ? href : `${href} ${status}`)),
    }
  }

  /** What the owner's collection or folder is to the store. */
  async item(kind: ShareKind, name: string, owner: Person = 'ann'): Promise<Shareable> {
    const ownerId = this.ids[owner]
    const { store } = this
    const id = await store.read(async (view) => {
      if (kind !== 'node') return (await store.collections.find(view, { accountId: ownerId, kind, name }))?.id
      const root = await store.files.root(view, ownerId)
      return (await store.files.resolve(view, root.id, name.split('/')))?.id
    })
    if (id === undefined) throw new Error(`${owner} has no ${name}`)
    return { ownerId, kind, itemId: id }
  }

  /** Shares something, and accepts it. */
  async share(kind: ShareKind, name: string, access: Access, to: Person = 'bob', owner: Person = 'ann') {
    const item = await this.item(kind, name, owner)
    const accountId = this.ids[to]
    return this.store.write(async (tx) => {
      const { id } = await this.store.shares.invite(tx, item, { accountId, access })
      return this.store.shares.accept(tx, accountId, id)
    })
  }

  async used(who: Person): Promise<number> {
    return (await this.store.read((view) => this.store.files.usage(view, this.ids[who]))).used
  }
}

export async function openHouse(): Promise<{ house: TestHouse } & AsyncDisposable> {
  const dav = await openDav()
  const [bob, cem] = [
    (await createPerson(dav.store, 'bob', dav.password)).id,
    (await createPerson(dav.store, 'cem', dav.password)).id,
  ]
  const house = new TestHouse(dav, { ann: dav.accountId, bob, cem })
  return { house, [Symbol.asyncDispose]: () => dav[Symbol.asyncDispose]() }
}

/** The privileges that a resource tells one has on it. */
export const privileges = ([response]: readonly Told[]): string[] => {
  const found = response?.properties.get('{DAV:}current-user-privilege-set')
  const names: string[] = []
  for (const privilege of found?.element.children ?? [])
    if (typeof privilege !== 'string')
      for (const one of privilege.children) if (typeof one !== 'string') names.push(one.name)
  return names
}

/** What a refusal says is missing: `privilege href`. */
export const missing = ({ body }: DavAnswer): string[] =>
  [...body.toString().matchAll(/<D:resource><D:href>([^<]*)<\/D:href><D:privilege><D:([a-z-]+)\/>/g)].map(
    ([, href, privilege]) => `${privilege} ${href}`,
  )
