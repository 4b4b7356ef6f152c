// Which certificate a client sees: the owner's before ACME's before the local authority's, one that is still valid
// before one that is over, an exact name before a wildcard. Any of them may change under the running server; a change
// that fails leaves what is running as it is.

import { type FSWatcher, watch } from 'node:fs'
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { DomainError } from '../../../errors.ts'
import {
  longestTimerMilliseconds,
  ownCertificatesEveryMilliseconds,
  ownCertificatesQuietMilliseconds,
} from '../../../limits.ts'
import type { Metrics } from '../../../metrics.ts'
import type { TlsSource } from '../server.ts'
import { Acme, type AcmeStatus } from './acme.ts'
import { Challenges } from './challenges.ts'
import { type LocalCa, localNames, openLocalCa } from './local-ca.ts'
import { type OwnCertificates, type Problem, readOwnCertificates } from './own-certificates.ts'
import { covers, type Pair, type PairSource } from './pair.ts'

export type CertificatesOptions = {
  /** `$TWIN_DATA/keys` */
  readonly keysDirectory: string
  /** `certs/` */
  readonly ownDirectory: string
  readonly domain: string
  /** Further names that the twin answers to. */
  readonly names?: readonly string[]
  readonly acme?: { readonly directoryUrl: string; readonly email: string; readonly caFile: string } | undefined
  readonly log: Logger
  readonly metrics: Metrics
  readonly now?: () => number
}

/** For `twin doctor`. */
export type CertificatesStatus = {
  readonly certificates: ReadonlyArray<{
    readonly source: PairSource
    readonly file: string
    readonly names: readonly string[]
    readonly notAfter: number
  }>
  readonly problems: readonly Problem[]
  readonly acme: AcmeStatus | undefined
  /** The file that a person installs to trust the local authority. */
  readonly caFile: string
}

const rank: Readonly<Record<PairSource, number>> = { own: 0, acme: 1, local: 2 }

/** Milliseconds by which an authority's clock may be ahead of ours. */
const clockSkew = 60 * 60 * 1000

export class Certificates implements TlsSource {
  readonly #options: CertificatesOptions
  readonly #now: () => number
  readonly #localCa: LocalCa
  readonly #challenges = new Challenges()
  readonly #listeners: Array<() => void> = []
  #own: OwnCertificates
  #local: Pair
  #acme: Acme | undefined
  #watcher: FSWatcher | undefined
  #timers: NodeJS.Timeout[] = []
  #quiet: NodeJS.Timeout | undefined
  /** Best first. */
  #pairs: readonly Pair[] = []

  private constructor(options: CertificatesOptions, localCa: LocalCa, local: Pair, own: OwnCertificates) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#localCa = localCa
    this.#local = local
    this.#own = own
  }

  /** Throws with one line for each file in certs/ that cannot be used. */
  static async open(options: CertificatesOptions): Promise<Certificates> {
    const { keysDirectory, ownDirectory, domain, acme } = options
    const now = (options.now ?? Date.now)()
    const own = await readOwnCertificates(ownDirectory)
    if (own.problems.length > 0) {
      throw new DomainError('Unavailable', own.problems.map(({ file, message }) => `${file} ${message}`).join('\n'))
    }
    const localCa = await openLocalCa(keysDirectory, domain, now)
    if (localCa.isNew) options.log.info({ file: localCa.path }, 'made a local certificate authority')
    const certificates = new Certificates(options, localCa, await localCa.leaf(localNames(domain), now), own)
    if (acme !== undefined) await certificates.#openAcme(acme)
    certificates.#arrange()
    certificates.#report()
    return certificates
  }

  async #openAcme(acme: NonNullable<CertificatesOptions['acme']>): Promise<void> {
    const { keysDirectory, domain, names = [], log } = this.#options
    this.#acme = await Acme.open({
      ...acme,
      keysDirectory,
      names: [...new Set([domain, ...names])],
      challenges: this.#challenges,
      log,
      now: this.#now,
      onPair: () => this.#arrange(),
    })
  }

  #report(): void {
    const { metrics } = this.#options
    metrics.gauges('twin_certificate_expiry_seconds', 'Time until a certificate ends', 'file', () =>
      this.#pairs.map((pair) => [pair.file, Math.round((pair.notAfter - this.#now()) / 1000)]),
    )
    metrics.gauge('twin_certificate_problems', 'Files in certs/ that cannot be used', () => this.#own.problems.length)
    metrics.gauge('twin_acme_failures', 'Failed ACME orders in a row', () => this.#acme?.status.failures ?? 0)
  }

  /** Begins to renew and to watch. To be called when the ports are open. */
  start(): void {
    this.#acme?.start()
    const look = () => void this.reload()
    try {
      this.#watcher = watch(this.#options.ownDirectory, () => {
        clearTimeout(this.#quiet)
        this.#quiet = setTimeout(look, ownCertificatesQuietMilliseconds)
      })
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch {
      // There is no certs/ yet; the timer finds it when there is.
    }
    const refresh = () => void this.#refreshLocal()
    this.#timers = [
      setInterval(look, ownCertificatesEveryMilliseconds).unref(),
      setInterval(refresh, longestTimerMilliseconds).unref(),
    ]
  }

  /** Reads certs/ again. A file that cannot be used any more is named, and what it held before stays in use. */
  async reload(): Promise<void> {
    const fresh = await readOwnCertificates(this.#options.ownDirectory)
    if (fresh.fingerprint === this.#own.fingerprint) return
    for (const { file, message } of fresh.problems) this.#options.log.error({ file }, `${file} ${message}`)
    const kept = this.#own.pairs.filter(
      (pair) =>
        fresh.problems.some(({ file }) => file === pair.file || file === this.#options.ownDirectory) &&
        !fresh.pairs.some(({ file }) => file === pair.file),
    )
    this.#own = { ...fresh, pairs: [...fresh.pairs, ...kept] }
    this.#options.log.info({ files: fresh.pairs.map(({ file }) => file) }, 'read the certificates in certs/ again')
    this.#arrange()
  }

  async #refreshLocal(): Promise<void> {
    try {
      this.#local = await this.#localCa.leaf(localNames(this.#options.domain), this.#now())
      this.#arrange()
    } catch (error) {
      this.#options.log.error({ err: error }, 'the local certificate could not be renewed')
    }
  }

  /** ACME's own timer calls this; tests do, too. */
  async renew(): Promise<void> {
    await this.#acme?.renew()
    await this.#refreshLocal()
  }

  #arrange(): void {
    const now = this.#now()
    const over = (pair: Pair) => Number(pair.notAfter <= now || pair.notBefore > now + clockSkew)
    const acme = this.#acme?.pair
    this.#pairs = [...this.#own.pairs, ...(acme === undefined ? [] : [acme]), this.#local].sort(
      (a, b) => over(a) - over(b) || rank[a.source] - rank[b.source] || b.notAfter - a.notAfter,
    )
    for (const listener of this.#listeners) listener()
  }

  #find(servername: string): Pair | undefined {
    const name = servername.toLowerCase()
    const fitting = this.#pairs.filter((pair) => covers(pair, name))
    const [best] = fitting
    return fitting.find((pair) => pair.source === best?.source && pair.names.includes(name)) ?? best
  }

  fallback(): Pair {
    return this.#find(this.#options.domain) ?? this.#local
  }

  choose(servername: string): SecureContext | undefined {
    return this.#find(servername)?.context
  }

  /** What a client of this name is shown. */
  pairFor(servername: string): Pair {
    return this.#find(servername) ?? this.fallback()
  }

  isReal(servername: string): boolean {
    const pair = this.#find(servername)
    return pair !== undefined && pair.source !== 'local' && !pair.selfSigned
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  intercept(socket: Socket, proceed: (socket: Socket) => void): boolean {
    return this.#challenges.intercept(socket, proceed)
  }

  /** RFC 8555 §8.3, for the plain port. */
  challengeFile(token: string): string | undefined {
    return this.#challenges.file(token)
  }

  /** The local authority's certificate as PEM. */
  get localCaPem(): string {
    return this.#localCa.pem
  }

  get status(): CertificatesStatus {
    return {
      certificates: this.#pairs.map(({ source, file, names, notAfter }) => ({ source, file, names, notAfter })),
      problems: this.#own.problems,
      acme: this.#acme?.status,
      caFile: this.#localCa.path,
    }
  }

  close(): void {
    this.#acme?.close()
    this.#watcher?.close()
    clearTimeout(this.#quiet)
    for (const timer of this.#timers) clearInterval(timer)
  }
}
