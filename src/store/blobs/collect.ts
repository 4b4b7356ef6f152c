// Collection of contents that nothing refers to. Mark in a write, wait, recheck and delete the row
// durably, then remove the file. A writer that meets a marked row clears the mark (Blobs.keep).
// A file is removed inside a write that holds its hash as a row of its own: an upload of the same content
// that has not committed its row yet waits, or is waited for, and looks for its file once it has the row. So that
// it does not look in vain, content that came in lately stays: `#arrived` knows of this twin's, times of others'.
import { sql } from 'kysely'
import { blobCollectRows, blobGraceMilliseconds } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { BlobBackend } from './backend.ts'

/** Every column that refers to a blob, in every table: who adds a kind of data adds its reference here. */
const references = [
  ['node', 'blobId'],
  ['version', 'blobId'],
  ['collection_item', 'blobId'],
  ['email', 'blobId'],
  ['attachment', 'blobId'],
  ['queued_mail', 'blobId'],
] as const

const unreferenced = sql<boolean>`${sql.join(
  references.map(
    ([table, column]) =>
      sql`NOT EXISTS (SELECT 1 FROM ${sql.table(table)} WHERE ${sql.ref(`${table}.${column}`)} = ${sql.ref('blob.id')})`,
  ),
  sql` AND `,
)}`

const candidates = prepared((db, p: { after: number; limit: number }) =>
  db
    .selectFrom('blob')
    .select('id')
    .where('markedAt', 'is', null)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
)

const marked = prepared((db, p: { before: number; limit: number }) =>
  db.selectFrom('blob').select(['id']).where('markedAt', '<=', p.before).orderBy('markedAt').limit(p.limit),
)

const hasRow = prepared((db, p: { hash: Uint8Array }) =>
  db.selectFrom('blob').select('id').where('hash', '=', p.hash).where('data', 'is', null),
)

const takeHash = prepared((db, p: { hash: Uint8Array; now: number }) =>
  db
    .insertInto('blob')
    .values({ hash: p.hash, size: 0, createdAt: p.now, markedAt: p.now })
    .onConflict((conflict) => conflict.column('hash').where('data', 'is', null).doNothing()),
)

const giveHash = prepared((db, p: { hash: Uint8Array }) =>
  db.deleteFrom('blob').where('hash', '=', p.hash).where('data', 'is', null),
)

export type CollectorOptions = {
  backend: BlobBackend
  write: <T>(body: Body<T, Tx>) => Promise<T>
  read: <T>(body: Body<T, View>) => Promise<T>
  now: () => number
}

export class Collector {
  readonly #options: CollectorOptions
  /** Large contents that came lately, by hash: how many uploads may still be kept, and when the last came. */
  readonly #arrived = new Map<string, { uploads: number; at: number }>()
  #pauses = 0
  #running: Promise<{ marked: number; deleted: number; orphans: number }> | undefined

  constructor(options: CollectorOptions) {
    this.#options = options
  }

  /** Called before the content gets its name in the backend. */
  arriving(hash: Buffer, at: number): void {
    const key = hash.toString('hex')
    this.#arrived.set(key, { uploads: (this.#arrived.get(key)?.uploads ?? 0) + 1, at })
  }

  /** One upload of this content will not be kept after all: it goes at once unless another, or a row, has it. */
  async discarded(hash: Buffer): Promise<void> {
    const key = hash.toString('hex')
    const arrived = this.#arrived.get(key)
    if (!arrived) return // older than the grace: the collection sees to it
    arrived.uploads--
    if (arrived.uploads > 0 || this.#pauses > 0) return
    this.#arrived.delete(key)
    await this.#removeFile(hash)
  }

  pause(): () => void {
    this.#pauses++
    let paused = true
    return () => {
      if (paused) this.#pauses--
      paused = false
    }
  }

  collect(): Promise<{ marked: number; deleted: number; orphans: number }> {
    this.#running ??= this.#collect().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #collect() {
    const before = this.#options.now() - blobGraceMilliseconds
    for (const [key, { at }] of this.#arrived) if (at <= before) this.#arrived.delete(key)
    const marked = await this.#mark()
    const deleted = await this.#delete(before)
    const orphans = await this.#removeOrphans(before)
    return { marked, deleted, orphans }
  }

  async #mark(): Promise<number> {
    let count = 0
    for (let after = 0; this.#pauses === 0; ) {
      const rows = await this.#options.read((view) => candidates.all(view, { after, limit: blobCollectRows }))
      const last = rows.at(-1)
      if (!last) break
      count += await this.#markBetween(after, last.id)
      after = last.id
    }
    return count
  }

  async #markBetween(after: number, last: number): Promise<number> {
    const found = await this.#options.read((view) =>
      view.db
        .selectFrom('blob')
        .select('id')
        .where('id', '>', after)
        .where('id', '<=', last)
        .where('markedAt', 'is', null)
        .where(unreferenced)
        .execute(),
    )
    if (found.length === 0) return 0
    const ids = found.map((row) => row.id)
    return this.#options.write(async (tx) => {
      const update = tx.db.updateTable('blob').set({ markedAt: tx.now }).where('id', 'in', ids).where(unreferenced)
      return Number((await update.executeTakeFirst()).numUpdatedRows)
    })
  }

  async #delete(before: number): Promise<number> {
    let count = 0
    while (this.#pauses === 0) {
      const gone = await this.#options.write((tx) => deleteRows(tx, before))
      if (!gone) break
      // The rows are durably gone: only now may their files follow.
      for (const row of gone) if (row.inFile) await this.#removeFile(row.hash, before)
      count += gone.length
    }
    return count
  }

  /** Files without a row: a crash came between their rename and their commit. */
  async #removeOrphans(before: number): Promise<number> {
    let count = 0
    for await (const { hash, modifiedAt } of this.#options.backend.list()) {
      if (this.#pauses > 0) break
      if (modifiedAt > before) continue
      const known = await this.#options.read((view) => hasRow.first(view, { hash }))
      if (!known && (await this.#removeFile(hash, before))) count++
    }
    return count
  }

  /** Removes a content that has no row. With `before`, one that has been there since then. */
  #removeFile(hash: Uint8Array, before = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { backend, write } = this.#options
    return write(async (tx) => {
      if (this.#pauses > 0 || this.#arrived.has(Buffer.from(hash).toString('hex'))) return false
      if ((backend.arrivedAt(hash) ?? 0) > before) return false
      if ((await takeHash.run(tx, { hash, now: tx.now })) === 0) return false
      backend.remove(hash)
      await giveHash.run(tx, { hash })
      return true
    })
  }
}

/** Deletes some rows marked long enough ago, and takes the mark from those that are referred to again; undefined when there are none. */
async function deleteRows(tx: Tx, before: number): Promise<{ hash: Uint8Array; inFile: boolean }[] | undefined> {
  const rows = await marked.all(tx, { before, limit: blobCollectRows })
  if (rows.length === 0) return undefined
  const ids = rows.map((row) => row.id)
  const gone = await tx.db
    .deleteFrom('blob')
    .where('id', 'in', ids)
    .where('markedAt', '<=', before)
    .where(unreferenced)
    .returning(['hash', sql<number>`CASE WHEN data IS NULL THEN 1 ELSE 0 END`.as('inFile')])
    .execute()
  if (gone.length < ids.length) {
    await tx.db.updateTable('blob').set({ markedAt: null }).where('id', 'in', ids).execute()
  }
  return gone.map((row) => ({ hash: row.hash, inFile: Number(row.inFile) === 1 }))
}
