import { DomainError } from '../../../errors.ts'
import { parsePath } from './path.ts'

/**
 * RFC 4918 §10.3: `Destination`, an absolute URI or an absolute path on this server.
 *
 * @param host the request's own Host. Only the authority is compared: behind a proxy the scheme may differ.
 * @throws DomainError BadRequest, or Forbidden with `detail.reason` 'other-server' (RFC 4918 §9.8.5: 502).
 */
export const parseDestination = (value: string | undefined, host: string | undefined) => {
  if (value === undefined) throw new DomainError('BadRequest', 'COPY and MOVE need a Destination')
  return parsePath(pathOnThisServer(value.trim(), host, 'Destination'))
}

/** The path of an absolute URI on this server, or of a bare path. RFC 4918 §8.3 (Simple-ref) */
export const pathOnThisServer = (reference: string, host: string | undefined, what: string): string => {
  if (reference.startsWith('/') && !reference.startsWith('//')) return reference
  const match = /^(https?):\/\/([^/?#]*)([^?#]*)$/i.exec(reference)
  const [, scheme = '', authority = '', path = ''] = match ?? []
  if (match === null) throw new DomainError('BadRequest', `${what} is neither an absolute URI nor an absolute path`)
  if (normalized(authority, scheme) !== normalized(host ?? '', scheme))
    throw new DomainError('Forbidden', `${what} is on another server`, { reason: 'other-server' })
  return path === '' ? '/' : path
}

// RFC 9110 §4.2.3: the host is compared without case, and a port that is the scheme's own may be left out.
const normalized = (authority: string, scheme: string): string => {
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
  return host.replace(scheme.toLowerCase() === 'https' ? /:(443)?$/ : /:(80)?$/, '')
}
