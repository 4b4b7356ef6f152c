// The tree of files: rows that name their parent. Roots have no parent; each account has three of them.
import type { Selectable } from 'kysely'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import type { node as NodeTable } from '../schema.ts'

export type Node = Omit<Selectable<NodeTable>, 'isFolder' | 'etag'> & {
  isFolder: boolean
  /** The SHA-256 of a file's content, in hexadecimal; undefined for a folder. */
  etag: string | undefined
}

/** A folder above a node. `created` is the position at which it came where it is. */
export type Ancestor = { id: number; parentId: number | null; name: string; created: number }

/** 'staging' has what is being built or taken apart; nobody is shown it. */
export type Root = 'files' | 'trash' | 'staging'

const roots: readonly Root[] = ['files', 'trash', 'staging']

/** The slash keeps it apart from every name that a person can give. */
export const rootName = (kind: Root, accountId: number): string => `${kind}/${accountId}`

export const columns = [
  'node.id',
  'node.accountId',
  'node.parentId',
  'node.name',
  'node.isFolder',
  'node.blobId',
  'node.etag',
  'node.size',
  'node.contentType',
  'node.createdAt',
  'node.modifiedAt',
  'node.created',
  'node.changed',
] as const

export type NodeRow = Selectable<NodeTable>

/** Field by field: it runs for every member of a listing, and a spread takes twice as long. */
export function toNode(row: NodeRow): Node {
  return {
    id: row.id,
    accountId: row.accountId,
    parentId: row.parentId,
    name: row.name,
    isFolder: row.isFolder === 1,
    blobId: row.blobId,
    etag: row.etag ?? undefined,
    size: row.size,
    contentType: row.contentType,
    createdAt: row.createdAt,
    modifiedAt: row.modifiedAt,
    created: row.created,
    changed: row.changed,
  }
}

const byRootName = prepared((db, p: { name: string }) =>
  db.selectFrom('node').select(columns).where('parentId', 'is', null).where('name', '=', p.name),
)

const byId = prepared((db, p: { id: number }) => db.selectFrom('node').select(columns).where('id', '=', p.id))

const byName = prepared((db, p: { parentId: number; name: string }) =>
  db.selectFrom('node').select(columns).where('parentId', '=', p.parentId).where('name', '=', p.name),
)

const page = prepared((db, p: { parentId: number; after: string; limit: number }) =>
  db
    .selectFrom('node')
    .select(columns)
    .where('parentId', '=', p.parentId)
    .where('name', '>', p.after)
    .orderBy('name')
    .limit(p.limit),
)

const above = prepared((db, p: { id: number }) =>
  db
    .withRecursive('above', (cte) =>
      cte
        .selectFrom('node')
        .select(['id', 'parentId', 'name', 'created'])
        .select((eb) => eb.lit(0).as('height'))
        .where('id', '=', p.id)
        .unionAll(
          cte
            .selectFrom('node')
            .innerJoin('above', 'above.parentId', 'node.id')
            .select(['node.id', 'node.parentId', 'node.name', 'node.created'])
            .select((eb) => eb('above.height', '+', eb.lit(1)).as('height')),
        ),
    )
    .selectFrom('above')
    .select(['id', 'parentId', 'name', 'created'])
    .orderBy('height', 'desc'),
)

/** Throws for an account that has none, which is a defect. */
export async function root(view: View, kind: Root, accountId: number): Promise<Node> {
  const row = await byRootName.first(view, { name: rootName(kind, accountId) })
  if (!row) throw new Error(`account ${accountId} has no ${kind} root`)
  return toNode(row)
}

/** Part of making an account. */
export async function makeRoots(tx: Tx, accountId: number): Promise<void> {
  const common = {
    accountId,
    parentId: null,
    isFolder: 1,
    createdAt: tx.now,
    modifiedAt: tx.now,
    created: 0,
    changed: 0,
  }
  await tx.db
    .insertInto('node')
    .values(roots.map((kind) => ({ ...common, name: rootName(kind, accountId) })))
    .execute()
}

export async function getNode(view: View, id: number): Promise<Node | undefined> {
  const row = await byId.first(view, { id })
  return row && toNode(row)
}

export async function child(view: View, parentId: number, name: string): Promise<Node | undefined> {
  const row = await byName.first(view, { parentId, name })
  return row && toNode(row)
}

/** Follows names down from a folder; undefined when one is missing. */
export async function resolve(view: View, rootId: number, segments: readonly string[]): Promise<Node | undefined> {
  let node = segments.length === 0 ? await getNode(view, rootId) : undefined
  let parentId = rootId
  for (const segment of segments) {
    node = await child(view, parentId, segment)
    if (!node) return undefined
    parentId = node.id
  }
  return node
}

/** Members in the order of their names' bytes, from after a name. */
export async function list(view: View, folderId: number, options: { after?: string | undefined; limit: number }) {
  const rows = await page.all(view, { parentId: folderId, after: options.after ?? '', limit: options.limit })
  return rows.map(toNode)
}

/** The folders above, from the root down to the parent. */
export async function ancestors(view: View, node: Pick<Node, 'parentId'>): Promise<Ancestor[]> {
  return node.parentId === null ? [] : above.all(view, { id: node.parentId })
}
