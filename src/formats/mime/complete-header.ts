// What a submission server mends in a message before it goes anywhere (RFC 6409 §8): Bcc tells recipients of each other
// and goes; a Date and a Message-ID come where there are none.

import { mimeHeaderBytes } from '../../limits.ts'

export type Missing = { readonly date: string; readonly messageId: string }

/** Passes a message on, with its header mended. A header that does not end within `mimeHeaderBytes` is passed as it is. */
export async function* completeMessage(message: AsyncIterable<Buffer>, missing: Missing): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of message) {
    if (start === undefined) {
      yield chunk
      continue
    }
    start = Buffer.concat([start, chunk])
    const end = start.indexOf('\r\n\r\n')
    if (end < 0 && start.length <= mimeHeaderBytes) continue
    yield end < 0 ? start : completed(start, end, missing)
    start = undefined
  }
  if (start !== undefined && start.length > 0) yield start
}

function completed(start: Buffer, end: number, { date, messageId }: Missing): Buffer {
  const fields = start.toString('latin1', 0, end).split(/\r\n(?![ \t])/)
  const kept = fields.filter((field) => !/^(?:resent-)?bcc[ \t]*:/i.test(field))
  const lacks = (name: string) => !fields.some((field) => new RegExp(`^${name}[ \\t]*:`, 'i').test(field))
  if (lacks('date')) kept.push(`Date: ${date}`)
  if (lacks('message-id')) kept.push(`Message-ID: <${messageId}>`)
  return Buffer.concat([Buffer.from(kept.join('\r\n'), 'latin1'), start.subarray(end)])
}
