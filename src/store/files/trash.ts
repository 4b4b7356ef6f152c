// What was removed lies under the account's trash root, one node for each removal, with a row that says where
// it was. Nothing in it is changed by that; it still counts for its owner. A purge takes the node out of
// sight in one row, and then takes it apart in bounded writes (erase.ts).
import { DomainError } from '../../errors.ts'
import { trashRowsPerWrite } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import { endSharesBelow } from '../shares/end.ts'
import { ERASING, type Eraser } from './erase.ts'
import { withSuffix } from './names.ts'
import { ancestors, child, getNode, list, type Node, resolve, root, rootName } from './node.ts'
import { type Place, relocate, requireDepth, requireFolder, requireMovable, type TreeContext } from './tree.ts'

/** Where a member of the trash was. */
export type Origin = {
  nodeId: number
  parentId: number
  name: string
  /** The names from the root down, its own included. */
  path: string[]
  deletedAt: number
}

const columns = ['nodeId', 'originParentId', 'originName', 'originPath', 'deletedAt'] as const

const byNode = prepared((db, p: { nodeId: number }) =>
  db.selectFrom('trash').select(columns).where('nodeId', '=', p.nodeId),
)

export class Trash {
  readonly #context: TreeContext
  readonly #eraser: Eraser
  readonly #write: <T>(body: (tx: Tx) => Promise<T>) => Promise<T>

  constructor(context: TreeContext, eraser: Eraser, write: <T>(body: (tx: Tx) => Promise<T>) => Promise<T>) {
    this.#context = context
    this.#eraser = eraser
    this.#write = write
  }

  /** Puts a node into the trash, in one row however much is below it. Answers it as it is there. */
  async add(tx: Tx, { id }: Pick<Node, 'id'>): Promise<Node> {
    const node = await requireMovable(tx, id)
    const above = await ancestors(tx, node)
    if (above[0]?.name !== rootName('files', node.accountId)) {
      throw new DomainError('Conflict', 'This is in the trash already.')
    }
    const bin = await root(tx, 'trash', node.accountId)
    const taken = await child(tx, bin.id, node.name)
    const name = taken ? await freeName(tx, bin.id, withSuffix(node.name, ` (${node.id})`)) : node.name
    const path = [...above.slice(1).map((ancestor) => ancestor.name), node.name].join('/')
    await tx.db
      .insertInto('trash')
      .values({
        accountId: node.accountId,
        nodeId: node.id,
        originParentId: node.parentId,
        originName: node.name,
        originPath: path,
        deletedAt: tx.now,
      })
      .execute()
    const removed = await relocate(this.#context, tx, node, { parentId: bin.id, name })
    if (node.isFolder) await endSharesBelow(tx, node)
    return removed
  }

  /** Members by name, from after one of them. */
  async list(
    view: View,
    accountId: number,
    page: { after?: string | undefined; limit: number },
  ): Promise<{ node: Node; origin: Origin }[]> {
    const bin = await root(view, 'trash', accountId)
    const nodes = await list(view, bin.id, page)
    const origins = await this.origins(
      view,
      nodes.map((node) => node.id),
    )
    return nodes.flatMap((node) => {
      const origin = origins.get(node.id)
      return origin ? [{ node, origin }] : []
    })
  }

  /** Where these were, of those that are members of the trash. */
  async origins(view: View, nodeIds: readonly number[]): Promise<Map<number, Origin>> {
    if (nodeIds.length === 0) return new Map()
    const rows = await view.db.selectFrom('trash').select(columns).where('nodeId', 'in', nodeIds).execute()
    return new Map(rows.map((row) => [row.nodeId, toOrigin(row)]))
  }

  /**
   * Brings a member back: to where it was, to the nearest folder of that path that is still there, or to a
   * given folder. A name that is taken gets ` (2)`.
   */
  async restore(tx: Tx, { id }: Pick<Node, 'id'>, to: { parentId?: number; name?: string } = {}): Promise<Node> {
    const node = await requireMovable(tx, id)
    const row = await byNode.first(tx, { nodeId: id })
    if (!row) throw new DomainError('NotFound', 'This is not in the trash.')
    const parentId = to.parentId ?? (await this.#nearest(tx, node.accountId, toOrigin(row)))
    const parent = await requireFolder(tx, node.accountId, parentId)
    const above = await requireDepth(tx, parent)
    if (above[0]?.name !== rootName('files', node.accountId)) {
      throw new DomainError('Conflict', 'The folder for this is itself in the trash.')
    }
    await tx.db.deleteFrom('trash').where('nodeId', '=', id).execute()
    const name = await freeName(tx, parentId, to.name ?? row.originName)
    return relocate(this.#context, tx, node, { parentId, name })
  }

  /** Deletes for ever what is in the trash. Gone from sight when the write is; the bytes are free when `erase` is through. */
  async discard(tx: Tx, { id }: Pick<Node, 'id'>): Promise<void> {
    const node = await requireMovable(tx, id)
    const [top] = await ancestors(tx, node)
    if (top?.name !== rootName('trash', node.accountId)) throw new DomainError('Conflict', 'This is not in the trash.')
    await this.#detach(tx, node)
  }

  /** Takes apart what `discard` has taken from sight; resolves when its bytes are free. */
  erase(accountId: number): Promise<void> {
    return this.#eraser.run(accountId)
  }

  /** Deletes one thing in the trash for ever, all of it. */
  async purge(node: Pick<Node, 'id' | 'accountId'>): Promise<void> {
    await this.#write((tx) => this.discard(tx, node))
    await this.erase(node.accountId)
  }

  /** Deletes for ever everything in the trash, or what was removed before a time. Answers how many members that were. */
  async empty(accountId: number, before = Number.POSITIVE_INFINITY): Promise<number> {
    let count = 0
    for (;;) {
      const taken = await this.#write((tx) => this.#detachSome(tx, accountId, before))
      count += taken
      if (taken < trashRowsPerWrite) break
    }
    if (count > 0) await this.erase(accountId)
    return count
  }

  async #detachSome(tx: Tx, accountId: number, before: number): Promise<number> {
    let query = tx.db.selectFrom('trash').select('nodeId').where('accountId', '=', accountId)
    if (Number.isFinite(before)) query = query.where('deletedAt', '<', before)
    const rows = await query.orderBy('deletedAt').limit(trashRowsPerWrite).execute()
    for (const { nodeId } of rows) await this.#detach(tx, await requireMovable(tx, nodeId))
    return rows.length
  }

  async #detach(tx: Tx, node: Node & { parentId: number }): Promise<void> {
    const staging = await root(tx, 'staging', node.accountId)
    await tx.db.deleteFrom('trash').where('nodeId', '=', node.id).execute()
    await relocate(this.#context, tx, node, { parentId: staging.id, name: `${ERASING}${node.id}` })
  }

  async #nearest(tx: Tx, accountId: number, origin: Origin): Promise<number> {
    const files = await root(tx, 'files', accountId)
    const parent = await getNode(tx, origin.parentId)
    if (parent?.id === files.id) return files.id
    if (parent && (await ancestors(tx, parent))[0]?.id === files.id) return parent.id
    let nearest = files.id
    for (const name of origin.path.slice(0, -1)) {
      const next = await resolve(tx, nearest, [name])
      if (!next?.isFolder) break
      nearest = next.id
    }
    return nearest
  }
}

/** `name`, or the first of `name (2)`, `name (3)`, … that is free in the folder. */
async function freeName(tx: Tx, parentId: number, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate: Place = { parentId, name: number === 1 ? name : withSuffix(name, ` (${number})`) }
    if (!(await child(tx, candidate.parentId, candidate.name))) return candidate.name
  }
}

function toOrigin(row: {
  nodeId: number
  originParentId: number
  originName: string
  originPath: string
  deletedAt: number
}): Origin {
  return {
    nodeId: row.nodeId,
    parentId: row.originParentId,
    name: row.originName,
    path: row.originPath.split('/'),
    deletedAt: row.deletedAt,
  }
}
