// A restore changes nothing until the whole archive lies checked in a folder beside the data, on the same disk.
// Then the present data move aside and the new ones in, by renames; a mark stands while they do, and no twin starts
// on a folder that has it. Every token of the time before is too old afterwards: the clients resync in full.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DomainError } from '../../errors.ts'
import { copyFromSqlite, requireEmpty } from '../engine/postgresql/copy.ts'
import { FolderLock } from '../engine/sqlite/folder-lock.ts'
import { makeFolder, syncFolder } from '../folders.ts'
import { beginEpoch } from '../journal.ts'
import { Store } from '../store.ts'
import { databaseName } from './archive.ts'
import { unfinishedRestore } from './unfinished.ts'
import { type Unpacked, unpack } from './unpack.ts'

export type RestoreOptions = {
  /** The data folder. */
  directory: string
  /** Moves present data aside instead of refusing to touch them. */
  force: boolean
  /** The PostgreSQL database, which must be empty, that takes what the archive's has. */
  database?: string | undefined
  now?: () => number
}

export type Restored = Unpacked & {
  /** Where the former data are now. */
  aside: string | undefined
}

/**
 * Puts a backup in the place of the data in a folder that no twin runs on.
 * Throws Conflict when one runs or the folder has data, BadRequest when the archive is not a whole backup.
 */
export async function restore(
  source: Readable,
  { directory, force, database, now = Date.now }: RestoreOptions,
): Promise<Restored> {
  await makeFolder(directory)
  const lock = new FolderLock(join(directory, lockName))
  const staging = join(directory, stagingName)
  try {
    if (!force && (await presentData(directory)).length > 0) {
      throw new DomainError('Conflict', `there are data in ${directory}: --force moves them aside first`)
    }
    if (database !== undefined) await requireEmpty(database)
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging, { mode: 0o700 })
    const unpacked = await unpack(source, staging)
    await beginAnew(staging)
    const aside = await swap(directory, staging, database, new Date(now()))
    return { ...unpacked, aside }
  } finally {
    await rm(staging, { recursive: true, force: true })
    lock.release()
  }
}

const lockName = 'twin.lock'
const stagingName = 'restore.new'
const asidePrefix = 'before-restore-'

/** Opens the restored data once: brings them to this program's schema, and makes all tokens too old. */
async function beginAnew(staging: string): Promise<void> {
  const store = await Store.open({ directory: staging })
  try {
    await store.write(beginEpoch)
  } finally {
    await store.close()
  }
}

async function swap(
  directory: string,
  staging: string,
  database: string | undefined,
  now: Date,
): Promise<string | undefined> {
  const present = await presentData(directory)
  const aside = join(directory, `${asidePrefix}${now.toISOString().replaceAll(':', '-')}`)
  const mark = join(directory, unfinishedRestore)
  await writeFile(mark, 'A restore moves data here. If no restore runs: run it again with --force.\n', { flush: true })
  await syncFolder(directory)
  if (present.length > 0) {
    await mkdir(aside, { mode: 0o700 })
    for (const name of present) await rename(join(directory, name), join(aside, name))
    await syncFolder(aside)
  }
  for (const name of await readdir(staging)) {
    if (name !== lockName) await rename(join(staging, name), join(directory, name))
  }
  await syncFolder(directory)
  if (database !== undefined) await moveInto(database, join(directory, databaseName))
  await rm(mark)
  await syncFolder(directory)
  return present.length > 0 ? aside : undefined
}

async function moveInto(database: string, file: string): Promise<void> {
  await copyFromSqlite(file, database)
  await rm(file)
}

/** What belongs to the present twin, so not the lock held here, the staged data, or what was moved aside before. */
async function presentData(directory: string): Promise<string[]> {
  const kept = new Set([lockName, stagingName, unfinishedRestore])
  return (await readdir(directory)).filter((name) => !kept.has(name) && !name.startsWith(asidePrefix))
}
