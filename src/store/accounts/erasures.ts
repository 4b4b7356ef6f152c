// The data of deleted accounts go in bounded writes, beside everything else; a twin that is stopped meanwhile goes on at
// its next start. The clock goes last, and with it goes the mark that there is something left to erase.

import { eraseAttachments } from '../collections/attachments.ts'
import { hasCollections } from '../collections/erase.ts'
import type { Tx, View } from '../engine/types.ts'
import { hasMailboxes } from '../mail/erase.ts'
import { endSharesOfAccount } from '../shares/end.ts'
import { deletedTopic } from './accounts.ts'

export type ErasuresOptions = {
  write: <T>(body: (tx: Tx) => Promise<T>) => Promise<T>
  read: <T>(body: (view: View) => Promise<T>) => Promise<T>
  watch: (topic: string, listener: () => void) => () => void
  files: { eraseAll(accountId: number): Promise<void> }
  collections: { eraseAll(accountId: number): Promise<void> }
  mail: { eraseAll(accountId: number): Promise<void> }
}

export class Erasures {
  readonly #options: ErasuresOptions
  readonly #unwatch: () => void
  #round: Promise<void> = Promise.resolve()
  #closed = false

  /** Begins with what the last run left, and goes on whenever an account is deleted. */
  constructor(options: ErasuresOptions) {
    this.#options = options
    this.#unwatch = options.watch(deletedTopic, () => this.#start())
    this.#start()
  }

  /** Resolves when what was deleted before is erased, or an error stopped it: then the next round or start goes on. */
  settled(): Promise<void> {
    return this.#round
  }

  /** Stops after the write under way; the next start goes on. */
  close(): void {
    this.#closed = true
    this.#unwatch()
  }

  #start(): void {
    this.#round = this.#round.then(() => this.#erase()).catch(() => {})
  }

  async #erase(): Promise<void> {
    const { read, write, files, collections, mail } = this.#options
    const left = await read(unerased)
    for (const { id } of left) {
      if (this.#closed) return
      do {
        await files.eraseAll(id)
        await collections.eraseAll(id)
        await mail.eraseAll(id)
      } while (!(await write((tx) => finish(tx, id))))
    }
  }
}

function unerased(view: View): Promise<{ id: number }[]> {
  return view.db
    .selectFrom('account')
    .innerJoin('clock', 'clock.accountId', 'account.id')
    .select('account.id')
    .where('account.state', '=', 'deleted')
    .orderBy('account.id')
    .execute()
}

/** Takes the empty roots and the clock. False when an upload that began before the deletion put something there since. */
async function finish(tx: Tx, accountId: number): Promise<boolean> {
  const left = await tx.db
    .selectFrom('node')
    .select('id')
    .where('accountId', '=', accountId)
    .where('parentId', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  if (left || (await hasCollections(tx, accountId)) || (await hasMailboxes(tx, accountId))) return false
  await tx.db.deleteFrom('lock').where('accountId', '=', accountId).execute()
  await endSharesOfAccount(tx, accountId)
  await eraseAttachments(tx, accountId)
  await tx.db.deleteFrom('queued_mail').where('accountId', '=', accountId).execute()
  await tx.db.deleteFrom('node').where('accountId', '=', accountId).execute()
  await tx.db.deleteFrom('clock').where('accountId', '=', accountId).execute()
  return true
}
