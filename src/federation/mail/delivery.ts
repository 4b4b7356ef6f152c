// Puts a message that has arrived into the mailboxes of its recipients: one write for all of them, so that the sender
// is told of all or of none, and a second try of the sender's leaves nobody with two copies.

import type { Account } from '../../store/accounts/accounts.ts'
import type { StagedEmail } from '../../store/mail/mail.ts'
import type { Store } from '../../store/store.ts'

/** Resolves when the message is durable. Throws QuotaExceeded when one of them has no room left. */
export function deliver(store: Store, email: StagedEmail, recipients: readonly Account[]): Promise<void> {
  const accounts = [...new Map(recipients.map((account) => [account.id, account])).values()]
  return store.write(async (tx) => {
    // Clocks are stamped in one order, whoever delivers (two twins may share a database).
    for (const { id } of accounts.sort((a, b) => a.id - b.id)) {
      const inbox = await store.mail.find(tx, id, 'INBOX')
      if (inbox) await store.mail.append(tx, inbox, email)
    }
  })
}
