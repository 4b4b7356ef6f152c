// The clocks of one batch. A position is given out from memory and never twice; a clock row is
// read once and written once a batch, however many writes of the batch stamp it.
import { DomainError } from '../../errors.ts'
import { prepared } from './prepared.ts'
import type { View } from './types.ts'

type Entry = { position: number; used: number; readonly quota: number | null; dirty: boolean }

const load = prepared((db, p: { accountId: number }) =>
  db
    .selectFrom('clock')
    .innerJoin('account', 'account.id', 'clock.accountId')
    .select(['clock.position', 'clock.used', 'account.quota'])
    .where('clock.accountId', '=', p.accountId),
)

const lockRow = prepared((db, p: { accountId: number }) =>
  db.selectFrom('clock').select('id').where('accountId', '=', p.accountId).forUpdate(),
)

const save = prepared((db, p: { accountId: number; position: number; used: number }) =>
  db.updateTable('clock').set({ position: p.position, used: p.used }).where('accountId', '=', p.accountId),
)

export class Ledger {
  readonly #entries = new Map<number, Entry>()
  /** The entries as they were before the current body touched them, to be put back when it is refused. */
  readonly #before = new Map<number, Entry | undefined>()
  readonly #defaultQuota: number | null

  constructor(defaultQuota: number | null) {
    this.#defaultQuota = defaultQuota
  }

  async stamp(view: View, accountId: number): Promise<number> {
    const entry = await this.#touch(view, accountId)
    return ++entry.position
  }

  async charge(view: View, accountId: number, bytes: number): Promise<void> {
    const entry = await this.#touch(view, accountId)
    const quota = entry.quota ?? this.#defaultQuota
    if (bytes > 0 && quota !== null && entry.used + bytes > quota) {
      throw new DomainError('QuotaExceeded', 'The account has no room left for this.', {
        used: entry.used,
        quota,
        bytes,
      })
    }
    entry.used += bytes
  }

  keep(): void {
    this.#before.clear()
  }

  /** Takes back what the refused body charged and stamped. */
  undo(): void {
    for (const [accountId, entry] of this.#before) {
      if (entry) this.#entries.set(accountId, entry)
      else this.#entries.delete(accountId)
    }
    this.#before.clear()
  }

  async flush(view: View): Promise<void> {
    for (const [accountId, entry] of this.#entries) {
      if (entry.dirty) await save.run(view, { accountId, position: entry.position, used: entry.used })
    }
  }

  async #touch(view: View, accountId: number): Promise<Entry> {
    const known = this.#entries.get(accountId)
    const entry = known ?? (await this.#load(view, accountId))
    if (!this.#before.has(accountId)) this.#before.set(accountId, known && { ...known })
    entry.dirty = true
    return entry
  }

  async #load(view: View, accountId: number): Promise<Entry> {
    if (view.dialect === 'postgresql') await lockRow.all(view, { accountId }) // held to COMMIT: visible order is position order
    const row = await load.first(view, { accountId })
    if (!row) throw new DomainError('NotFound', `There is no account ${accountId}.`)
    const entry = { ...row, dirty: false }
    this.#entries.set(accountId, entry)
    return entry
  }
}
