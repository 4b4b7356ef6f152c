// What changes the tree. Every change takes a position on the owner's clock. What leaves a folder (by a
// rename too) leaves a tombstone at the position at which it arrives elsewhere. A move or a removal of any
// folder writes one row: what is below it is found through its parent.
import { DomainError } from '../../errors.ts'
import { treeDepth } from '../../limits.ts'
import type { Blobs, Staged } from '../blobs/blobs.ts'
import { hex } from '../blobs/receive.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import type { Locks } from '../locks.ts'
import { checkName } from './names.ts'
import { ancestors, child, columns, getNode, type Node, toNode } from './node.ts'
import { filesTopic } from './topic.ts'
import { type Content, replaceContent, type VersionSettings } from './versions.ts'

export { filesTopic } from './topic.ts'

export type TreeContext = { blobs: Blobs; journal: Journal; locks: Locks; versions: VersionSettings }

/** A folder's tombstone names its id too: whoever reads it finds what arrived elsewhere at that position (since.ts). */
export const leftName = ({ id, name, isFolder }: Pick<Node, 'id' | 'name' | 'isFolder'>): string =>
  isFolder ? `${name}/${id}` : name

export type PutOptions = {
  accountId: number
  parentId: number
  name: string
  staged: Staged
  contentType?: string | null | undefined
  /** Milliseconds since 1970, as the client says; now unless given. */
  modifiedAt?: number | undefined
  /** What the caller has read there in this same write: the folder, and the file that is to be overwritten. */
  found?: { folder: Node; former: Node | undefined } | undefined
}

export type Place = { parentId: number; name: string }

const folderById = prepared((db, p: { id: number }) =>
  db.selectFrom('node').select(columns).where('id', '=', p.id).where('isFolder', '=', 1),
)

const insertNode = prepared(
  (
    db,
    p: {
      accountId: number
      parentId: number
      name: string
      isFolder: number
      blobId: number | null
      etag: string | null
      size: number
      contentType: string | null
      createdAt: number
      modifiedAt: number
      position: number
    },
  ) =>
    db
      .insertInto('node')
      .values({
        accountId: p.accountId,
        parentId: p.parentId,
        name: p.name,
        isFolder: p.isFolder,
        blobId: p.blobId,
        etag: p.etag,
        size: p.size,
        contentType: p.contentType,
        createdAt: p.createdAt,
        modifiedAt: p.modifiedAt,
        created: p.position,
        changed: p.position,
      })
      .returning('id'),
)

export const placeNode = prepared((db, p: { id: number; parentId: number; name: string; position: number }) =>
  db
    .updateTable('node')
    .set({ parentId: p.parentId, name: p.name, created: p.position, changed: p.position })
    .where('id', '=', p.id),
)

const stampNode = prepared((db, p: { id: number; position: number }) =>
  db.updateTable('node').set({ changed: p.position }).where('id', '=', p.id),
)

const forgetOrigin = prepared((db, p: { nodeId: number }) => db.deleteFrom('trash').where('nodeId', '=', p.nodeId))

/** Throws Conflict when there is no such folder of this account (RFC 4918 §9.7.1: a missing parent is no 404). */
export async function requireFolder(tx: Tx, accountId: number, id: number): Promise<Node> {
  const row = await folderById.first(tx, { id })
  if (!row || row.accountId !== accountId) throw new DomainError('Conflict', 'The folder for this does not exist.')
  return toNode(row)
}

/** Writes a file. Its former content becomes a version. Throws Conflict where a folder has the name. */
export async function put(
  context: TreeContext,
  tx: Tx,
  { staged, found, ...options }: PutOptions,
): Promise<{ node: Node; created: boolean }> {
  const former = await formerAt(tx, options, found)
  const content: Content = {
    blobId: await context.blobs.keep(tx, staged, former),
    etag: hex(staged.hash),
    size: staged.size,
    contentType: options.contentType ?? null,
    modifiedAt: options.modifiedAt ?? tx.now,
  }
  return write(context, tx, { ...options, former }, content)
}

/** The same, with a content that the store has already: that of a version. */
export async function putContent(
  context: TreeContext,
  tx: Tx,
  at: Place & { accountId: number },
  content: Content,
): Promise<{ node: Node; created: boolean }> {
  return write(context, tx, { ...at, former: await formerAt(tx, at) }, content)
}

/** The file that has the name already. Throws for a name, a folder or a neighbour with which none can be there. */
async function formerAt(
  tx: Tx,
  { accountId, parentId, name }: Place & { accountId: number },
  found?: PutOptions['found'],
): Promise<Node | undefined> {
  checkName(name)
  if (!found?.folder.isFolder) await requireFolder(tx, accountId, parentId)
  const former = found ? found.former : await child(tx, parentId, name)
  if (former?.isFolder) throw new DomainError('Conflict', 'There is a folder of that name.')
  return former
}

async function write(
  context: TreeContext,
  tx: Tx,
  { accountId, parentId, name, former }: Place & { accountId: number; former: Node | undefined },
  content: Content,
): Promise<{ node: Node; created: boolean }> {
  tx.changed(filesTopic(accountId))
  if (former) return { node: await replaceContent(tx, context.versions, former, content), created: false }
  await tx.charge(accountId, content.size)
  return { node: await insertInto(tx, { accountId, parentId, name, isFolder: false }, content), created: true }
}

/** Makes a folder. Throws AlreadyExists for a name that is taken. */
export async function mkdir(tx: Tx, at: Place & { accountId: number }): Promise<Node> {
  const { accountId, parentId, name } = at
  checkName(name)
  const parent = await requireFolder(tx, accountId, parentId)
  await requireDepth(tx, parent)
  await requireFree(tx, parentId, name)
  tx.changed(filesTopic(accountId))
  const nothing = { blobId: null, etag: undefined, size: 0, contentType: null, modifiedAt: tx.now }
  return insertInto(tx, { accountId, parentId, name, isFolder: true }, nothing)
}

/**
 * Moves or renames within an account, in one row however much is below. What was in the trash is
 * thereby restored.
 *
 * @throws DomainError AlreadyExists for a name that is taken; Conflict for a missing folder, or one inside the node.
 */
export async function move(context: TreeContext, tx: Tx, { id }: Pick<Node, 'id'>, to: Place): Promise<Node> {
  checkName(to.name)
  const node = await requireMovable(tx, id)
  if (node.parentId === to.parentId && node.name === to.name) return node
  const parent = await requireFolder(tx, node.accountId, to.parentId)
  if (node.isFolder) {
    const above = await requireDepth(tx, parent)
    if (above.some((ancestor) => ancestor.id === node.id)) {
      throw new DomainError('Conflict', 'A folder cannot be moved into itself.')
    }
  }
  await requireFree(tx, to.parentId, to.name)
  await forgetOrigin.run(tx, { nodeId: node.id })
  return relocate(context, tx, node, to)
}

/** Takes a node from one place to another, which is known to be free. */
export async function relocate(
  context: TreeContext,
  tx: Tx,
  node: Node & { parentId: number },
  to: Place,
): Promise<Node> {
  const { accountId } = node
  const position = await tx.stamp(accountId)
  await context.journal.leave(tx, {
    accountId,
    kind: 'files',
    collection: node.parentId,
    name: leftName(node),
    position,
  })
  await placeNode.run(tx, { id: node.id, ...to, position })
  // RFC 4918 §7.6: a lock does not move with what it is on.
  await context.locks.forget(tx, 'node', [node.id])
  tx.changed(filesTopic(accountId))
  return { ...node, ...to, created: position, changed: position }
}

/** Takes a position for a change that has no row of its own, such as a dead property's. */
export async function touch(tx: Tx, node: Node): Promise<Node> {
  const { accountId } = node
  const position = await tx.stamp(accountId)
  await stampNode.run(tx, { id: node.id, position })
  tx.changed(filesTopic(accountId))
  return { ...node, changed: position }
}

const updateModified = prepared((db, p: { id: number; modifiedAt: number; position: number }) =>
  db.updateTable('node').set({ modifiedAt: p.modifiedAt, changed: p.position }).where('id', '=', p.id),
)

/** Sets when the content was written, as a client says that copies it from elsewhere. */
export async function setModifiedAt(tx: Tx, node: Node, modifiedAt: number): Promise<Node> {
  const { id, accountId } = node
  const position = await tx.stamp(accountId)
  await updateModified.run(tx, { id, modifiedAt, position })
  tx.changed(filesTopic(accountId))
  return { ...node, modifiedAt, changed: position }
}

export async function requireMovable(tx: Tx, id: number): Promise<Node & { parentId: number }> {
  const node = await getNode(tx, id)
  if (!node) throw new DomainError('NotFound', 'This is no longer there.')
  const { parentId } = node
  if (parentId === null) throw new DomainError('Forbidden', 'The top of the tree stays where it is.')
  return { ...node, parentId }
}

export async function requireFree(tx: Tx, parentId: number, name: string): Promise<void> {
  if (await child(tx, parentId, name))
    throw new DomainError('AlreadyExists', 'Something of that name is there already.')
}

/** Answers the folder's lineage, itself included. */
export async function requireDepth(tx: Tx, folder: Node) {
  const above = await ancestors(tx, { parentId: folder.id })
  if (above.length > treeDepth) throw new DomainError('Conflict', `Folders go ${treeDepth} deep at most.`)
  return above
}

export async function insertInto(
  tx: Tx,
  at: Place & { accountId: number; isFolder: boolean },
  content: {
    blobId: number | null
    etag: string | undefined
    size: number
    contentType: string | null
    modifiedAt: number
  },
): Promise<Node> {
  const position = await tx.stamp(at.accountId)
  const { blobId, etag = null, size, contentType, modifiedAt } = content
  const row = {
    accountId: at.accountId,
    parentId: at.parentId,
    name: at.name,
    isFolder: Number(at.isFolder),
    blobId,
    etag,
    size,
    contentType,
    createdAt: tx.now,
    modifiedAt,
  }
  const inserted = await insertNode.first(tx, { ...row, position })
  if (!inserted) throw new Error('an inserted node has no id')
  return toNode({ ...row, id: inserted.id, created: position, changed: position })
}
