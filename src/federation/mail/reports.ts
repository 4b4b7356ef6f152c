// Tells a sender here what became of a message of theirs: a report in their INBOX, in the write that takes the
// message's recipients out of the queue, so that neither happens without the other.

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { writeDeliveryReport } from '../../formats/mime/delivery-report.ts'
import { queueBounds } from '../../limits.ts'
import type { QueuedMail } from '../../store/mail/queue.ts'
import type { Store, Tx } from '../../store/store.ts'
import type { Outcome } from './transmit.ts'

export type Reported = { readonly row: QueuedMail; readonly outcome: Exclude<Outcome, { kind: 'sent' }> }

/** Rows of one message. The result puts the report into the sender's INBOX. */
export async function prepareReport(
  store: Store,
  action: 'failed' | 'delayed',
  reported: readonly Reported[],
): Promise<(tx: Tx) => Promise<void>> {
  const { row } = reported[0] as Reported
  const bytes = writeDeliveryReport({
    domain: store.domain,
    to: row.sender,
    action,
    arrivedAt: row.createdAt,
    now: store.now(),
    expiresAt: row.expiresAt,
    recipients: reported.map(({ row: { recipient }, outcome: { status, text } }) => {
      // What is given up was only put off by the other server: the class of the status says what the report says.
      const told = action === 'failed' ? status.replace(/^4/, '5') : status.replace(/^5/, '4')
      return { address: recipient, status: told, text }
    }),
    header: await readHeader(store, row),
  })
  const email = await store.mail.receive(Readable.from([Buffer.concat([Buffer.from('Return-Path: <>\r\n'), bytes])]))
  return async (tx) => {
    const inbox = await store.mail.find(tx, row.accountId, 'INBOX')
    // The account may have gone meanwhile.
    if (inbox) await store.mail.append(tx, inbox, email)
  }
}

async function readHeader(store: Store, row: QueuedMail): Promise<Buffer> {
  const blob = await store.read((view) => store.blobs.get(view, row.blobId))
  if (blob === undefined) return Buffer.alloc(0)
  const content = store.blobs.open(blob, { start: 0, end: queueBounds.reportedHeaderBytes - 1 })
  const start = content instanceof Readable ? await buffer(content) : Buffer.from(content)
  const end = start.indexOf('\r\n\r\n')
  return start.subarray(0, end < 0 ? start.lastIndexOf('\n') + 1 : end + 2)
}
