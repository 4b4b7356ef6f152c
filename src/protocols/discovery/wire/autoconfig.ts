// Mozilla's autoconfig (draft-ietf-mailmaint-autoconfig): an XML file that a client reads for the domain of an address.

import { escapeText } from '../../../formats/xml/write.ts'

export type AutoconfigServer = {
  readonly type: 'caldav' | 'carddav' | 'webdav'
  readonly url: string
}

/** Ports with TLS from the first byte (RFC 8314 §3). */
export type MailPorts = { readonly imaps: number; readonly submissions: number }

/** Thunderbird reads `addressBook` and `serverURL`; the draft has `addressbook` and `url`. Each ignores the other's. */
const elements = { caldav: ['calendar'], carddav: ['addressBook', 'addressbook'], webdav: ['fileShare'] } as const

const section = (element: string, { type, url }: AutoconfigServer): string => `    <${element} type="${type}">
      <url>${escapeText(url)}</url>
      <serverURL>${escapeText(url)}</serverURL>
      <authentication>http-basic</authentication>
      <authentication system="http">basic</authentication>
      <username>%EMAILLOCALPART%</username>
    </${element}>
`

const mailServer = (
  element: string,
  type: string,
  host: string,
  port: number,
): string => `    <${element} type="${type}">
      <hostname>${host}</hostname>
      <port>${port}</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </${element}>
`

/** Mail's servers have their place inside `emailProvider`, before the others. */
export const writeAutoconfig = (
  domain: string,
  servers: readonly AutoconfigServer[],
  mail: MailPorts | undefined,
): string => {
  const name = escapeText(domain)
  const sections = servers.flatMap((server) => elements[server.type].map((element) => section(element, server)))
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${name}">
    <domain>${name}</domain>
    <displayName>${name}</displayName>
    <displayShortName>${name}</displayShortName>
${mail === undefined ? '' : mailServer('incomingServer', 'imap', name, mail.imaps) + mailServer('outgoingServer', 'smtp', name, mail.submissions)}  </emailProvider>
${sections.join('').replaceAll(/^ {2}/gm, '')}</clientConfig>
`
}
