// What a server puts before the messages that it takes (RFC 5321 §4.4).

/** The line that names the envelope's sender, for a mailbox only: who sends the message on leaves it out. */
export function returnPath(sender: string): Buffer {
  return Buffer.from(`Return-Path: <${printable(sender)}>\r\n`)
}

/** Nothing of others' may end a line of ours. */
export function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?')
}
