// The one composition root: builds the floors bottom up and closes them top down. Nothing is global, so
// one process can run several twins side by side.
import { join } from 'node:path'
import { type Config, ConfigError, type Ports } from './config.ts'
import { accountCommands } from './control/accounts.ts'
import { collectionCommands } from './control/collections.ts'
import { maintenanceCommands } from './control/maintenance.ts'
import { queueCommands } from './control/queue.ts'
import { serveControl } from './control/socket.ts'
import type { RunningTwin } from './doctor/finding.ts'
import { Feeds } from './federation/feeds/feeds.ts'
import type { MailResolver } from './federation/mail/routes.ts'
import { MailSender } from './federation/mail/sender.ts'
import { MailSigner } from './federation/mail/signer.ts'
import { kindOfAddress } from './federation/outbound/addresses.ts'
import { systemResolver } from './federation/outbound/connect.ts'
import { createOutbound, type Outbound } from './federation/outbound/outbound.ts'
import { Pusher } from './federation/push/pusher.ts'
import { Vapid } from './federation/push/vapid.ts'
import { feedBounds } from './limits.ts'
import type { Logger } from './log.ts'
import { Metrics } from './metrics.ts'
import { openStore } from './open-store.ts'
import { createApi } from './protocols/api/server.ts'
import { createDavPush } from './protocols/dav/push/push.ts'
import type { Space } from './protocols/dav/resource.ts'
import { davMounts } from './protocols/dav/server.ts'
import { davSpaces } from './protocols/dav/spaces.ts'
import { autoconfig } from './protocols/discovery/autoconfig.ts'
import { connect } from './protocols/discovery/connect.ts'
import { servicesOf } from './protocols/discovery/services.ts'
import { timezones } from './protocols/discovery/tzdist.ts'
import { wellKnown } from './protocols/discovery/well-known.ts'
import type { MailPorts } from './protocols/discovery/wire/autoconfig.ts'
import { health } from './protocols/http/health.ts'
import { createMetricsPage } from './protocols/http/metrics-page.ts'
import { createPage } from './protocols/http/page.ts'
import { createRedirectServer } from './protocols/http/redirect-server.ts'
import type { Mount } from './protocols/http/router.ts'
import { createHttpServer } from './protocols/http/server.ts'
import { Certificates } from './protocols/http/tls/certificates.ts'
import { createImapServer } from './protocols/imap/server.ts'
import { createSmtpServer } from './protocols/smtp/server.ts'
import { reportSignIns } from './sign-in-metrics.ts'
import { failingFeeds } from './store/collections/feed.ts'
import { keysFolder } from './store/keys.ts'
import type { Store } from './store/store.ts'
import { Upkeep } from './store/upkeep.ts'
import { reportStore } from './store-metrics.ts'

export type Twin = {
  /** Where people open the page; ends in a slash. */
  readonly url: string
  readonly port: number
  readonly ports: Ports
  /** The one-time link of a twin that has no account yet. */
  readonly setupLink: string | undefined
  /** The local authority's certificate (PEM), for clients that must trust it. */
  readonly ca: string
  readonly store: Store
  /** Stops taking work, finishes what is under way, and resolves when all is closed. */
  close(): Promise<void>
}

/** What a test puts in the place of the world outside. */
export type Outside = {
  readonly outbound?: Outbound
  /** Where other mail servers are. */
  readonly mail?: {
    readonly resolver: MailResolver
    readonly port: number
    readonly mayReach: (address: string) => boolean
    /** Authorities to trust in place of the usual ones (PEM). */
    readonly ca?: string
  }
}

export async function createTwin(config: Config, log: Logger, outside: Outside = {}): Promise<Twin> {
  const floors = new AsyncDisposableStack()
  try {
    return await build(config, log, floors, outside)
  } catch (error) {
    await floors.disposeAsync()
    throw error
  }
}

async function build(
  config: Config,
  log: Logger,
  floors: AsyncDisposableStack,
  { outbound = createOutbound(), mail = otherMailServers() }: Outside,
): Promise<Twin> {
  const metrics = new Metrics()
  const store = floors.use(await openStore(config))
  reportStore(store, metrics)
  reportSignIns(store.signIn, metrics, log)
  const upkeep = new Upkeep({
    files: store.files,
    collections: store.collections,
    mail: store.mail,
    pushSubscriptions: store.pushSubscriptions,
    blobs: store.blobs,
    write: (body) => store.write(body),
    onError: (error) => log.error({ err: error }, 'the upkeep failed; the next round tries again'),
  })
  floors.defer(() => upkeep.close())
  const certificates = await openCertificates(config, log, metrics)
  floors.defer(async () => certificates.close())

  const vapid = await Vapid.open(config.data, { contact: `https://${config.domain}/`, now: store.now })
  const push = createDavPush({ store, vapid })
  const spaces = davSpaces(store, push)
  const pusher = new Pusher({ store, sources: [push.source(spaces)], vapid, outbound, log, metrics })
  floors.defer(() => pusher.close())
  const feeds = new Feeds({ store, outbound, log })
  floors.defer(() => feeds.close())

  const signer = await MailSigner.open(config.data, { domain: config.domain, now: store.now })
  const mailSender = new MailSender({ store, log, metrics, signer, ...mail, smarthost: config.mail.smarthost })
  floors.defer(() => mailSender.close())

  let mailPorts: MailPorts | undefined
  const discovery = [
    ...wellKnown,
    timezones,
    ...autoconfig(() => servicesOf(config.domain, server.port, mailPorts)),
    connect({
      store,
      pairFor: (name) => certificates.pairFor(name),
      localCa: certificates.localCaPem,
      mail: () => mailPorts,
    }),
  ]
  const served = [...(await mounts(config, store, metrics, spaces)), ...discovery]
  const server = createHttpServer({ mounts: served, tls: certificates, log, metrics })
  floors.defer(() => server.close())
  const port = await listen(server, 'https', config.ports.https, config.bind)
  const redirects = createRedirectServer({
    httpsPort: () => port,
    domain: config.domain,
    challengeFile: (token) => certificates.challengeFile(token),
  })
  floors.defer(() => redirects.close())
  const httpPort = await listen(redirects, 'http', config.ports.http, config.bind)
  const imapServer = (name: 'imaps' | 'imap'): Promise<number> => {
    const imap = createImapServer({ store, tls: certificates, log, isImplicit: name === 'imaps' })
    floors.defer(() => imap.close())
    return listen(imap, name, config.ports[name], config.bind)
  }
  const smtpServer = (name: 'smtp' | 'submissions' | 'submission'): Promise<number> => {
    const role = name === 'smtp' ? 'mx' : name
    const smtp = createSmtpServer({ store, tls: certificates, log, role })
    floors.defer(() => smtp.close())
    return listen(smtp, name, config.ports[name], config.bind)
  }
  const ports = {
    http: httpPort,
    https: port,
    imaps: await imapServer('imaps'),
    imap: await imapServer('imap'),
    smtp: await smtpServer('smtp'),
    submissions: await smtpServer('submissions'),
    submission: await smtpServer('submission'),
  }
  mailPorts = ports
  certificates.start()
  upkeep.start()
  pusher.start()
  feeds.start()
  mailSender.start()

  const url = `https://${config.domain}${port === 443 ? '' : `:${port}`}/`
  const status = async (): Promise<RunningTwin> => ({
    pid: process.pid,
    ports,
    acme: certificates.status.acme,
    dkim: signer.records(),
    failingFeeds: await store.read((view) => failingFeeds(view, feedBounds.failuresWarning)),
  })
  const commands = {
    ...accountCommands(store, url),
    ...maintenanceCommands(store),
    ...collectionCommands(store),
    ...queueCommands(store),
    status,
  }
  const control = await serveControl(config.data, commands, log)
  floors.defer(() => control.close())
  const setupLink = await newSetupLink(store, url)
  return { url, port, ports, setupLink, ca: certificates.localCaPem, store, close: () => floors.disposeAsync() }
}

/** Servers of the Internet and of the overlay; mail is for nothing on this machine or its network. */
function otherMailServers(): Required<Outside>['mail'] {
  const mayReach = (address: string) => ['global', 'overlay'].includes(kindOfAddress(address))
  return { resolver: systemResolver(), port: 25, mayReach }
}

/** Where `npm run build:page` puts the page. */
const pageFolder = join(import.meta.dirname, '../dist/web')

async function mounts(config: Config, store: Store, metrics: Metrics, spaces: readonly Space[]): Promise<Mount[]> {
  return [
    await createPage(pageFolder),
    createMetricsPage(metrics, config.metrics.token),
    { prefix: '/healthz', methods: ['GET', 'HEAD'], handle: health },
    createApi({ store }),
    ...davMounts({ store, realm: 'twin', spaces }),
  ]
}

async function openCertificates(config: Config, log: Logger, metrics: Metrics): Promise<Certificates> {
  const { tls, domain } = config
  return Certificates.open({
    keysDirectory: await keysFolder(config.data),
    ownDirectory: config.certs,
    domain,
    acme: tls.acme ? { directoryUrl: tls.acmeDirectory, email: tls.acmeEmail, caFile: tls.acmeCa } : undefined,
    log,
    metrics,
  })
}

type Listener = { listen(port: number, host: string): Promise<number> }

async function listen(server: Listener, name: string, port: number, host: string): Promise<number> {
  try {
    return await server.listen(port, host)
  } catch (error) {
    throw new ConfigError(
      `${listenProblem((error as NodeJS.ErrnoException).code, port, host)}: set ports.${name} (TWIN_PORTS_${name.toUpperCase()}) or bind`,
    )
  }
}

function listenProblem(code: string | undefined, port: number, host: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is taken by another program`
    case 'EACCES':
      return `port ${port} needs privileges that this user has not got`
    default:
      return `port ${port} on ${host} cannot be opened (${code})`
  }
}

async function newSetupLink(store: Store, url: string): Promise<string | undefined> {
  if (!(await store.read((view) => store.accounts.isEmpty(view)))) return undefined
  const { token } = await store.write((tx) => store.links.createSetup(tx))
  return `${url}setup#${token}`
}
