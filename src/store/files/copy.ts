// Copies a tree. It is built aside under the staging root, folder by folder in bounded writes, and one write
// attaches it: nobody sees half of it, and a crash leaves nothing but what the next start erases.
// Copies share their contents and carry the dead properties; versions and locks are not copied (RFC 4918 §9.8).
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { DomainError } from '../../errors.ts'
import { treeRowsPerWrite, treeWritesAtOnce } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import type { Properties } from '../properties.ts'
import { BUILDING, type Eraser } from './erase.ts'
import { checkName } from './names.ts'
import { getNode, type Node, root } from './node.ts'
import {
  filesTopic,
  insertInto,
  leftName,
  type Place,
  placeNode,
  requireDepth,
  requireFolder,
  requireFree,
} from './tree.ts'

export type CopyOptions = Place & {
  /** False copies a folder without its members (Depth: 0). */
  deep?: boolean
  /** Runs in the write that attaches the copy, before it: the last look at locks and preconditions. */
  before?: (tx: Tx) => Promise<void>
  /** Runs in the same write, after it. */
  after?: (tx: Tx) => Promise<void>
}

type Slice = { from: number; after: string; limit: number }
type Range = { from: number; to: number; after: string; last: string }
/** A folder whose members, from after a name, are still to be copied into another. */
type Task = { from: number; to: number; after: string }
type Build = { accountId: number; tasks: readonly Task[] }

const slice = (p: Slice) => sql`
  SELECT "name", "size", "isFolder", "blobId", "etag", "contentType", "modifiedAt" FROM "node"
  WHERE "parentId" = ${p.from} AND "name" > ${p.after} ORDER BY "name" LIMIT ${p.limit}`

const measure = prepared((db, p: Slice) =>
  db
    .selectFrom(sql<{ name: string; size: number; isFolder: number }>`(${slice(p)})`.as('member'))
    .select((eb) => [
      eb.fn.countAll<number>().as('rows'),
      eb.fn.sum<number | null>('size').as('bytes'),
      eb.fn.sum<number | null>('isFolder').as('folders'),
      eb.fn.max<string | null>('name').as('last'),
    ]),
)

const copyMembers = prepared((db, p: Slice & { to: number; accountId: number; now: number; position: number }) =>
  db
    .insertInto('node')
    .columns([
      'accountId',
      'parentId',
      'name',
      'isFolder',
      'blobId',
      'etag',
      'size',
      'contentType',
      'createdAt',
      'modifiedAt',
      'created',
      'changed',
    ])
    .expression(
      (eb) =>
        sql`SELECT ${p.accountId}, ${p.to}, "name", "isFolder", "blobId", "etag", "size", "contentType", ${p.now}, "modifiedAt",
          ${p.position} + row_number() OVER (ORDER BY "name"), ${p.position} + row_number() OVER (ORDER BY "name")
          FROM (${slice(p)}) AS "member"` as unknown as ReturnType<typeof eb.selectFrom<'node'>>,
    ),
)

const copiedFolders = prepared((db, p: Range) =>
  db
    .selectFrom('node as original')
    .innerJoin('node as copy', (join) => join.on('copy.parentId', '=', p.to).onRef('copy.name', '=', 'original.name'))
    .select(['original.id as from', 'copy.id as to'])
    .where('original.parentId', '=', p.from)
    .where('original.isFolder', '=', 1)
    .where('original.name', '>', p.after)
    .where('original.name', '<=', p.last)
    .orderBy('original.name'),
)

const withProperties = prepared((db, p: Range) =>
  db
    .selectFrom('node as original')
    .innerJoin('node as copy', (join) => join.on('copy.parentId', '=', p.to).onRef('copy.name', '=', 'original.name'))
    .select(['original.id as from', 'copy.id as to'])
    .where('original.parentId', '=', p.from)
    .where('original.name', '>', p.after)
    .where('original.name', '<=', p.last)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('property')
          .select('property.id')
          .where('property.kind', '=', 'node')
          .whereRef('property.itemId', '=', 'original.id'),
      ),
    ),
)

type Options = {
  write: <T>(body: Body<T, Tx>) => Promise<T>
  journal: Journal
  properties: Properties
  eraser: Eraser
}

export class Copier {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Copies a file or a tree to a free place; whose folder that is, theirs is the copy.
   *
   * @throws DomainError AlreadyExists, QuotaExceeded; Conflict for a missing folder, or one inside the tree.
   */
  async copy(source: Node, to: CopyOptions): Promise<Node> {
    checkName(to.name)
    if (!source.isFolder)
      return this.#options.write(async (tx) => {
        await to.before?.(tx)
        const copy = await this.file(tx, source, to)
        await to.after?.(tx)
        return copy
      })
    const top = await this.#options.write((tx) => this.#begin(tx, source, to))
    try {
      if (to.deep !== false) await this.#build(source, top)
      return await this.#options.write((tx) => this.#attach(tx, source, top, to))
    } catch (error) {
      await this.#options.eraser.tree(top.accountId, top.id)
      throw error
    }
  }

  /** Copies one file to a free place. */
  async file(tx: Tx, { id }: Pick<Node, 'id'>, to: Place): Promise<Node> {
    checkName(to.name)
    const source = await requireSource(tx, id)
    const { accountId } = await requireParent(tx, to)
    await requireFree(tx, to.parentId, to.name)
    await tx.charge(accountId, source.size)
    const copy = await insertInto(tx, { accountId, parentId: to.parentId, name: to.name, isFolder: false }, source)
    await this.#options.properties.copy(tx, 'node', [{ from: source.id, to: copy.id }])
    tx.changed(filesTopic(accountId))
    return copy
  }

  async #begin(tx: Tx, { id }: Node, to: CopyOptions): Promise<Node> {
    const source = await requireSource(tx, id)
    const { accountId } = await this.#requireOutside(tx, source, to)
    const staging = await root(tx, 'staging', accountId)
    const name = `${BUILDING}${randomUUID()}`
    const top = await insertInto(tx, { accountId, parentId: staging.id, name, isFolder: true }, source)
    await this.#options.properties.copy(tx, 'node', [{ from: source.id, to: top.id }])
    return top
  }

  async #build(source: Node, top: Node): Promise<void> {
    const { accountId } = top
    let tasks: readonly Task[] = [{ from: source.id, to: top.id, after: '' }]
    while (tasks.length > 0) {
      const shares = deal(tasks, treeWritesAtOnce)
      const writes = shares.map((share) => this.#options.write((tx) => this.#step(tx, { accountId, tasks: share })))
      // All of them have ended before a failure has what they built erased.
      const results = await Promise.allSettled(writes)
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      tasks = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    }
  }

  /** One write's share of the tasks; answers what is left to do. */
  async #step(tx: Tx, { accountId, tasks }: Build): Promise<Task[]> {
    const left = [...tasks]
    let room = treeRowsPerWrite
    while (room > 0) {
      const task = left.pop()
      if (!task) break
      const { rows, next, folders } = await this.#copySome(tx, accountId, task, room)
      if (next) left.push(next)
      left.push(...folders)
      room -= rows + 1
    }
    return left
  }

  async #copySome(tx: Tx, accountId: number, task: Task, limit: number) {
    const chosen = { from: task.from, after: task.after, limit }
    const found = await measure.first(tx, chosen)
    const rows = Number(found?.rows ?? 0)
    const last = found?.last
    if (rows === 0 || typeof last !== 'string') return { rows: 0, next: undefined, folders: [] }
    await tx.charge(accountId, Number(found?.bytes ?? 0))
    const first = await tx.stamp(accountId)
    for (let taken = 1; taken < rows; taken++) await tx.stamp(accountId)
    await copyMembers.run(tx, { ...chosen, to: task.to, accountId, now: tx.now, position: first - 1 })
    const range = { from: task.from, to: task.to, after: task.after, last }
    await this.#options.properties.copy(tx, 'node', await withProperties.all(tx, range))
    const folders = Number(found?.folders ?? 0) > 0 ? await copiedFolders.all(tx, range) : []
    return {
      rows,
      next: rows === limit ? { ...task, after: last } : undefined,
      folders: folders.map((pair) => ({ ...pair, after: '' })),
    }
  }

  async #attach(tx: Tx, source: Node, top: Node, to: CopyOptions): Promise<Node> {
    const { accountId } = top
    await to.before?.(tx)
    const parent = await this.#requireOutside(tx, source, to)
    if (parent.accountId !== accountId) throw new DomainError('Conflict', 'The folder for this is no longer there.')
    await requireFree(tx, to.parentId, to.name)
    const position = await tx.stamp(accountId)
    const attached = { ...top, parentId: to.parentId, name: to.name, created: position, changed: position }
    await placeNode.run(tx, { id: top.id, parentId: to.parentId, name: to.name, position })
    // Says to `since` that a tree arrived at this position, whose members have older ones.
    const collection = top.parentId as number
    await this.#options.journal.leave(tx, { accountId, kind: 'files', collection, name: leftName(top), position })
    tx.changed(filesTopic(accountId))
    await to.after?.(tx)
    return attached
  }

  /** Answers the folder that the copy goes into. */
  async #requireOutside(tx: Tx, source: Node, to: CopyOptions): Promise<Node> {
    const parent = await requireParent(tx, to)
    const above = await requireDepth(tx, parent)
    // Without its members it goes anywhere: there is no end to run into.
    if (to.deep !== false && above.some((ancestor) => ancestor.id === source.id)) {
      throw new DomainError('Conflict', 'A folder cannot be copied into itself.')
    }
    return parent
  }
}

/** Deals tasks out to at most `most` shares. */
function deal(tasks: readonly Task[], most: number): Task[][] {
  const shares: Task[][] = Array.from({ length: Math.min(tasks.length, most) }, () => [])
  for (const [index, task] of tasks.entries()) shares[index % shares.length]?.push(task)
  return shares
}

async function requireParent(tx: Tx, { parentId }: Place): Promise<Node> {
  const parent = await getNode(tx, parentId)
  return requireFolder(tx, parent?.accountId ?? 0, parentId)
}

async function requireSource(tx: Tx, id: number): Promise<Node> {
  const source = await getNode(tx, id)
  if (!source) throw new DomainError('NotFound', 'What was to be copied is no longer there.')
  return source
}
