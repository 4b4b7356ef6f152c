import { Readable } from 'node:stream'
import type { Node } from '../../src/store/files/files.ts'
import type { Store, StoreOptions } from '../../src/store/store.ts'
import { openTestStore } from './store.ts'

type Opened = Awaited<ReturnType<typeof openTestStore>>

/** One account's files in a store of its own, addressed by paths such as `a/b.txt`. */
export class TestFiles {
  readonly accountId: number
  readonly root: Node
  readonly #opened: Opened

  constructor(opened: Opened, accountId: number, root: Node) {
    this.#opened = opened
    this.accountId = accountId
    this.root = root
  }

  get store(): Store {
    return this.#opened.store
  }

  /** Closes the store and opens it again. */
  reopen(): Promise<Store> {
    return this.#opened.reopen()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }

  async find(path: string): Promise<Node | undefined> {
    return this.store.read((view) => this.store.files.resolve(view, this.root.id, segments(path)))
  }

  async at(path: string): Promise<Node> {
    const node = await this.find(path)
    if (!node) throw new Error(`nothing is at ${path}`)
    return node
  }

  async put(path: string, content: string | Buffer): Promise<Node> {
    const parent = await this.at(parentOf(path))
    const staged = await this.store.blobs.receive(Readable.from([Buffer.from(content)]))
    const { accountId } = this
    const { node } = await this.store.write((tx) =>
      this.store.files.put(tx, { accountId, parentId: parent.id, name: nameOf(path), staged }),
    )
    return node
  }

  async mkdir(path: string): Promise<Node> {
    const parent = await this.at(parentOf(path))
    const { accountId } = this
    return this.store.write((tx) => this.store.files.mkdir(tx, { accountId, parentId: parent.id, name: nameOf(path) }))
  }

  async move(from: string, to: string): Promise<Node> {
    const node = await this.at(from)
    const parent = await this.at(parentOf(to))
    return this.store.write((tx) => this.store.files.move(tx, node, { parentId: parent.id, name: nameOf(to) }))
  }

  async copy(from: string, to: string): Promise<Node> {
    const source = await this.at(from)
    const parent = await this.at(parentOf(to))
    return this.store.files.copy(source, { parentId: parent.id, name: nameOf(to) })
  }

  async remove(path: string): Promise<Node> {
    const node = await this.at(path)
    return this.store.write((tx) => this.store.files.remove(tx, node))
  }

  async read(path: string): Promise<string> {
    return this.content((await this.at(path)).blobId as number)
  }

  async content(blobId: number): Promise<string> {
    const blob = await this.store.read((view) => this.store.blobs.get(view, blobId))
    if (!blob) throw new Error(`there is no blob ${blobId}`)
    const content = this.store.blobs.open(blob)
    return Buffer.concat(content instanceof Readable ? await content.toArray() : [content]).toString()
  }

  /** Every path below a folder: a file's ETag, or 'folder'. */
  async tree(folder: Node = this.root): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    const walk = async (id: number, prefix: string): Promise<void> => {
      for (let after: string | undefined; ; ) {
        const page = { after, limit: 1000 }
        const members = await this.store.read((view) => this.store.files.list(view, id, page))
        for (const node of members) {
          found.set(prefix + node.name, node.etag ?? 'folder')
          if (node.isFolder) await walk(node.id, `${prefix}${node.name}/`)
        }
        if (members.length < page.limit) break
        after = members.at(-1)?.name
      }
    }
    await walk(folder.id, '')
    return found
  }

  /** What the account is charged for. */
  async used(): Promise<number> {
    return (await this.store.read((view) => this.store.files.usage(view, this.accountId))).used
  }

  /** What it owns, counted anew from the rows. */
  async owned(): Promise<number> {
    return this.store.read(async (view) => {
      let bytes = 0
      for (const table of ['node', 'version'] as const) {
        const row = await view.db
          .selectFrom(table)
          .select((eb) => eb.fn.sum<number | null>('size').as('bytes'))
          .where('accountId', '=', this.accountId)
          .executeTakeFirstOrThrow()
        bytes += Number(row.bytes ?? 0)
      }
      return bytes
    })
  }
}

export async function openTestFiles(options: Partial<StoreOptions> = {}): Promise<TestFiles> {
  const opened = await openTestStore(options)
  const { store } = opened
  const account = await store.write((tx) => store.accounts.create(tx, { name: 'ann' }))
  const root = await store.read((view) => store.files.root(view, account.id))
  return new TestFiles(opened, account.id, root)
}

const segments = (path: string): string[] => (path === '' ? [] : path.split('/'))
const parentOf = (path: string): string => segments(path).slice(0, -1).join('/')
const nameOf = (path: string): string => segments(path).at(-1) ?? ''
