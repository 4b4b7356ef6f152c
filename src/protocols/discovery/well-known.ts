// RFC 8615: what can be asked of a host before anything is known about it. What is not here is 404, never the page:
// clients take any 200 below /.well-known/ for a yes.

import { DomainError } from '../../errors.ts'
import type { Mount } from '../http/router.ts'

/** W3C "A Well-Known URL for Changing Passwords" §3: where a password manager sends its user. */
const redirects: Readonly<Record<string, string>> = { '/.well-known/change-password': '/settings' }

export const wellKnown: Mount = {
  prefix: '/.well-known/',
  handle: async (_request, response, { path }) => {
    const target = redirects[path]
    if (target === undefined) throw new DomainError('NotFound', 'There is nothing at this well-known address')
    response.writeHead(302, { Location: target })
    response.end()
  },
}
