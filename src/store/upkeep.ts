// What the store does by itself now and then: expire versions, trash, tombstones, locks and subscriptions, and collect
// contents that nothing refers to. Of several twins on one database one does it, who holds the lease row.
import { randomUUID } from 'node:crypto'
import { upkeepEveryMilliseconds, upkeepLeaseMilliseconds } from '../limits.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Collections } from './collections/collections.ts'
import type { Body, Tx } from './engine/types.ts'
import type { Files } from './files/files.ts'
import type { Mail } from './mail/mail.ts'
import type { PushSubscriptions } from './push-subscriptions.ts'

export type UpkeepOptions = {
  blobs: Blobs
  files: Files
  collections: Pick<Collections, 'tidy'>
  mail: Pick<Mail, 'tidy'>
  pushSubscriptions: Pick<PushSubscriptions, 'tidy'>
  write: <T>(body: Body<T, Tx>) => Promise<T>
  /** A round that failed; the next one tries again. */
  onError: (error: unknown) => void
}

const key = 'lease.upkeep'

export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #holder = randomUUID()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(options: UpkeepOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.round(), upkeepEveryMilliseconds).unref()
  }

  /** One round, unless one is under way here or elsewhere. */
  round(): Promise<void> {
    this.#running ??= this.#round()
      .catch(this.#options.onError)
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #round(): Promise<void> {
    const { files, collections, mail, pushSubscriptions, blobs, write } = this.#options
    if (!(await write((tx) => takeLease(tx, this.#holder)))) return
    await files.tidy()
    await collections.tidy()
    await mail.tidy()
    await write((tx) => pushSubscriptions.tidy(tx))
    await blobs.collect()
  }
}

/** True when the lease was free, over, or ours already. Its row holds who has it and until when. */
async function takeLease(tx: Tx, holder: string): Promise<boolean> {
  const row = await tx.db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  const [heldBy, until] = row?.value.split(' ') ?? []
  if (heldBy !== undefined && heldBy !== holder && Number(until) > tx.now) return false
  const value = `${holder} ${tx.now + upkeepLeaseMilliseconds}`
  await tx.db
    .insertInto('setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
  return true
}
