import { access, constants, mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { DomainError } from '../errors.ts'

/** Creates a folder and what is missing above it, and returns when no power cut can take them back. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const above = dirname(resolve(first))
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    await syncFolder(folder)
    if (folder === above) return
  }
}

/** Makes the names in a folder durable: those of new, renamed and deleted files. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Throws Unavailable for a folder of another user, or on a disk that is read-only. */
export async function requireWritable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'EROFS' ? 'is on a read-only disk' : `cannot be written to (${code})`
    throw new DomainError('Unavailable', `${path} ${what}: twin doctor has the mend`)
  }
}
