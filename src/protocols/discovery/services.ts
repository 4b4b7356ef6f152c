// What this twin offers to programs that know no more than a person's address, and where it is. Every form in which
// that is told (DNS, autoconfig, PACC, Apple's profile) is made from it.

import type { MailPorts } from './wire/autoconfig.ts'

export type Service = {
  /** As DNS and PACC name it. */
  readonly name: 'caldav' | 'carddav' | 'webdav'
  readonly url: string
}

export type Services = {
  readonly domain: string
  /** Of the one HTTPS port. */
  readonly port: number
  readonly offered: readonly Service[]
  /** Undefined where mail's ports are not open yet. */
  readonly mail: MailPorts | undefined
}

/** RFC 6764 §3: the context path; it has the current-user-principal, from which a client finds all else. */
export const contextPath = '/dav/'

export const origin = (domain: string, port: number): string => `https://${domain}${port === 443 ? '' : `:${port}`}`

export const servicesOf = (domain: string, port: number, mail?: MailPorts): Services => {
  const url = origin(domain, port) + contextPath
  const offered = (['caldav', 'carddav', 'webdav'] as const).map((name) => ({ name, url }))
  return { domain, port, offered, mail }
}
