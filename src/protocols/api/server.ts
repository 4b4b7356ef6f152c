// The page's own JSON API (docs/api.md): what no standard serves.
// - A session of the page is the only way in: a password or an app password (Basic) opens nothing here, so no device can
//   make itself another credential.
// - A call that changes something is refused when a browser says that another site caused it, signed in or not.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { Principal } from '../../store/accounts/principal.ts'
import type { Store } from '../../store/store.ts'
import { isOwn, sessionToken, setSessionCookie } from '../http/auth.ts'
import { answerStatus } from '../http/errors.ts'
import { originOf } from '../http/origin.ts'
import type { Context, Mount } from '../http/router.ts'
import { readJson } from './body.ts'
import type { Answer, Method } from './method.ts'
import { routes } from './routes.ts'
import { validate } from './validate.ts'

export const createApi = ({ store }: { store: Store }): Mount => ({
  prefix: '/api/',
  handle: (request, response, context) => handle(store, request, response, context),
})

async function handle(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store')
  const route = findRoute(context.path)
  if (!route) throw new DomainError('NotFound', 'There is no such call; docs/api.md lists them.')
  const verb = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const method = Object.hasOwn(route.methods, verb) ? route.methods[verb] : undefined
  if (!method) {
    response.setHeader('Allow', Object.keys(route.methods).join(', ')) // RFC 9110 §15.5.6
    answerStatus(request, response, 405)
    return
  }
  if (verb !== 'GET' && !isOwn(request)) throw new DomainError('Forbidden', 'This call came from another site.')

  const principal = await whoAsks(store, request, context)
  const call = { store, request, context, parameter: route.parameter, origin: originOf(request) }
  if (method.who === 'anybody') {
    const body = await bodyFor(method, request)
    respond(call, response, await method.run({ ...call, body, ...(principal && { principal }) }))
    return
  }
  if (!principal) {
    // RFC 9110 §15.5.2 asks for a challenge; for Basic a browser would put its own dialog over the page.
    throw new DomainError('Unauthorized', 'Sign in first.', { challenge: 'Session realm="twin"' })
  }
  if (method.who === 'owner' && !principal.isAdmin) throw new DomainError('Forbidden', 'This is for the owner.')
  if ('stream' in method) return method.stream({ ...call, principal, body: undefined }, response)
  respond(call, response, await method.run({ ...call, principal, body: await bodyFor(method, request) }))
}

async function whoAsks(store: Store, request: IncomingMessage, context: Context): Promise<Principal | undefined> {
  const token = sessionToken(request)
  return token === undefined ? undefined : store.signIn.session(token, context.remoteAddress)
}

async function bodyFor(method: Method, request: IncomingMessage): Promise<never> {
  if (!('body' in method) || !method.body) return undefined as never
  return validate(method.body, await readJson(request)) as never
}

type Asked = { store: Store; request: IncomingMessage }

function respond({ store, request }: Asked, response: ServerResponse, { status, body, session }: Answer): void {
  if (session) setSessionCookie(response, session.token, Math.floor((session.expiresAt - store.now()) / 1000))
  if (session === null) setSessionCookie(response, '', 0)
  response.statusCode = status ?? (body === undefined ? 204 : 200)
  if (body === undefined) {
    response.end()
    return
  }
  const text = JSON.stringify(body)
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(request.method === 'HEAD' ? undefined : text)
}

/** The methods of a path; `:` stands for one segment, which must not be empty. */
function findRoute(path: string): { methods: Readonly<Record<string, Method>>; parameter: string } | undefined {
  if (Object.hasOwn(routes, path)) return { methods: routes[path] ?? {}, parameter: '' }
  for (const [pattern, methods] of variableRoutes) {
    const [before = '', after = ''] = pattern.split(':')
    if (!path.startsWith(before) || !path.endsWith(after)) continue
    const segment = path.slice(before.length, path.length - after.length)
    if (segment !== '' && !segment.includes('/')) return { methods, parameter: decode(segment) }
  }
  return undefined
}

const variableRoutes = Object.entries(routes).filter(([pattern]) => pattern.includes(':'))

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new DomainError('BadRequest', 'The address is not percent-encoded UTF-8.')
  }
}
