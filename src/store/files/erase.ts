// Takes trees apart from the leaves up, in writes of a bounded number of rows each. What it works on hangs
// under a staging root, out of sight; a crash leaves a smaller tree there, which the next run goes on with.
import type { Kysely } from 'kysely'
import { copyMilliseconds, treeRowsPerWrite } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { DB } from '../schema.ts'
import { root } from './node.ts'

/** The names under a staging root of what is to be erased, and of what is being built (copy.ts). */
export const ERASING = 'erasing '
export const BUILDING = 'building '

type Chosen = { id: number; limit: number }

const filesIn = (db: Kysely<DB>, p: Chosen) =>
  db
    .selectFrom('node as gone')
    .select('gone.id')
    .where('gone.parentId', '=', p.id)
    .where('gone.isFolder', '=', 0)
    .orderBy('gone.name')
    .limit(p.limit)

const itself = (db: Kysely<DB>, p: Chosen) =>
  db.selectFrom('node as gone').select('gone.id').where('gone.id', '=', p.id).limit(p.limit)

/** Queries for the nodes that `chosen` chooses; the deletes in the order in which they have to run. */
const erasing = (chosen: typeof filesIn | typeof itself) => ({
  measure: prepared((db, p: Chosen) =>
    db
      .selectFrom('node')
      .select((eb) => [eb.fn.countAll<number>().as('rows'), eb.fn.sum<number>('size').as('bytes')])
      .where('id', 'in', chosen(db, p)),
  ),
  measureVersions: prepared((db, p: Chosen) =>
    db
      .selectFrom('version')
      .select((eb) => eb.fn.sum<number>('size').as('bytes'))
      .where('nodeId', 'in', chosen(db, p)),
  ),
  deletes: [
    prepared((db, p: Chosen) => db.deleteFrom('version').where('nodeId', 'in', chosen(db, p))),
    prepared((db, p: Chosen) =>
      db.deleteFrom('property').where('kind', '=', 'node').where('itemId', 'in', chosen(db, p)),
    ),
    prepared((db, p: Chosen) => db.deleteFrom('lock').where('kind', '=', 'node').where('itemId', 'in', chosen(db, p))),
    prepared((db, p: Chosen) => db.deleteFrom('node').where('id', 'in', chosen(db, p))),
  ],
})

const eraseFilesIn = erasing(filesIn)
const eraseItself = erasing(itself)

const foldersIn = prepared((db, p: Chosen) =>
  db
    .selectFrom('node')
    .select('id')
    .where('parentId', '=', p.id)
    .where('isFolder', '=', 1)
    .orderBy('name')
    .limit(p.limit),
)

const staged = prepared((db, p: { parentId: number; pattern: string }) =>
  db.selectFrom('node').select('id').where('parentId', '=', p.parentId).where('name', 'like', p.pattern).limit(1),
)

const anyMember = prepared((db, p: { parentId: number }) =>
  db.selectFrom('node').select('id').where('parentId', '=', p.parentId).limit(1),
)

type Options = { write: <T>(body: Body<T, Tx>) => Promise<T>; read: <T>(body: Body<T, View>) => Promise<T> }

export class Eraser {
  readonly #options: Options
  readonly #running = new Map<number, Promise<void>>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Erases what lies to be erased under the account's staging root; all of it when this resolves. */
  run(accountId: number): Promise<void> {
    const before = this.#running.get(accountId) ?? Promise.resolve()
    const running = before.then(() => this.#run(accountId))
    const settled = running
      .catch(() => {})
      .then(() => {
        if (this.#running.get(accountId) === settled) this.#running.delete(accountId)
      })
    this.#running.set(accountId, settled)
    return running
  }

  /**
   * Leaves to `run` what was being built when a twin stopped: on SQLite, which one twin has to itself, all
   * that there is at its start; elsewhere what is older than any copy takes.
   */
  async condemn(tx: Tx, atStart: boolean): Promise<void> {
    const before = atStart && tx.dialect === 'sqlite' ? tx.now + 1 : tx.now - copyMilliseconds
    await tx.db
      .updateTable('node')
      .set((eb) => ({ name: eb(eb.val(ERASING), '||', eb.ref('name')) }))
      .where('parentId', 'in', (eb) =>
        eb
          .selectFrom('node as top')
          .select('top.id')
          .where('top.parentId', 'is', null)
          .where('top.name', 'like', 'staging/%'),
      )
      .where('name', 'like', `${BUILDING}%`)
      .where('createdAt', '<', before)
      .execute()
  }

  /** Erases all that an account has, but for its empty roots. */
  async all(accountId: number): Promise<void> {
    for (const kind of ['files', 'trash', 'staging'] as const) {
      const { id } = await this.#options.read((view) => root(view, kind, accountId))
      for (;;) {
        const next = await this.#options.read((view) => anyMember.first(view, { parentId: id }))
        if (!next) break
        await this.tree(accountId, next.id)
      }
    }
    await this.#options.write((tx) => tx.db.deleteFrom('trash').where('accountId', '=', accountId).execute())
    await this.#options.write((tx) => tx.db.deleteFrom('tombstone').where('accountId', '=', accountId).execute())
  }

  /** Erases one tree. */
  async tree(accountId: number, id: number): Promise<void> {
    let path: Folder[] = [{ id, hasFiles: true }]
    while (path.length > 0) {
      const current = path
      path = await this.#options.write((tx) => step(tx, accountId, current))
    }
  }

  async #run(accountId: number): Promise<void> {
    for (;;) {
      const next = await this.#options.read(async (view) => {
        const { id } = await root(view, 'staging', accountId)
        return staged.first(view, { parentId: id, pattern: `${ERASING}%` })
      })
      if (!next) return
      await this.tree(accountId, next.id)
    }
  }
}

/** A folder on the way down. Once its files are gone they are not looked for again among its many folders. */
type Folder = { id: number; hasFiles: boolean }

/** One write's share: goes down the path of folders, and answers where the next write goes on. */
async function step(tx: Tx, accountId: number, from: readonly Folder[]): Promise<Folder[]> {
  const path = [...from]
  let room = treeRowsPerWrite
  while (room > 0) {
    const folder = path.pop()
    if (!folder) break
    const { id } = folder
    if (folder.hasFiles) {
      const rows = await erase(tx, accountId, eraseFilesIn, { id, limit: room })
      path.push({ id, hasFiles: rows === room })
      room -= Math.max(rows, 1)
      continue
    }
    const [next] = await foldersIn.all(tx, { id, limit: 1 })
    if (next) path.push(folder, { id: next.id, hasFiles: true })
    else await erase(tx, accountId, eraseItself, { id, limit: 1 })
    room--
  }
  return path
}

async function erase(tx: Tx, accountId: number, queries: ReturnType<typeof erasing>, chosen: Chosen): Promise<number> {
  const nodes = await queries.measure.first(tx, chosen)
  const rows = Number(nodes?.rows ?? 0)
  if (rows === 0) return 0
  const versions = await queries.measureVersions.first(tx, chosen)
  for (const query of queries.deletes) await query.run(tx, chosen)
  await tx.charge(accountId, -(Number(nodes?.bytes ?? 0) + Number(versions?.bytes ?? 0)))
  return rows
}
