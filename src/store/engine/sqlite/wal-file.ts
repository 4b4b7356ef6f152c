// The same file as SQLite's -wal, held open by a descriptor of our own so that it can be synced. The
// -wal carries no locks, so a second descriptor of it is harmless (one of the database is not).
import { closeSync, fdatasyncSync, fstatSync, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export class WalFile {
  readonly fd: number
  readonly #path: string
  readonly #folderFd: number

  /** To be opened when SQLite has its own open, and closed after SQLite's. */
  constructor(database: string) {
    this.#path = `${database}-wal`
    this.fd = openSync(this.#path, 'r')
    this.#folderFd = openSync(dirname(database), 'r')
    this.verify()
  }

  /** Throws when the path no longer names the file that is held: a sync of it would do nothing. */
  verify(): void {
    const held = fstatSync(this.fd)
    const named = statSync(this.#path)
    if (held.ino !== named.ino || held.nlink !== 1) throw new Error(`${this.#path} was replaced by another program`)
  }

  sync(): void {
    fdatasyncSync(this.fd)
  }

  syncFolder(): void {
    fsyncSync(this.#folderFd)
  }

  close(): void {
    closeSync(this.fd)
    closeSync(this.#folderFd)
  }
}
