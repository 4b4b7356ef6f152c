// RFC 8615: what can be asked of a host before anything is known about it. What is not here is 404, never the page:
// clients take any 200 below /.well-known/ for a yes.

import { DomainError } from '../../errors.ts'
import type { Mount } from '../http/router.ts'

/** W3C "A Well-Known URL for Changing Passwords" §3: where a password manager sends its user. */
const changePassword = { status: 302, target: '/settings' }

/** RFC 6764 §5: where a client that knows nothing but the host begins, and asks for its current-user-principal. */
const dav = { status: 301, target: '/dav/' }

const redirects: Readonly<Record<string, { status: number; target: string }>> = {
  '/.well-known/change-password': changePassword,
  '/.well-known/caldav': dav,
  '/.well-known/carddav': dav,
}

export const wellKnown: Mount = {
  prefix: '/.well-known/',
  handle: async (_request, response, { path }) => {
    const redirect = redirects[path]
    if (redirect === undefined) throw new DomainError('NotFound', 'There is nothing at this well-known address')
    response.writeHead(redirect.status, { Location: redirect.target })
    response.end()
  },
}
