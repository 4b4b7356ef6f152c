// A mailbox that a client has selected, as far as the client has been told of it. Changes are told when the protocol
// allows it, from the journal: removals on their own, because they may have to wait (RFC 9051 §7.5.1).

import { DomainError } from '../../errors.ts'
import { changesAtOnce } from '../../limits.ts'
import type { Mailbox, Placement } from '../../store/mail/mail.ts'
import type { Store, View } from '../../store/store.ts'
import type { Output } from './output.ts'
import { UidList } from './uid-list.ts'
import { flagsOf, sequenceSet } from './wire/write.ts'

export type Telling = {
  /** May message numbers change now? */
  readonly expunges: boolean
  /** With MODSEQ (RFC 7162 §3.1). */
  readonly modseq: boolean
  /** VANISHED in place of EXPUNGE (RFC 7162 §3.2.10). */
  readonly vanished: boolean
}

export class Selected {
  mailbox: Mailbox
  readonly isReadOnly: boolean
  readonly uids: UidList
  /** The client knows all arrivals and flags up to this position, and all removals up to the other. */
  #told: number
  #toldRemovals: number
  /** Positions of the client's own changes that it asked not to be told of. */
  readonly #silent = new Map<number, number>()

  private constructor(mailbox: Mailbox, isReadOnly: boolean, uids: UidList) {
    this.mailbox = mailbox
    this.isReadOnly = isReadOnly
    this.uids = uids
    this.#told = mailbox.changed
    this.#toldRemovals = mailbox.changed
  }

  static async open(store: Store, view: View, mailbox: Mailbox, isReadOnly: boolean): Promise<Selected> {
    return new Selected(mailbox, isReadOnly, new UidList(await store.mail.uids(view, mailbox)))
  }

  /** RFC 9051 §6.4.6 .SILENT */
  silence({ uid, changed }: Placement): void {
    this.#silent.set(uid, changed)
  }

  /** Tells what has changed. Throws NotFound when the mailbox itself is gone. */
  async tell(store: Store, out: Output, telling: Telling): Promise<void> {
    const { id } = this.mailbox
    const changes = await store.read(async (view) => {
      const mailbox = await store.mail.get(view, id)
      if (mailbox === undefined) throw new DomainError('NotFound', 'The mailbox is no longer there.')
      const vanished =
        telling.expunges && mailbox.changed > this.#toldRemovals
          ? await store.mail.vanished(view, mailbox, this.#toldRemovals)
          : []
      const changed = mailbox.changed > this.#told ? await this.#since(store, view) : []
      return { mailbox, vanished, changed }
    })
    this.mailbox = changes.mailbox
    if (telling.expunges) this.#toldRemovals = this.mailbox.changed
    this.#told = this.mailbox.changed
    this.#tellRemovals(changes.vanished, out, telling)
    this.#tellChanges(changes.changed, out, telling)
    this.#silent.clear()
  }

  async #since(store: Store, view: View): Promise<Placement[]> {
    const found: Placement[] = []
    for (let after = this.#told; ; ) {
      const page = await store.mail.since(view, this.mailbox, after, changesAtOnce)
      found.push(...page)
      if (page.length < changesAtOnce) return found
      after = (page.at(-1) as Placement).changed
    }
  }

  #tellRemovals(vanished: readonly number[], out: Output, telling: Telling): void {
    const known = vanished.filter((uid) => this.uids.numberOf(uid) !== undefined).sort((a, b) => a - b)
    for (const uid of known) {
      const number = this.uids.numberOf(uid) as number
      this.uids.remove(number)
      if (!telling.vanished) out.untagged(`${number} EXPUNGE`)
    }
    if (telling.vanished && known.length > 0) out.untagged(`VANISHED ${sequenceSet(known)}`)
  }

  #tellChanges(changed: readonly Placement[], out: Output, telling: Telling): void {
    const before = this.uids.length
    const last = this.uids.last
    const arrived = changed.filter(({ uid }) => uid > last).sort((a, b) => a.uid - b.uid)
    for (const { uid } of arrived) this.uids.append(uid)
    if (this.uids.length > before) out.untagged(`${this.uids.length} EXISTS`)
    for (const { uid, keywords, deleted, changed: position } of changed) {
      const number = this.uids.numberOf(uid)
      if (number === undefined || uid > last) continue
      const isSilent = this.#silent.get(uid) === position
      if (isSilent && !telling.modseq) continue
      const flags = isSilent ? '' : ` FLAGS ${flagsOf(keywords, deleted)}`
      out.untagged(`${number} FETCH (UID ${uid}${flags}${telling.modseq ? ` MODSEQ (${position})` : ''})`)
    }
  }
}
