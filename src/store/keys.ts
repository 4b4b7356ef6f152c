// Generated keys live in `<data>/keys`, one file each, readable by nobody else, and are in every backup.
// A key that is lost is not made anew behind a running twin's back: what was made with it would silently stop working,
// so it is made once, at the first start, and read from then on.

import { randomBytes } from 'node:crypto'
import { chmod, link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DomainError } from '../errors.ts'
import { makeFolder, syncFolder } from './folders.ts'

/** The folder of the keys, made when it is not there. */
export async function keysFolder(dataDirectory: string): Promise<string> {
  const folder = join(dataDirectory, 'keys')
  await makeFolder(folder)
  return folder
}

/**
 * The content of the key file `name`, made by `make` and durable before it is used when there is none.
 * Two that race for it get the same content.
 */
export async function loadKey(
  dataDirectory: string,
  name: string,
  make: () => Promise<Buffer> | Buffer,
): Promise<Buffer> {
  const folder = await keysFolder(dataDirectory)
  const path = join(folder, name)
  const present = await readIfPresent(path)
  if (present) return present
  await createDurably(folder, path, await make())
  return readFile(path)
}

/** A secret of 32 random bytes, kept in the key file `name`. */
export async function loadSecret(dataDirectory: string, name: string): Promise<Buffer> {
  const secret = await loadKey(dataDirectory, name, () => randomBytes(secretBytes))
  if (secret.length !== secretBytes) {
    throw new DomainError('Unavailable', `${join(dataDirectory, 'keys', name)} is damaged: restore it from a backup`)
  }
  return secret
}

const secretBytes = 32

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    const content = await readFile(path)
    await chmod(path, 0o600)
    return content
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A power cut leaves the whole file or none; `link` refuses to replace a file that another process made first. */
async function createDurably(folder: string, path: string, content: Buffer): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolder(folder)
}
