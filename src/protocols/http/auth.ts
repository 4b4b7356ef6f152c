// Who asks. A program sends Basic; the page sends its session cookie.
// A browser attaches both to whatever another site makes it send, so neither counts when the browser says that
// the request comes from elsewhere: SameSite covers neither a cached Basic password nor another port of this host.

import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DomainError, isDomainError } from '../../errors.ts'
import { isGoodFor, type Principal } from '../../store/accounts/principal.ts'
import type { Context } from './router.ts'

/** The sign-in of the store, as far as HTTP uses it. */
export type SignIn = {
  password(attempt: {
    name: string
    password: string
    address: string
    protocol: string
    scope: string
  }): Promise<Principal>
  session(token: string, address?: string): Promise<Principal | undefined>
}

export type Authentication = {
  readonly store: { readonly signIn: SignIn }
  /** What the credential must be good for, such as 'files'; one of several that are separated by spaces. */
  readonly scope: string
  readonly realm: string
  /** How the person sees it in the list of their app passwords, such as 'WebDAV'. */
  readonly protocol: string
}

/** RFC 6265bis §4.1.3.2: the prefix makes browsers insist on Secure, Path=/ and no Domain. */
const sessionCookie = '__Host-session'

/** The session token of a request, if the browser vouches that the page itself sent it. */
export const sessionToken = (request: IncomingMessage): string | undefined => {
  const { cookie } = request.headers
  if (cookie === undefined || request.headers['sec-fetch-site'] === undefined || !isOwn(request)) return undefined
  for (const pair of cookie.split(';')) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === sessionCookie) return pair.slice(equals + 1).trim()
  }
  return undefined
}

/** Hands the page its session; `maxAge` in seconds, 0 takes it back. */
export const setSessionCookie = (response: ServerResponse, token: string, maxAge: number): void => {
  response.appendHeader(
    'Set-Cookie',
    `${sessionCookie}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`,
  )
}

/**
 * False when a browser says that another site caused this request. Programs send no Sec-Fetch-Site.
 * A top-level load shows its answer to nobody but the person, so it may come from anywhere.
 */
export const isOwn = (request: IncomingMessage): boolean => {
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin') return true
  const safe = request.method === 'GET' || request.method === 'HEAD'
  return safe && request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
}

/**
 * RFC 9110 §15.5.2: a 401 always carries a challenge. To a script it names a scheme that browsers do not know,
 * because for Basic they would put their own password dialog over the page. Thunderbird is a browser inside: all that it
 * asks for is `no-cors` and for nothing that is shown, which no page of ours sends.
 */
const challengeFor = (request: IncomingMessage, realm: string): string => {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = request.headers
  const isProgram = mode === undefined || (mode === 'no-cors' && destination === 'empty')
  const scheme = isProgram || mode === 'navigate' ? 'Basic' : 'Session'
  return `${scheme} realm="${realm.replaceAll(/["\\]/g, '\\$&')}", charset="UTF-8"`
}

/** RFC 7617 §2: base64 of UTF-8 `user-id:password`; the user-id holds no colon, neither holds control characters. */
export const parseBasic = (authorization: string): { name: string; password: string } | undefined => {
  const match = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)
  if (match?.[1] === undefined) return undefined
  const bytes = Buffer.from(match[1], 'base64')
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/**
 * The principal of a request.
 * Throws Unauthorized with `detail.challenge`, the value for WWW-Authenticate; Forbidden when the credential is
 * good for other things only; TooManyRequests with `detail.retryAfter` in seconds.
 */
export const authenticate = async (
  request: IncomingMessage,
  context: Context,
  { store, scope, realm, protocol }: Authentication,
): Promise<Principal> => {
  const unauthorized = (message: string) =>
    new DomainError('Unauthorized', message, { challenge: challengeFor(request, realm) })

  const { authorization } = request.headers
  if (authorization !== undefined && isOwn(request)) {
    const basic = parseBasic(authorization)
    if (basic === undefined) throw unauthorized('The Authorization header is not Basic with name and password in UTF-8')
    try {
      return await store.signIn.password({ ...basic, address: context.remoteAddress, protocol, scope })
    } catch (error) {
      throw isDomainError(error, 'Unauthorized') ? unauthorized(error.message) : error
    }
  }
  const token = sessionToken(request)
  const principal = token === undefined ? undefined : await store.signIn.session(token, context.remoteAddress)
  if (principal === undefined) throw unauthorized('Sign in first')
  if (!isGoodFor(principal, scope)) {
    throw new DomainError('Forbidden', `This session may not use ${scope}`)
  }
  return principal
}
