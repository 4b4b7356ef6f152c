// Messages. What clients list of one is found while its bytes arrive, in the same pass that hashes and stores them.
import { Readable } from 'node:stream'
import { parseDate } from '../../formats/mime/date.ts'
import type { Structure } from '../../formats/mime/structure.ts'
import { StructureParser } from '../../formats/mime/structure.ts'
import type { Blobs, Staged } from '../blobs/blobs.ts'
import { prepared } from '../engine/prepared.ts'
import type { Tx } from '../engine/types.ts'

/** A message that has arrived whole and has no place yet. */
export type StagedEmail = { readonly staged: Staged; readonly structure: Structure }

const insert = prepared(
  (
    db,
    p: {
      accountId: number
      blobId: number
      size: number
      receivedAt: number
      sentAt: number
      messageId: string | null
      envelope: string
      structure: string
      position: number
    },
  ) =>
    db
      .insertInto('email')
      .values({
        accountId: p.accountId,
        blobId: p.blobId,
        size: p.size,
        receivedAt: p.receivedAt,
        sentAt: p.sentAt,
        messageId: p.messageId,
        envelope: p.envelope,
        structure: p.structure,
        created: p.position,
      })
      .returning('id'),
)

/** Takes in a message. Throws as `blobs.receive` does. */
export async function receiveEmail(
  blobs: Blobs,
  readable: AsyncIterable<Buffer>,
  options: { limit: number; expectedSize?: number },
): Promise<StagedEmail> {
  const parser = new StructureParser()
  async function* observed(): AsyncGenerator<Buffer> {
    for await (const chunk of readable) {
      parser.push(chunk)
      yield chunk
    }
  }
  const staged = await blobs.receive(Readable.from(observed(), { objectMode: false }), options)
  return { staged, structure: parser.end() }
}

/** Makes it a message of the account; the caller gives it a place in the same write. */
export async function keepEmail(
  blobs: Blobs,
  tx: Tx,
  accountId: number,
  { staged, structure }: StagedEmail,
  receivedAt: number,
): Promise<{ emailId: number; size: number }> {
  const { envelope, part } = structure
  const { size } = staged
  await tx.charge(accountId, size)
  const row = await insert.first(tx, {
    accountId,
    blobId: await blobs.keep(tx, staged),
    size,
    receivedAt,
    sentAt: parseDate(envelope.date) ?? receivedAt,
    messageId: /<([^<>\s]+)>/.exec(envelope.messageId ?? '')?.[1] ?? null,
    envelope: JSON.stringify(envelope),
    structure: JSON.stringify(part),
    position: await tx.stamp(accountId),
  })
  if (row === undefined) throw new Error('a message was not inserted')
  return { emailId: row.id, size }
}
