// One file over another, as programs do that save aside and rename: the file that is there stays itself, with
// its id and its versions, and takes the other's content and dead properties (RFC 4918 §9.8.4, §9.9.3).

import { prepared } from '../engine/prepared.ts'
import type { Tx } from '../engine/types.ts'
import type { Properties } from '../properties.ts'
import { ERASING } from './erase.ts'
import { type Node, root } from './node.ts'
import { filesTopic, relocate, requireMovable, type TreeContext } from './tree.ts'
import { replaceContent } from './versions.ts'

const inherit = prepared((db, p: { from: number; to: number }) =>
  db.updateTable('version').set({ nodeId: p.to }).where('nodeId', '=', p.from),
)

type Parts = { context: TreeContext; properties: Properties }

/** Gives `target` the content of `source`. */
export async function copyOnto({ context, properties }: Parts, tx: Tx, source: Node, target: Node): Promise<Node> {
  const { blobId, etag, size, contentType, modifiedAt } = source
  if (blobId === null || etag === undefined) throw new Error('a folder has no content to give')
  const node = await replaceContent(tx, context.versions, target, { blobId, etag, size, contentType, modifiedAt })
  await properties.forget(tx, 'node', [target.id])
  await properties.copy(tx, 'node', [{ from: source.id, to: target.id }])
  tx.changed(filesTopic(target.accountId))
  return node
}

/** The same, and `source` is gone from sight; its past becomes the target's, too, and `erase` takes away the rest. */
export async function moveOnto(parts: Parts, tx: Tx, { id }: Pick<Node, 'id'>, target: Node): Promise<Node> {
  const source = await requireMovable(tx, id)
  // Its bytes become the target's: counted twice they might exceed the quota on the way.
  await tx.charge(source.accountId, -source.size)
  await tx.db.updateTable('node').set({ blobId: null, etag: null, size: 0 }).where('id', '=', id).execute()
  const node = await copyOnto(parts, tx, source, target)
  await inherit.run(tx, { from: id, to: target.id })
  const staging = await root(tx, 'staging', source.accountId)
  await tx.db.deleteFrom('trash').where('nodeId', '=', id).execute()
  await relocate(parts.context, tx, source, { parentId: staging.id, name: `${ERASING}${id}` })
  return node
}
