// One twin a data folder. The lock is SQLite's own on a file of its own: the operating system
// releases it when the process dies, however it dies.
import { DatabaseSync } from 'node:sqlite'
import { DomainError } from '../../../errors.ts'

export class FolderLock {
  readonly #database: DatabaseSync

  /** Takes the lock, or throws Conflict when another twin holds it. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: 0 })
    try {
      this.#database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE')
    } catch (error) {
      this.#database.close()
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error
      throw new DomainError('Conflict', `another twin already runs on the data in ${file.replace(/[^/]*$/, '')}`)
    }
  }

  release(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}

const SQLITE_BUSY = 5
