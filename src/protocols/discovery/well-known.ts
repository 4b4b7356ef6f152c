// RFC 8615: what can be asked of a host before anything is known about it. What is not here is 404, never the page:
// clients take any 200 below /.well-known/ for a yes.

import { DomainError } from '../../errors.ts'
import { timezonePath } from '../http/paths.ts'
import type { Handler, Mount } from '../http/router.ts'
import { contextPath } from './services.ts'

/** W3C "A Well-Known URL for Changing Passwords" §3: where a password manager sends its user. */
const changePassword = { status: 302, target: '/settings' }

/**
 * RFC 6764 §5: where a client that knows nothing but the host begins, and asks for its current-user-principal.
 * The same for every method and for whoever asks; clients may remember it.
 */
const dav = { status: 301, target: contextPath }

const redirects: Readonly<Record<string, { status: number; target: string }>> = {
  '/.well-known/change-password': changePassword,
  '/.well-known/caldav': dav,
  '/.well-known/carddav': dav,
  '/.well-known/timezone': { status: 301, target: timezonePath }, // RFC 7808 §4.2.1.3
  // macOS appends the slash that a collection would have.
  '/.well-known/caldav/': dav,
  '/.well-known/carddav/': dav,
}

const answer: Handler = async (_request, response, { path }) => {
  const redirect = redirects[path]
  if (redirect === undefined) throw new DomainError('NotFound', 'There is nothing at this well-known address')
  response.writeHead(redirect.status, {
    Location: redirect.target,
    'Content-Length': 0,
    // RFC 6764 §5
    'Cache-Control': redirect.status === 301 ? 'max-age=86400' : 'no-store',
  })
  response.end()
}

/** Where Apple's clients look for principals when the address that a person typed leads to none. */
const guessed: Handler = async (_request, response) => {
  response.writeHead(301, { Location: `${contextPath}principals/`, 'Content-Length': 0 })
  response.end()
}

export const wellKnown: readonly Mount[] = [
  { prefix: '/.well-known/', handle: answer },
  { prefix: '/principals/', methods: ['OPTIONS', 'PROPFIND'], handle: guessed },
]
