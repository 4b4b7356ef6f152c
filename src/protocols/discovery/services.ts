// What this twin offers to programs that know no more than a person's address, and where it is. Every form in which
// that is told (DNS, autoconfig, PACC, Apple's profile) is made from it. Mail joins it when the twin speaks mail.

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
}

/** RFC 6764 §3: the context path; it has the current-user-principal, from which a client finds all else. */
export const contextPath = '/dav/'

export const origin = (domain: string, port: number): string => `https://${domain}${port === 443 ? '' : `:${port}`}`

export const servicesOf = (domain: string, port: number): Services => {
  const url = origin(domain, port) + contextPath
  return { domain, port, offered: (['caldav', 'carddav', 'webdav'] as const).map((name) => ({ name, url })) }
}
