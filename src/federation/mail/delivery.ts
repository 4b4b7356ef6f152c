// Puts a message that has arrived into the mailboxes of its recipients: one write for all of them, so that the sender
// is told of all or of none, and a second try of the sender's leaves nobody with two copies.

import type { Account } from '../../store/accounts/accounts.ts'
import type { StagedEmail } from '../../store/mail/mail.ts'
import type { Store, Tx } from '../../store/store.ts'

/** Resolves when the message is durable. Throws QuotaExceeded when one of them has no room left. */
export function deliver(store: Store, email: StagedEmail, recipients: readonly Account[]): Promise<void> {
  return store.write((tx) => place(store, tx, email, recipients))
}

export type Submission = {
  /** Who sends it. */
  readonly accountId: number
  /** Of the envelope. */
  readonly sender: string
  readonly here: readonly Account[]
  readonly elsewhere: readonly { readonly address: string; readonly destination: string }[]
}

/** Takes a member's message for people here and elsewhere, in one write. Resolves when it is durable. */
export function submit(store: Store, email: StagedEmail, submission: Submission): Promise<void> {
  const { accountId, sender, here, elsewhere } = submission
  return store.write(async (tx) => {
    await place(store, tx, email, here)
    if (elsewhere.length === 0) return
    await store.mailQueue.add(tx, { accountId, sender, staged: email.staged, recipients: elsewhere })
  })
}

async function place(store: Store, tx: Tx, email: StagedEmail, recipients: readonly Account[]): Promise<void> {
  const accounts = [...new Map(recipients.map((account) => [account.id, account])).values()]
  // Clocks are stamped in one order, whoever delivers (two twins may share a database).
  for (const { id } of accounts.sort((a, b) => a.id - b.id)) {
    const inbox = await store.mail.find(tx, id, 'INBOX')
    if (inbox) await store.mail.append(tx, inbox, email)
  }
}
