// What somebody else's calendar need not bring along: its alarms, its attachments. Lines are left out, nothing else is
// touched. Text is a byte a character, or any other.

export type Strip = { readonly alarms: boolean; readonly attachments: boolean }

const folded = String.raw`[^\n]*\n(?:[ \t][^\n]*\n)*`

const alarm = /^BEGIN:VALARM[ \t]*\r?\n[\s\S]*?^END:VALARM[^\n]*\n/gim
const attachment = new RegExp(`^ATTACH[;:]${folded}`, 'gim')
const stamp = new RegExp(`^DTSTAMP[;:]${folded}`, 'gim')

export const strip = (text: string, { alarms, attachments }: Strip): string => {
  const quiet = alarms ? text.replace(alarm, '') : text
  return attachments ? quiet.replace(attachment, '') : quiet
}

/** Without DTSTAMP, which many servers set to the time at which they are asked (RFC 5545 §3.8.7.2). */
export const withoutStamps = (text: string): string => text.replace(stamp, '')
