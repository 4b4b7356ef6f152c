// Files of all accounts. What may be called inside a write or a read takes its `tx` or `view`; what takes
// neither makes writes of its own, because it may be large.
import { tombstoneMilliseconds } from '../../limits.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import type { Locks } from '../locks.ts'
import type { Properties } from '../properties.ts'
import { Copier, type CopyOptions } from './copy.ts'
import { Eraser } from './erase.ts'
import { type Ancestor, ancestors, child, getNode, list, type Node, resolve, root } from './node.ts'
import { copyOnto, moveOnto } from './onto.ts'
import { type Changes, since, syncToken } from './since.ts'
import { Trash } from './trash.ts'
import {
  filesTopic,
  mkdir,
  move,
  type Place,
  type PutOptions,
  put,
  putContent,
  setModifiedAt,
  type TreeContext,
  touch,
} from './tree.ts'
import { type Version, Versions } from './versions.ts'

export type { CopyOptions } from './copy.ts'
export type { Ancestor, Node } from './node.ts'
export type { Change, Changes } from './since.ts'
export type { Origin } from './trash.ts'
export { filesTopic } from './tree.ts'
export type { Version } from './versions.ts'

export type FilesSettings = {
  /** Each file keeps this many versions, for this many days; a count of 0 keeps none. */
  versions: { days: number; count: number }
  /** Days that what was deleted stays in the trash; 0 keeps it until it is removed by hand. */
  trashDays: number
  /** Bytes an account may own unless it has a quota of its own; null is no bound. */
  defaultQuota: number | null
}

export type FilesOptions = {
  blobs: Blobs
  journal: Journal
  locks: Locks
  properties: Properties
  write: <T>(body: Body<T, Tx>) => Promise<T>
  read: <T>(body: Body<T, View>) => Promise<T>
  settings: FilesSettings
}

const DAY = 24 * 60 * 60_000

const usageOf = prepared((db, p: { accountId: number }) =>
  db
    .selectFrom('clock')
    .innerJoin('account', 'account.id', 'clock.accountId')
    .select(['clock.used', 'account.quota'])
    .where('clock.accountId', '=', p.accountId),
)

export class Files {
  readonly trash: Trash
  readonly versions: Versions
  readonly #options: FilesOptions
  readonly #context: TreeContext
  readonly #eraser: Eraser
  readonly #copier: Copier

  constructor(options: FilesOptions) {
    const { blobs, journal, locks, properties, settings, write } = options
    const versions = { perFile: settings.versions.count, keepMilliseconds: settings.versions.days * DAY }
    this.#options = options
    this.#context = { blobs, journal, locks, versions }
    this.#eraser = new Eraser(options)
    this.#copier = new Copier({ write, journal, properties, eraser: this.#eraser })
    this.trash = new Trash(this.#context, this.#eraser, write)
    this.versions = new Versions(versions, (tx, accountId) => tx.changed(filesTopic(accountId)))
  }

  /** The top of the account's tree. */
  root(view: View, accountId: number): Promise<Node> {
    return root(view, 'files', accountId)
  }

  /** The folder whose members are what was removed. */
  trashRoot(view: View, accountId: number): Promise<Node> {
    return root(view, 'trash', accountId)
  }

  get(view: View, id: number): Promise<Node | undefined> {
    return getNode(view, id)
  }

  child(view: View, parentId: number, name: string): Promise<Node | undefined> {
    return child(view, parentId, name)
  }

  /** Follows names down from a folder; undefined when one is missing. */
  resolve(view: View, rootId: number, segments: readonly string[]): Promise<Node | undefined> {
    return resolve(view, rootId, segments)
  }

  /** Members by name, from after one of them: each page is one range of an index, however many there are. */
  list(view: View, folderId: number, page: { after?: string | undefined; limit: number }): Promise<Node[]> {
    return list(view, folderId, page)
  }

  /** The folders above a node, from the root down to its parent. */
  ancestors(view: View, node: Pick<Node, 'parentId'>): Promise<Ancestor[]> {
    return ancestors(view, node)
  }

  /** Writes a file; what it had in it becomes a version. Throws Conflict, QuotaExceeded, BadRequest. */
  put(tx: Tx, options: PutOptions): Promise<{ node: Node; created: boolean }> {
    return put(this.#context, tx, options)
  }

  /** Makes a file of a version's content, or writes it over the one that is there. Throws as `put` does. */
  putVersion(tx: Tx, version: Version, to: Place): Promise<{ node: Node; created: boolean }> {
    const { accountId, blobId, etag, size, contentType, modifiedAt } = version
    return putContent(this.#context, tx, { accountId, ...to }, { blobId, etag, size, contentType, modifiedAt })
  }

  /** Makes a folder. Throws AlreadyExists, Conflict, BadRequest. */
  mkdir(tx: Tx, at: Place & { accountId: number }): Promise<Node> {
    return mkdir(tx, at)
  }

  /** Moves or renames to a free place; what was in the trash is restored by it. One row, whatever is below. */
  move(tx: Tx, node: Pick<Node, 'id'>, to: Place): Promise<Node> {
    return move(this.#context, tx, node, to)
  }

  /** Moves to the trash; answers the node as it is there. */
  remove(tx: Tx, node: Pick<Node, 'id'>): Promise<Node> {
    return this.trash.add(tx, node)
  }

  /** Gives a node a new position after a change outside its row, such as a dead property's. */
  touch(tx: Tx, node: Node): Promise<Node> {
    return touch(tx, node)
  }

  /** Copies a file or a tree to a free place; large trees take many writes, and appear in one. */
  copy(source: Node, to: CopyOptions): Promise<Node> {
    return this.#copier.copy(source, to)
  }

  /** Copies one file to a free place, inside a write. */
  copyFile(tx: Tx, source: Node, to: Place): Promise<Node> {
    return this.#copier.file(tx, source, to)
  }

  /** Gives a file the content and the dead properties of another; what it had in it becomes a version. */
  copyOnto(tx: Tx, source: Node, target: Node): Promise<Node> {
    return copyOnto(this.#parts(), tx, source, target)
  }

  /** Moves a file onto another, which stays itself; `trash.erase` then frees the bytes of the one that is gone. */
  moveOnto(tx: Tx, source: Node, target: Node): Promise<Node> {
    return moveOnto(this.#parts(), tx, source, target)
  }

  /** Sets when a node was last written, in milliseconds since 1970. */
  setModifiedAt(tx: Tx, node: Node, modifiedAt: number): Promise<Node> {
    return setModifiedAt(tx, node, modifiedAt)
  }

  /** What changed below a folder; everything, page by page, without a token. */
  async since(
    view: View,
    folderId: number,
    token: string | undefined,
    options: { limit: number },
  ): Promise<Changes | 'tooOld'> {
    const folder = await getNode(view, folderId)
    return folder ? since(view, this.#options.journal, folder, token, options) : 'tooOld'
  }

  /** The state of a folder now, as `since` takes it. */
  syncToken(view: View, folder: Node): Promise<string> {
    return syncToken(view, this.#options.journal, folder)
  }

  /** Bytes owned, trash and versions included, and how many may be; null is no bound. */
  async usage(view: View, accountId: number): Promise<{ used: number; quota: number | null }> {
    const row = await usageOf.first(view, { accountId })
    return { used: row?.used ?? 0, quota: row?.quota ?? this.#options.settings.defaultQuota }
  }

  /** At a start: erases what copies and purges left unfinished, beside what else is done. */
  async recover(): Promise<void> {
    await this.#options.write((tx) => this.#eraser.condemn(tx, true))
    for (const accountId of await this.#accounts()) {
      this.#eraser.run(accountId).catch(() => {}) // the next round of `tidy` goes on with it
    }
  }

  /** Lets go of what has become too old: versions, what is in the trash, tombstones, locks. Now and then. */
  async tidy(): Promise<void> {
    const { settings, write, journal, locks } = this.#options
    await write((tx) => locks.sweep(tx))
    await write((tx) => this.#eraser.condemn(tx, false))
    for (const accountId of await this.#accounts()) {
      await this.#eraser.run(accountId)
      while ((await write((tx) => this.versions.expire(tx, accountId))) > 0);
      const now = await write(async (tx) => tx.now)
      if (settings.trashDays > 0) await this.trash.empty(accountId, now - settings.trashDays * DAY)
      await write((tx) => journal.prune(tx, accountId, now - tombstoneMilliseconds))
    }
  }

  /** Erases all files of an account that is no more. */
  async eraseAll(accountId: number): Promise<void> {
    await this.#eraser.all(accountId)
  }

  #parts() {
    return { context: this.#context, properties: this.#options.properties }
  }

  async #accounts(): Promise<number[]> {
    const rows = await this.#options.read((view) => view.db.selectFrom('clock').select('accountId').execute())
    return rows.map((row) => row.accountId)
  }
}
