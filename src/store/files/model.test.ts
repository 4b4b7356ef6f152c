// Random changes against a tree of plain objects, with clients that sync at random moments between them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openTestFiles, type TestFiles } from '../../../tests/support/files.ts'
import { isDomainError } from '../../errors.ts'

type Item = { id: number; name: string; parent: Item | undefined; members: Map<string, Item> | undefined; text: string }
type Binned = { item: Item; parent: Item; path: string[]; name: string }

const newItem = (id: number, name: string, parent: Item | undefined, folder: boolean, text = ''): Item => {
  const item = { id, name, parent, members: folder ? new Map<string, Item>() : undefined, text }
  parent?.members?.set(name, item)
  return item
}

/** What the tree should be. */
class Model {
  readonly root = newItem(0, '', undefined, true)
  bin: Binned[] = []

  items(folder: Item = this.root): Item[] {
    return [...(folder.members?.values() ?? [])].flatMap((item) => [item, ...this.items(item)])
  }

  path(item: Item): string[] {
    return item.parent ? [...this.path(item.parent), item.name] : []
  }

  isInside(item: Item | undefined, folder: Item): boolean {
    return item !== undefined && (item === folder || this.isInside(item.parent, folder))
  }

  detach(item: Item): void {
    item.parent?.members?.delete(item.name)
    item.parent = undefined
  }

  attach(item: Item, parent: Item, name: string): void {
    item.parent = parent
    item.name = name
    parent.members?.set(name, item)
  }

  restore(binned: Binned): void {
    this.bin = this.bin.filter((other) => other !== binned)
    let parent: Item = this.root
    if (this.isInside(binned.parent, this.root)) parent = binned.parent
    else
      for (const name of binned.path.slice(0, -1)) {
        const next = parent.members?.get(name)
        if (!next?.members) break
        parent = next
      }
    let name = binned.name
    for (let number = 2; parent.members?.has(name); number++) name = `${binned.name} (${number})`
    this.attach(binned.item, parent, name)
  }

  shape(folder: Item = this.root, prefix = ''): [string, string][] {
    return [...(folder.members?.values() ?? [])].flatMap((item): [string, string][] =>
      item.members
        ? [[prefix + item.name, 'folder'], ...this.shape(item, `${prefix}${item.name}/`)]
        : [[prefix + item.name, item.text]],
    )
  }
}

/** A client that keeps a picture of the tree and brings it up to date from time to time. */
class Client {
  readonly picture = new Map<string, string>()
  #token: string | undefined

  async sync(files: TestFiles, limit: number, pages: number): Promise<boolean> {
    const { store, root } = files
    for (let page = 0; page < pages; page++) {
      const changes = await store.read((view) => store.files.since(view, root.id, this.#token, { limit }))
      assert.notEqual(changes, 'tooOld')
      if (changes === 'tooOld') return false
      const gone = new Set(changes.gone.map((path) => path.join('/')))
      for (const path of gone) this.#forget(path)
      for (const { path, node } of changes.changed) {
        const address = path.join('/')
        assert.ok(![...gone].some((one) => address === one || address.startsWith(`${one}/`)), `both of ${address}`)
        if (!node.isFolder) this.#forget(address)
        this.picture.set(address, node.etag ?? 'folder')
      }
      this.#token = changes.token
      if (!changes.truncated) return true
    }
    return false
  }

  #forget(path: string): void {
    for (const known of [...this.picture.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.picture.delete(known)
    }
  }
}

const name = fc.constantFrom('a', 'b', 'c', '\u00e9', 'e\u0301')
/** Any of the folders, or of all things, that are there at the time. */
const which = fc.nat(1000)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ verb: fc.constant('put' as const), which, name, text: fc.constantFrom('', 'x', 'yy') }),
  },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('mkdir' as const), which, name }) },
  { weight: 6, arbitrary: fc.record({ verb: fc.constant('move' as const), what: which, which, name }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('copy' as const), what: which, which, name }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('remove' as const), what: which }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('restore' as const), which }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('purge' as const), which }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('touch' as const), what: which }) },
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constant('sync' as const),
      client: fc.nat(2),
      limit: fc.integer({ min: 1, max: 5 }),
      pages: fc.integer({ min: 1, max: 3 }),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Does the step to both, and checks that it is allowed in one where it is in the other. */
async function apply(files: TestFiles, model: Model, step: Exclude<Step, { verb: 'sync' }>): Promise<void> {
  if (step.verb === 'restore' || step.verb === 'purge') return applyToTrash(files, model, step)
  const { store, accountId } = files
  const items = model.items()
  const folders = [model.root, ...items.filter((item) => item.members)]
  const parent = 'which' in step ? pick(folders, step.which) : model.root
  const taken = 'name' in step ? parent.members?.get(step.name) : undefined
  const parentId = parent === model.root ? files.root.id : parent.id
  if (step.verb === 'put') {
    const staged = store.blobs.small(Buffer.from(step.text))
    const done = await attempt(() =>
      store.write((tx) => store.files.put(tx, { accountId, parentId, name: step.name, staged })),
    )
    assert.equal(done !== undefined, !taken?.members)
    if (done && taken) taken.text = step.text
    else if (done) newItem(done.node.id, step.name, parent, false, step.text)
    return
  }
  if (step.verb === 'mkdir') {
    const done = await attempt(() =>
      store.write((tx) => store.files.mkdir(tx, { accountId, parentId, name: step.name })),
    )
    assert.equal(done !== undefined, !taken)
    if (done) newItem(done.id, step.name, parent, true)
    return
  }
  if (items.length === 0) return
  const item = pick(items, step.what)
  if (step.verb === 'touch') {
    await store.write(async (tx) => store.files.touch(tx, present(await store.files.get(tx, item.id))))
  } else if (step.verb === 'remove') {
    model.bin.push({ item, parent: present(item.parent), path: model.path(item), name: item.name })
    await store.write((tx) => store.files.remove(tx, item))
    model.detach(item)
  } else if (step.verb === 'move') {
    const done = await attempt(() => store.write((tx) => store.files.move(tx, item, { parentId, name: step.name })))
    assert.equal(done !== undefined, (!taken || taken === item) && !model.isInside(parent, item))
    if (!done) return
    model.detach(item)
    model.attach(item, parent, step.name)
  } else {
    const source = present(await store.read((view) => store.files.get(view, item.id)))
    const done = await attempt(() => store.files.copy(source, { parentId, name: step.name }))
    assert.equal(done !== undefined, !taken && !model.isInside(parent, item))
    if (done) await copyInModel(files, item, done.id, parent, step.name)
  }
}

async function applyToTrash(files: TestFiles, model: Model, step: { verb: 'restore' | 'purge'; which: number }) {
  if (model.bin.length === 0) return
  const { store } = files
  const binned = pick(model.bin, step.which)
  const node = present(await store.read((view) => store.files.get(view, binned.item.id)))
  if (step.verb === 'purge') {
    await store.files.trash.purge(node)
    model.bin = model.bin.filter((other) => other !== binned)
  } else {
    await store.write((tx) => store.files.trash.restore(tx, node))
    model.restore(binned)
  }
}

const pick = <T>(from: readonly T[], which: number): T => from[which % from.length] as T

const present = <T>(value: T | undefined): T => {
  assert.ok(value !== undefined)
  return value
}

async function copyInModel(files: TestFiles, from: Item, id: number, parent: Item, name: string): Promise<void> {
  const copy = newItem(id, name, parent, from.members !== undefined, from.text)
  for (const member of from.members?.values() ?? []) {
    const node = await files.store.read((view) => files.store.files.child(view, id, member.name))
    await copyInModel(files, member, present(node).id, copy, member.name)
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isDomainError(error)) return undefined
    throw error
  }
}

const etags = new Map<string, string>()

test('any sequence of changes leaves the tree that it says, its bytes counted, and every client that syncs up to date', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using files = await openTestFiles()
      for (const text of ['', 'x', 'yy']) etags.set(text, etagOf(files, text))
      const model = new Model()
      const clients = [new Client(), new Client(), new Client()]
      for (const step of steps) {
        if (step.verb === 'sync') await (clients[step.client] as Client).sync(files, step.limit, step.pages)
        else await apply(files, model, step)
      }
      const tree = await files.tree()
      const expected = new Map(model.shape().map(([path, text]) => [path, etags.get(text) ?? text]))
      assert.deepEqual(sorted(tree), sorted(expected))
      assert.equal(await files.used(), await files.owned())
      for (const client of clients) {
        assert.ok(await client.sync(files, 3, 1000))
        assert.deepEqual(sorted(client.picture), sorted(tree))
      }
    }),
    { numRuns: Number(process.env.TWIN_TEST_RUNS ?? 40) },
  )
})

const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

function etagOf(files: TestFiles, text: string): string {
  return files.store.blobs.small(Buffer.from(text)).hash.toString('hex')
}
