// The WebDAV server: a core that knows collections and resources, and the spaces that plug in.
// Every request signs in, but OPTIONS, which Finder and Explorer send first and without credentials.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import { authenticate } from '../http/auth.ts'
import { setErrorHeaders } from '../http/errors.ts'
import type { Context, Mount } from '../http/router.ts'
import { errorBody, refusal, statusOf } from './errors.ts'
import { answerEmpty, answerXml, type Exchange } from './exchange.ts'
import { copy, move } from './methods/copy-move.ts'
import { remove } from './methods/delete.ts'
import { get } from './methods/get.ts'
import { lock } from './methods/lock.ts'
import { mkcalendar, mkcol } from './methods/mkcol.ts'
import { options } from './methods/options.ts'
import { patch } from './methods/patch.ts'
import { post, postedXml } from './methods/post.ts'
import { propfind } from './methods/propfind.ts'
import { proppatch } from './methods/proppatch.ts'
import { put } from './methods/put.ts'
import { report } from './methods/report.ts'
import { unlock } from './methods/unlock.ts'
import type { Space } from './resource.ts'
import { acl } from './sharing/posts.ts'
import { rootSpace } from './synthetic.ts'
import { parsePath } from './wire/path.ts'

export type Method = (exchange: Exchange) => Promise<void>

const methods: ReadonlyMap<string, Method> = new Map([
  ['GET', get],
  ['HEAD', get],
  ['PUT', put],
  ['PATCH', patch],
  ['POST', post],
  ['DELETE', remove],
  ['MKCOL', mkcol],
  ['MKCALENDAR', mkcalendar],
  ['COPY', copy],
  ['MOVE', move],
  ['PROPFIND', propfind],
  ['PROPPATCH', proppatch],
  ['LOCK', lock],
  ['UNLOCK', unlock],
  ['ACL', acl],
  ['REPORT', report],
])

export type DavOptions = {
  readonly store: Store
  /** Named in the browser's password dialog. */
  readonly realm: string
  readonly spaces: readonly Space[]
}

/** The mounts of WebDAV: `/dav/`, and what Explorer asks of `/` before it goes there. */
export const davMounts = ({ store, realm, spaces }: DavOptions): readonly Mount[] => {
  const byName = new Map([...spaces, rootSpace(spaces)].map((space) => [space.name, space]))
  const features = [...new Set(spaces.flatMap((space) => space.features))]

  const handle = async (request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> => {
    let space: Space | undefined
    try {
      if (request.method === 'OPTIONS') return options(response, features)
      const { segments } = parsePath(context.path)
      space = byName.get(segments[1] ?? '')
      const scope = space?.scope ?? 'files'
      const principal = await authenticate(request, context, { store, scope, realm, protocol: 'WebDAV' })
      const method =
        postedXml(request, space) ?? space?.methods?.get(request.method ?? '') ?? methods.get(request.method ?? '')
      if (method === undefined) throw refusal('method-unknown', 'There is no such method')
      await method({ request, response, context, store, principal, spaces: byName, segments })
    } catch (error) {
      if (!(error instanceof DomainError) || response.headersSent) throw error
      answerRefusal(response, error, space)
    }
  }
  return [
    { prefix: '/dav/', handle },
    { prefix: '/', methods: ['OPTIONS', 'PROPFIND'], handle },
  ]
}

const answerRefusal = (response: ServerResponse, error: DomainError, space: Space | undefined): void => {
  for (const name of [
    'Content-Type',
    'Content-Length',
    'Content-Disposition',
    'ETag',
    'Last-Modified',
    'Accept-Ranges',
  ])
    response.removeHeader(name)
  setErrorHeaders(response, error)
  if (Array.isArray(error.detail.allow)) response.setHeader('Allow', error.detail.allow.join(', ')) // RFC 9110 §15.5.6
  const body = errorBody(error, space?.conditions)
  if (body === '') answerEmpty(response, statusOf(error))
  else answerXml(response, statusOf(error), body)
}
