// Every content is hashed again. That takes long, so it goes by pages of keys and holds no snapshot: what seems
// damaged is looked at once more, since it may have been collected meanwhile.
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { isDomainError } from '../../errors.ts'
import { blobGraceMilliseconds, verifyPageRows } from '../../limits.ts'
import type { BlobBackend } from '../blobs/backend.ts'

type Row = { id: number; hash: Uint8Array; size: number; data: Uint8Array | null }

export type Contents = { blobs: number; bytes: number }

export async function checkContents(
  database: DatabaseSync,
  backend: BlobBackend,
  problem: (text: string) => void,
): Promise<Contents> {
  const page = database.prepare('SELECT id, hash, size, data FROM blob WHERE id > ? ORDER BY id LIMIT ?')
  const counts: Contents = { blobs: 0, bytes: 0 }
  for (let after = 0; ; ) {
    const rows = page.all(after, verifyPageRows) as Row[]
    for (const row of rows) {
      const wrong = await whatIsWrong(row, backend)
      if (wrong && stillThere(database, row)) problem(`content ${name(row.hash)} (blob ${row.id}) ${wrong}`)
      counts.blobs++
      counts.bytes += row.size
    }
    const last = rows.at(-1)
    if (!last) return counts
    after = last.id
  }
}

async function whatIsWrong({ hash, size, data }: Row, backend: BlobBackend): Promise<string | undefined> {
  const actual = createHash('sha256')
  try {
    if (data) actual.update(data)
    else for await (const chunk of backend.open(hash, size, 0, size - 1)) actual.update(chunk)
  } catch (error) {
    if (isDomainError(error, 'Unavailable')) return 'is missing or cut short on the disk'
    return `cannot be read: ${(error as Error).message}`
  }
  return actual.digest().equals(hash) ? undefined : 'was changed on the disk'
}

const stillThere = (database: DatabaseSync, { id, hash }: Row): boolean =>
  database.prepare('SELECT 1 FROM blob WHERE id = ? AND hash = ?').get(id, hash) !== undefined

/** Files that no row names, older than an upload lasts: a crash left them, and the collection will take them. */
export async function countOrphanFiles(database: DatabaseSync, backend: BlobBackend, now: number): Promise<number> {
  const known = database.prepare('SELECT 1 FROM blob WHERE hash = ?')
  let orphans = 0
  for await (const { hash, modifiedAt } of backend.list()) {
    if (modifiedAt <= now - blobGraceMilliseconds && !known.get(hash)) orphans++
  }
  return orphans
}

const name = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
