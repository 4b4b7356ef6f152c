import { Blobs } from '../blobs/blobs.ts'
import type { Body, Tx, View } from '../engine/types.ts'
import type { Journal } from '../journal.ts'
import { Locks } from '../locks.ts'
import { Properties } from '../properties.ts'
import { Files, type FilesSettings } from './files.ts'

export type FileParts = { blobs: Blobs; locks: Locks; properties: Properties; files: Files }

/** Builds what files stand on, and finishes what the last run left unfinished. */
export async function openFiles(options: {
  directory: string
  journal: Journal
  settings: FilesSettings
  write: <T>(body: Body<T, Tx>) => Promise<T>
  read: <T>(body: Body<T, View>) => Promise<T>
  now: () => number
}): Promise<FileParts> {
  const blobs = await Blobs.open(options.directory, options)
  const locks = new Locks()
  const properties = new Properties()
  const files = new Files({ ...options, blobs, locks, properties })
  await files.recover()
  return { blobs, locks, properties, files }
}
