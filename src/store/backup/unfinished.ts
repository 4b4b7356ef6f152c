import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DomainError } from '../../errors.ts'

/** The mark that stands in a data folder while a restore moves data. */
export const unfinishedRestore = 'restore.unfinished'

/** Throws Conflict for a data folder that a restore was interrupted in: a twin that began there would begin empty. */
export function refuseUnfinishedRestore(directory: string): void {
  if (!existsSync(join(directory, unfinishedRestore))) return
  throw new DomainError(
    'Conflict',
    `a restore into ${directory} was interrupted: run twin restore again with --force (the data from before are in before-restore-…)`,
  )
}

/** Folders beside the data in which a backup is prepared begin with this. */
export const unfinishedBackup = 'backup-'

/** Removes what a killed twin left of a backup. Nobody else may be at work on the folder. */
export async function removeUnfinishedBackups(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(unfinishedBackup)) await rm(join(directory, name), { recursive: true, force: true })
  }
}
