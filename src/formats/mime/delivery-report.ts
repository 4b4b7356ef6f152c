// A message that tells its sender what became of another one (RFC 3464, RFC 6522).

import { randomUUID } from 'node:crypto'
import { writeDate } from './date.ts'

export type DeliveryReport = {
  /** The server that reports. */
  readonly domain: string
  /** Who sent the message that is reported on. */
  readonly to: string
  readonly action: 'failed' | 'delayed'
  /** Milliseconds since 1970. */
  readonly arrivedAt: number
  readonly now: number
  /** When it will be given up. */
  readonly expiresAt: number
  readonly recipients: readonly { readonly address: string; readonly status: string; readonly text: string }[]
  /** The header of the message, as it was sent. */
  readonly header: Buffer
}

export function writeDeliveryReport(report: DeliveryReport): Buffer {
  const { domain, to, action, recipients, now } = report
  const boundary = `report-${randomUUID()}`
  const isFinal = action === 'failed'
  const subject = isFinal ? 'Your message was not delivered' : 'Your message is late'
  const head = [
    `From: Mail system <postmaster@${domain}>`,
    `To: <${oneLine(to)}>`,
    `Subject: ${subject}`,
    `Date: ${writeDate(now)}`,
    `Message-ID: <${randomUUID()}@${domain}>`,
    'Auto-Submitted: auto-replied', // RFC 3834 §5
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
  ]
  const intro = isFinal
    ? 'This message could not be delivered to:'
    : `This message is not delivered yet. It is tried until ${writeDate(report.expiresAt)}; you need not do anything. It waits for:`
  const said = recipients.flatMap(({ address, text }) => ['', `  ${oneLine(address)}`, `    ${oneLine(text)}`])
  const status = [
    `Reporting-MTA: dns; ${domain}`,
    `Arrival-Date: ${writeDate(report.arrivedAt)}`,
    ...recipients.flatMap(({ address, status, text }) => [
      '',
      `Final-Recipient: ${/^[\x20-\x7e]*$/.test(address) ? 'rfc822' : 'utf-8'}; ${oneLine(address)}`,
      `Action: ${action}`,
      `Status: ${status}`,
      `Diagnostic-Code: smtp; ${oneLine(text)}`,
      ...(isFinal ? [] : [`Will-Retry-Until: ${writeDate(report.expiresAt)}`]),
    ]),
  ]
  const part = (type: string, lines: readonly string[]) =>
    [`--${boundary}`, `Content-Type: ${type}`, 'Content-Transfer-Encoding: 8bit', '', ...lines, ''].join('\r\n')
  const before = [
    head.join('\r\n'),
    part('text/plain; charset=utf-8', [intro, ...said, '']),
    part('message/delivery-status', [...status, '']),
    `--${boundary}\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
  ]
  return Buffer.concat([Buffer.from(before.join('\r\n')), report.header, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

/** What others said is put into a line of ours, whatever it has in it. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 900)
}
