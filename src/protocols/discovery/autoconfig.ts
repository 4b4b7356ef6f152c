// The documents that say where this twin's services are: Mozilla's and PACC's. They hold nothing that is secret, are the
// same for everybody, and never say whether an address exists.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Handler, Mount } from '../http/router.ts'
import type { Services } from './services.ts'
import { writeAutoconfig } from './wire/autoconfig.ts'

/** draft-ietf-mailmaint-pacc §3: the same bytes every time, because DNS holds their digest. */
export const paccDocument = ({ domain, offered }: Services): string => {
  const protocols = Object.fromEntries(
    offered.filter(({ name }) => name !== 'webdav').map(({ name, url }) => [name, { url }]),
  )
  return `${JSON.stringify({ protocols, authentication: { password: true }, info: { provider: { name: domain, shortName: domain } } })}\n`
}

const document =
  (contentType: string, write: () => string): Handler =>
  async (request: IncomingMessage, response: ServerResponse) => {
    const body = write()
    response.setHeader('Content-Type', contentType)
    response.setHeader('Content-Length', Buffer.byteLength(body))
    response.setHeader('Cache-Control', 'max-age=3600')
    // Not secret: a client that runs in a browser may read it, too.
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.end(request.method === 'HEAD' ? undefined : body)
  }

/** @param services is asked at each request: the port is known when it is open. */
export const autoconfig = (services: () => Services): readonly Mount[] => {
  const methods = ['GET', 'HEAD']
  const xml = document('text/xml; charset=utf-8', () => {
    const { domain, offered, mail } = services()
    const servers = offered.map(({ name, url }) => ({ type: name, url }))
    return writeAutoconfig(domain, servers, mail)
  })
  const json = document('application/json', () => paccDocument(services()))
  return [
    // draft-ietf-mailmaint-autoconfig §4.1: below the domain itself, and at autoconfig.<domain>.
    { prefix: '/.well-known/autoconfig/mail/config-v1.1.xml', methods, handle: xml },
    { prefix: '/mail/config-v1.1.xml', methods, handle: xml },
    { prefix: '/.well-known/user-agent-configuration.json', methods, handle: json },
  ]
}
