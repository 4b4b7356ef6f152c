// What a backup is: a plain tar that `tar xf` and `sha256sum -c checksums.sha256` read as well.
//   manifest.json       first: what wrote it, and which schema it needs
//   twin.db             one consistent copy of the database
//   keys/…              the generated keys
//   blobs/ab/<hash>     each large content once
//   damaged.txt         only when contents were damaged or missing in the twin: their hashes
//   checksums.sha256    last: the SHA-256 of every entry before it, in their order, so that a cut is noticed
import { DomainError } from '../../errors.ts'

export const manifestName = 'manifest.json'
export const databaseName = 'twin.db'
export const damagedName = 'damaged.txt'
export const checksumsName = 'checksums.sha256'

export type Manifest = {
  format: 'twin-backup'
  version: 1
  /** Milliseconds since 1970. */
  createdAt: number
  epoch: string
  /** The migrations that the database has, in their order. */
  migrations: string[]
}

export const blobName = (hash: string): string => `blobs/${hash.slice(0, 2)}/${hash}`

export const checksumLine = (sha256: string, name: string): string => `${sha256}  ${name}\n`

/** What an entry of an archive is. Throws BadRequest for a name that no backup holds (`../`, absolute, odd). */
export function entryKind(
  name: string,
): { kind: 'manifest' | 'database' | 'damaged' | 'checksums' | 'key' } | { kind: 'blob'; hash: string } {
  if (name === manifestName) return { kind: 'manifest' }
  if (name === databaseName) return { kind: 'database' }
  if (name === damagedName) return { kind: 'damaged' }
  if (name === checksumsName) return { kind: 'checksums' }
  if (isKeyName(name)) return { kind: 'key' }
  const hash = /^blobs\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(name)?.[1]
  if (hash !== undefined && name === blobName(hash)) return { kind: 'blob', hash }
  throw notABackup(`it has an entry named ${JSON.stringify(name.slice(0, 200))}`)
}

/** `keys/a` or `keys/a/b…`: segments of plain characters that do not begin with a dot. */
export const isKeyName = (name: string): boolean => /^keys(\/[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,99}){1,4}$/.test(name)

export function parseManifest(text: string): Manifest {
  let manifest: Partial<Manifest> | null
  try {
    manifest = JSON.parse(text)
  } catch {
    throw notABackup('its manifest is not JSON')
  }
  if (manifest?.format !== 'twin-backup') throw notABackup('its manifest is of something else')
  if (manifest.version !== 1) throw notABackup(`it has format ${manifest.version}, which a newer twin wrote`)
  return manifest as Manifest
}

/** Every refusal of an archive begins the same way. */
export const notABackup = (reason: string): DomainError =>
  new DomainError('BadRequest', `this is not a whole backup of a twin: ${reason}; nothing was changed`)
