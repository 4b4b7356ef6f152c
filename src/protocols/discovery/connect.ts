// `/connect?<token>`: the one-time link that a phone without a session opens, from the page's QR code. It answers a
// configuration profile with an app password of its own. The token is in the query, which no log has; the link is used
// up in the write that makes the password, and the password is in that one answer alone.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DomainError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import { originOf } from '../http/origin.ts'
import type { Context, Mount } from '../http/router.ts'
import { certificateBlocks, type Pair } from '../http/tls/pair.ts'
import { contextPath } from './services.ts'
import type { MailPorts } from './wire/autoconfig.ts'
import { writeProfile } from './wire/profile.ts'

export type ConnectOptions = {
  readonly store: Store
  /** The certificate that a client of this name is shown. */
  readonly pairFor: (servername: string) => Pair
  /** The local authority's certificate, PEM. */
  readonly localCa: string
  readonly mail: () => MailPorts | undefined
}

export const connect = (options: ConnectOptions): Mount => ({
  prefix: '/connect',
  methods: ['GET', 'HEAD'],
  handle: (request, response, context) => handle(options, request, response, context),
})

const handle = async (
  options: ConnectOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { query }: Context,
): Promise<void> => {
  const { store } = options
  const url = new URL(originOf(request))
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Type', 'application/x-apple-aspen-config')
  // What only looks, such as the preview of a link, does not use it up.
  if (request.method === 'HEAD') {
    await store.read((view) => store.links.find(view, query, 'device'))
    response.end()
    return
  }
  const label = deviceOf(request.headers['user-agent'])
  const { name, password } = await store.write(async (tx) => {
    const { accountId } = await store.links.use(tx, query, 'device')
    const account = await store.accounts.byId(tx, accountId ?? 0)
    if (!account || account.disabled) throw new DomainError('Forbidden', 'This account is disabled; ask the owner.')
    const scopes = ['calendars', 'contacts', 'mail'] as const
    const made = await store.credentials.createAppPassword(tx, account.id, { label, scopes })
    return { name: account.name, password: made.password }
  })
  const pair = options.pairFor(url.hostname)
  const profile = writeProfile({
    host: url.hostname,
    port: url.port === '' ? 443 : Number(url.port),
    principal: `${contextPath}principals/${encodeURIComponent(name)}/`,
    name,
    password,
    mail: options.mail(),
    authority: pair.source === 'local' ? new X509Certificate(options.localCa).raw : undefined,
    language: /^de\b/i.test(request.headers['accept-language'] ?? '') ? 'de' : 'en',
  })
  const body = await signed(Buffer.from(profile), pair, store.now())
  response.setHeader('Content-Disposition', `attachment; filename="${name}.mobileconfig"`)
  response.setHeader('Content-Length', body.length)
  response.end(body)
}

/** What the list of app passwords calls it. */
const deviceOf = (agent = ''): string => /iPhone|iPad|Macintosh/.exec(agent)?.[0].replace('Macintosh', 'Mac') ?? 'Apple'

/** ASN.1 is loaded when it is first needed: a start does without. */
const signed = async (profile: Buffer, pair: Pair, now: number): Promise<Buffer> => {
  const { signedData } = await import('./wire/signed-data.ts')
  const chain = certificateBlocks(pair.cert).map((block) => new X509Certificate(block))
  return signedData(profile, { key: createPrivateKey(pair.key), chain, now }) ?? profile
}
