// The one store. `write` is the only way to change anything, and resolves only when the change is
// durable. `read` sees a committed snapshot, and answers only with what is durable.
import { join } from 'node:path'
import type { Accounts } from './accounts/accounts.ts'
import type { Credentials } from './accounts/credentials.ts'
import { Erasures } from './accounts/erasures.ts'
import type { Links } from './accounts/links.ts'
import { type AccountParts, openAccounts } from './accounts/open.ts'
import type { SignIn } from './accounts/sign-in.ts'
import { refuseUnfinishedRestore, removeUnfinishedBackups } from './backup/unfinished.ts'
import type { Blobs } from './blobs/blobs.ts'
import { Events } from './calendars/events.ts'
import { LongRecurrences } from './calendars/long-recurrences.ts'
import { makeMissingInboxes } from './collections/collection.ts'
import { Collections } from './collections/collections.ts'
import { openEngine } from './engine/open.ts'
import { FolderLock } from './engine/sqlite/folder-lock.ts'
import type { Body, Dialect, Engine, EngineStats, Tx, View } from './engine/types.ts'
import type { Files, FilesSettings } from './files/files.ts'
import { type FileParts, openFiles } from './files/open.ts'
import { makeFolder, requireWritable } from './folders.ts'
import { type Journal, openJournal } from './journal.ts'
import type { Locks } from './locks.ts'
import { Mail } from './mail/mail.ts'
import { MailQueue } from './mail/queue.ts'
import type { Properties } from './properties.ts'
import { PushSubscriptions } from './push-subscriptions.ts'
import { Shares } from './shares/shares.ts'
import { Watchers } from './watchers.ts'

export type { Tx, View } from './engine/types.ts'

export type StoreOptions = {
  /** Everything the twin keeps is under this folder. */
  directory: string
  /** `postgresql://…`; without it, SQLite in the folder. */
  database?: string
  /** What comes behind the @ of the accounts' addresses. */
  domain?: string
  /** Milliseconds since 1970; a test may set the time. */
  now?: () => number
  /** Bytes an account may own unless it has a quota of its own; null is no bound. */
  defaultQuota?: number | null
  /** How long and how much is kept of what was overwritten or deleted. */
  files?: Pick<FilesSettings, 'versions' | 'trashDays'>
  /** The disk failed: nothing more may be acknowledged. Ends the process unless a test says otherwise. */
  onFailure?: (error: Error) => void
}

const defaultDomain = 'localhost'

export class Store {
  readonly directory: string
  /** Names the twin: what comes after the @ of its accounts. */
  readonly domain: string
  readonly now: () => number
  readonly journal: Journal
  readonly accounts: Accounts
  readonly credentials: Credentials
  readonly links: Links
  readonly signIn: SignIn
  readonly blobs: Blobs
  readonly locks: Locks
  readonly properties: Properties
  readonly files: Files
  readonly collections: Collections
  readonly mail: Mail
  /** Mail on its way to other servers. */
  readonly mailQueue: MailQueue
  /** Of calendars, by the time that they take. */
  readonly events: Events
  /** Of objects, where they may take long. */
  readonly recurrences: LongRecurrences
  readonly pushSubscriptions = new PushSubscriptions()
  readonly shares = new Shares()
  /** Of the data of deleted accounts. */
  readonly erasures: Erasures
  readonly #engine: Engine
  readonly #watchers: Watchers
  readonly #lock: FolderLock

  static async open(options: StoreOptions): Promise<Store> {
    await makeFolder(options.directory)
    await requireWritable(options.directory)
    refuseUnfinishedRestore(options.directory)
    const lock = new FolderLock(join(options.directory, 'twin.lock'))
    try {
      await removeUnfinishedBackups(options.directory)
      return await Store.#open(options, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  static async #open(options: StoreOptions, lock: FolderLock): Promise<Store> {
    const watchers = new Watchers()
    const now = options.now ?? Date.now
    const engine = await openEngine({
      database: options.database,
      directory: options.directory,
      now,
      defaultQuota: options.defaultQuota ?? null,
      onChanged: (topics) => watchers.notify(topics),
      onFailure: options.onFailure ?? stop,
    })
    try {
      const journal = await engine.write(async (tx) => {
        await makeMissingInboxes(tx)
        return openJournal(tx)
      })
      const common: Pick<Engine, 'write' | 'read'> & Pick<Store, 'directory' | 'now' | 'watch'> = {
        directory: options.directory,
        now,
        write: (body) => engine.write(body),
        read: (body) => engine.read(body),
        watch: (topic, listener) => watchers.watch(topic, listener),
      }
      const accountParts = await openAccounts(common, options.domain ?? defaultDomain)
      const kept = options.files ?? { versions: { days: 180, count: 50 }, trashDays: 30 }
      const settings = { ...kept, defaultQuota: options.defaultQuota ?? null }
      const fileParts = await openFiles({ ...common, journal, settings })
      const collections = new Collections({ ...common, journal, ...fileParts })
      const mail = new Mail({ ...common, journal, blobs: fileParts.blobs })
      const erasures = new Erasures({ ...common, files: fileParts.files, collections, mail })
      const parts = { engine, watchers, journal, now, lock, erasures, collections, mail, ...accountParts, ...fileParts }
      return new Store(options, parts)
    } catch (error) {
      await engine.close()
      throw error
    }
  }

  private constructor(
    options: StoreOptions,
    parts: {
      engine: Engine
      watchers: Watchers
      journal: Journal
      now: () => number
      lock: FolderLock
      erasures: Erasures
      collections: Collections
      mail: Mail
    } & AccountParts &
      FileParts,
  ) {
    this.directory = options.directory
    this.domain = options.domain ?? defaultDomain
    this.now = parts.now
    this.journal = parts.journal
    this.accounts = parts.accounts
    this.credentials = parts.credentials
    this.links = parts.links
    this.signIn = parts.signIn
    this.blobs = parts.blobs
    this.locks = parts.locks
    this.properties = parts.properties
    this.files = parts.files
    this.collections = parts.collections
    this.mail = parts.mail
    this.mailQueue = new MailQueue(parts.blobs)
    this.recurrences = new LongRecurrences()
    this.events = new Events({ collections: parts.collections, read: (body) => this.read(body) })
    this.erasures = parts.erasures
    this.#engine = parts.engine
    this.#watchers = parts.watchers
    this.#lock = parts.lock
  }

  get dialect(): Dialect {
    return this.#engine.dialect
  }

  write<T>(body: Body<T, Tx>): Promise<T> {
    return this.#engine.write(body)
  }

  read<T>(body: Body<T, View>): Promise<T> {
    return this.#engine.read(body)
  }

  /** Calls `listener` after each durable change of `topic`, until the returned function is called. */
  watch(topic: string, listener: () => void): () => void {
    return this.#watchers.watch(topic, listener)
  }

  /** Writes a consistent copy of the database to `file`, beside the running writes. */
  copyDatabase(file: string): Promise<void> {
    return this.#engine.copyTo(file)
  }

  /** What the database has done since the store was opened. */
  stats(): EngineStats {
    return this.#engine.stats()
  }

  async close(): Promise<void> {
    try {
      this.erasures.close()
      await Promise.all([this.#engine.close(), this.recurrences.close()])
    } finally {
      this.#lock.release()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function stop(error: Error): never {
  process.stderr.write(`twin: ${error.message}\n`)
  process.abort()
}
