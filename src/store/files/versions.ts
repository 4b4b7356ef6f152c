// Former contents of files. An overwrite makes what was there a version, unless it was empty or is the same.
// Versions count as bytes of their owner; a file keeps so many of them, for so long (the settings).
import { DomainError } from '../../errors.ts'
import { versionsPerWrite } from '../../limits.ts'
import { hex } from '../blobs/receive.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx, View } from '../engine/types.ts'
import { getNode, type Node, toNode } from './node.ts'

export type Version = {
  id: number
  accountId: number
  nodeId: number
  blobId: number
  hash: Uint8Array
  etag: string
  size: number
  contentType: string | null
  /** When this content was written. */
  modifiedAt: number
  /** When it was overwritten. */
  supersededAt: number
}

export type VersionSettings = {
  /** Versions kept of each file; 0 keeps none. */
  perFile: number
  /** Milliseconds after which a version goes. */
  keepMilliseconds: number
}

export type Content = {
  blobId: number
  etag: string
  size: number
  contentType: string | null
  modifiedAt: number
}

const columns = [
  'version.id',
  'version.accountId',
  'version.nodeId',
  'version.blobId',
  'version.size',
  'version.contentType',
  'version.modifiedAt',
  'version.supersededAt',
  'blob.hash',
] as const

const update = prepared((db, p: Content & { id: number; position: number }) =>
  db
    .updateTable('node')
    .set({
      blobId: p.blobId,
      etag: p.etag,
      size: p.size,
      contentType: p.contentType,
      modifiedAt: p.modifiedAt,
      changed: p.position,
    })
    .where('id', '=', p.id),
)

const insert = prepared((db, p: Omit<Version, 'id' | 'hash' | 'etag'>) =>
  db.insertInto('version').values({
    accountId: p.accountId,
    nodeId: p.nodeId,
    blobId: p.blobId,
    size: p.size,
    contentType: p.contentType,
    modifiedAt: p.modifiedAt,
    supersededAt: p.supersededAt,
  }),
)

const surplus = prepared((db, p: { nodeId: number; keep: number; limit: number }) =>
  db
    .selectFrom('version')
    .select(['id', 'accountId', 'size'])
    .where('nodeId', '=', p.nodeId)
    .orderBy('supersededAt', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit)
    .offset(p.keep),
)

const byId = prepared((db, p: { id: number }) =>
  db
    .selectFrom('version')
    .innerJoin('blob', 'blob.id', 'version.blobId')
    .select(columns)
    .where('version.id', '=', p.id),
)

/** Gives a file new content. Stamps, charges, and keeps what was there. */
export async function replaceContent(tx: Tx, settings: VersionSettings, node: Node, content: Content): Promise<Node> {
  const keeps = settings.perFile > 0 && node.blobId !== null && node.size > 0 && node.blobId !== content.blobId
  await tx.charge(node.accountId, keeps ? content.size : content.size - node.size)
  const position = await tx.stamp(node.accountId)
  if (keeps && node.blobId !== null) {
    const { id: nodeId, accountId, blobId, size, contentType, modifiedAt } = node
    await insert.run(tx, { nodeId, accountId, blobId, size, contentType, modifiedAt, supersededAt: tx.now })
    await drop(tx, await surplus.all(tx, { nodeId, keep: settings.perFile, limit: versionsPerWrite }))
  }
  await update.run(tx, { id: node.id, ...content, position })
  return toNode({ ...node, ...content, isFolder: 0, changed: position })
}

export class Versions {
  readonly #settings: VersionSettings
  readonly #changed: (tx: Tx, accountId: number) => void

  constructor(settings: VersionSettings, changed: (tx: Tx, accountId: number) => void) {
    this.#settings = settings
    this.#changed = changed
  }

  /** The versions of a file, newest first, from after one of them. */
  async list(view: View, nodeId: number, { after, limit }: { after?: Version; limit: number }): Promise<Version[]> {
    let query = view.db
      .selectFrom('version')
      .innerJoin('blob', 'blob.id', 'version.blobId')
      .select(columns)
      .where('version.nodeId', '=', nodeId)
    if (after) {
      const { supersededAt, id } = after
      query = query.where((eb) => eb(eb.refTuple('supersededAt', 'version.id'), '<', eb.tuple(supersededAt, id)))
    }
    const rows = await query.orderBy('supersededAt', 'desc').orderBy('version.id', 'desc').limit(limit).execute()
    return rows.map(toVersion)
  }

  async get(view: View, id: number): Promise<Version | undefined> {
    const row = await byId.first(view, { id })
    return row && toVersion(row)
  }

  /** Makes a version the present content of its file; what was present becomes a version, and this one stays. */
  async restore(tx: Tx, versionId: number): Promise<Node> {
    const version = await this.get(tx, versionId)
    const node = version && (await getNode(tx, version.nodeId))
    if (!version || !node) throw new DomainError('NotFound', 'This version is no longer there.')
    const { blobId, etag, size, contentType } = version
    this.#changed(tx, node.accountId)
    return replaceContent(tx, this.#settings, node, { blobId, etag, size, contentType, modifiedAt: tx.now })
  }

  /** Deletes a version for ever. */
  async remove(tx: Tx, versionId: number): Promise<void> {
    const version = await this.get(tx, versionId)
    if (!version) throw new DomainError('NotFound', 'This version is no longer there.')
    await drop(tx, [version])
    this.#changed(tx, version.accountId)
  }

  /** Deletes some of the versions that are too old; answers how many. */
  async expire(tx: Tx, accountId: number): Promise<number> {
    const rows = await tx.db
      .selectFrom('version')
      .select(['id', 'accountId', 'size'])
      .where('accountId', '=', accountId)
      .where('supersededAt', '<', tx.now - this.#settings.keepMilliseconds)
      .limit(versionsPerWrite)
      .execute()
    await drop(tx, rows)
    return rows.length
  }
}

async function drop(tx: Tx, rows: readonly { id: number; accountId: number; size: number }[]): Promise<void> {
  if (rows.length === 0) return
  const ids = rows.map((row) => row.id)
  await tx.db.deleteFrom('version').where('id', 'in', ids).execute()
  for (const row of rows) await tx.charge(row.accountId, -row.size)
}

function toVersion(row: Omit<Version, 'etag'>): Version {
  return { ...row, etag: hex(row.hash) }
}
