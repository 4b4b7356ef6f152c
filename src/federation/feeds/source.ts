import { parseTarget } from '../outbound/target.ts'

/**
 * The address that is looked at. `webcal:` is how pages write "subscribe to this", not a protocol.
 *
 * @throws DomainError BadRequest
 */
export const parseSource = (text: string): string => {
  const url = parseTarget(text.trim().replace(/^webcals?:(\/\/)?/i, 'https://'))
  url.hash = ''
  return url.href
}
