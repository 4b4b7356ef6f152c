import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../errors.ts'

/** RFC 9110 §7.2: the host by which the client names this server; links made for it work where it is. */
export const originOf = (request: IncomingMessage): string => {
  const host = request.headers.host ?? ''
  if (!/^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(host)) {
    throw new DomainError('BadRequest', 'The Host header names no host.')
  }
  return `https://${host.toLowerCase()}`
}
