// Certificates from an ACME authority (RFC 8555). The certificate at hand is kept until its successor is on disk, so
// a failing renewal costs nothing but time, and is loud meanwhile: log, metrics and `twin doctor` all say so.
// One order covers all names of the twin. Key and chain are one file, replaced in one step.

import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Logger } from 'pino'
import { DomainError } from '../../../errors.ts'
import {
  acmeBackoffMilliseconds,
  acmeJitter,
  acmeRequestMilliseconds,
  longestTimerMilliseconds,
} from '../../../limits.ts'
import type { Challenges } from './challenges.ts'
import { readIfThere, writeKeyFile } from './key-files.ts'
import { certificateBlocks, covers, keyBlocks, mustBePair, type Pair, pairFromPem } from './pair.ts'

export type AcmeOptions = {
  readonly directoryUrl: string
  readonly email: string
  /** A PEM file to trust for the directory itself; empty for the usual authorities. */
  readonly caFile: string
  /** Where the account's key and the certificate are kept. */
  readonly keysDirectory: string
  readonly names: readonly string[]
  readonly challenges: Challenges
  readonly log: Logger
  readonly now: () => number
  readonly onPair: (pair: Pair) => void
}

export type AcmeStatus = {
  readonly state: 'waiting' | 'ordering' | 'valid' | 'failing'
  /** When the certificate at hand ends, if there is one (ms). */
  readonly notAfter: number | undefined
  /** Failures in a row, and what the last one said. */
  readonly failures: number
  readonly lastError: string | undefined
  readonly nextAttemptAt: number | undefined
}

const challengeTypes = ['http-01', 'tls-alpn-01'] as const

export class Acme {
  readonly #options: AcmeOptions
  readonly #file: string
  #pair: Pair | undefined
  #types: ReadonlyArray<(typeof challengeTypes)[number]> = challengeTypes
  #failures = 0
  #lastError: string | undefined
  #nextAttemptAt: number | undefined
  #order: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  private constructor(options: AcmeOptions) {
    this.#options = options
    this.#file = join(options.keysDirectory, 'acme.pem')
  }

  /** Reads what is on disk; orders nothing before `start`. */
  static async open(options: AcmeOptions): Promise<Acme> {
    await readTrusted(options.caFile)
    const acme = new Acme(options)
    const pem = await readIfThere(acme.#file)
    if (pem !== undefined) {
      acme.#pair = mustBePair('acme', acme.#file, pem, 'remove it, and another is ordered')
    }
    return acme
  }

  get pair(): Pair | undefined {
    return this.#pair
  }

  get status(): AcmeStatus {
    const rest = this.#failures > 0 ? 'failing' : this.#pair === undefined ? 'waiting' : 'valid'
    return {
      state: this.#order === undefined ? rest : 'ordering',
      notAfter: this.#pair?.notAfter,
      failures: this.#failures,
      lastError: this.#lastError,
      nextAttemptAt: this.#nextAttemptAt,
    }
  }

  /** When the certificate at hand should be replaced: with a third of its life left, or now if it lacks a name. */
  get #dueAt(): number {
    const pair = this.#pair
    if (pair === undefined || !this.#options.names.every((name) => covers(pair, name))) return 0
    return pair.notAfter - (pair.notAfter - pair.notBefore) / 3
  }

  /** Orders as soon as it is due, and from then on whenever it is. Needs the ports to be open. */
  start(): void {
    this.#schedule(this.#dueAt)
  }

  #schedule(at: number): void {
    if (this.#closed) return
    this.#nextAttemptAt = at
    const wait = Math.min(Math.max(0, at - this.#options.now()), longestTimerMilliseconds)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.renew(), wait)
    this.#timer.unref()
  }

  /** Orders if it is due; never throws. Resolves when that is over, well or not. */
  async renew(): Promise<void> {
    const { now, log, names } = this.#options
    if (now() < (this.#nextAttemptAt ?? this.#dueAt)) return this.#schedule(this.#nextAttemptAt ?? this.#dueAt)
    this.#order ??= this.#attempt()
    try {
      await this.#order
      this.#failures = 0
      this.#lastError = undefined
      log.info({ names, until: new Date(this.#pair?.notAfter ?? 0).toISOString() }, 'certificate renewed')
      // Twins that were started together must not come back together.
      this.#schedule(this.#dueAt + Math.random() * acmeJitter * (this.#pair ? this.#pair.notAfter - this.#dueAt : 0))
    } catch (error) {
      this.#failures++
      this.#lastError = error instanceof Error ? error.message : String(error)
      const { first, most } = acmeBackoffMilliseconds
      const pause = Math.min(most, first * 2 ** (this.#failures - 1)) * (1 + Math.random() * acmeJitter)
      log.error(
        { names, failures: this.#failures, reason: this.#lastError, until: this.#pair?.leaf.validTo },
        'no certificate from the ACME authority; the present one stays in use',
      )
      this.#schedule(now() + pause)
    } finally {
      this.#order = undefined
    }
  }

  /** Tries the kind of challenge that worked last, then the other: which port the world reaches is not ours to know. */
  async #attempt(): Promise<void> {
    const errors: string[] = []
    for (const type of this.#types) {
      try {
        const pem = await this.#orderBy(type)
        await writeKeyFile(this.#file, pem)
        this.#pair = pairFromPem('acme', this.#file, pem)
        this.#types = [type, ...challengeTypes.filter((other) => other !== type)]
        this.#options.onPair(this.#pair)
        return
      } catch (error) {
        errors.push(`${type}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        this.#options.challenges.clear()
      }
    }
    throw new Error(errors.join('; '))
  }

  async #orderBy(type: string): Promise<string> {
    const { directoryUrl, email, names, challenges } = this.#options
    const agent = await this.#agent()
    await reach(directoryUrl, agent)
    // Loaded when a certificate is to be made, which is not on most starts.
    const acme = await import('acme-client')
    const restore = prepare(acme.axios, directoryUrl, agent)
    try {
      const accountKey = await this.#accountKey(acme.crypto.createPrivateEcdsaKey)
      const client = new acme.Client({ directoryUrl, accountKey, backoffMin: 1000 })
      const [key, csr] = await acme.crypto.createCsr(
        { commonName: names[0] ?? '', altNames: [...names] },
        await acme.crypto.createPrivateEcdsaKey(),
      )
      const chain = await client.auto({
        csr,
        email,
        termsOfServiceAgreed: true,
        challengePriority: [type],
        // A router that does not loop back would fail a check of our own although the world reaches us.
        skipChallengeVerification: true,
        challengeCreateFn: async (authorization, challenge, keyAuthorization) => {
          if (challenge.type === 'http-01') return challenges.putFile(challenge.token, keyAuthorization)
          const [alpnKey, cert] = await acme.crypto.createAlpnCertificate(
            authorization,
            keyAuthorization,
            await acme.crypto.createPrivateEcdsaKey(),
          )
          challenges.putCertificate(authorization.identifier.value, alpnKey, cert)
        },
        challengeRemoveFn: async () => undefined,
      })
      return `${keyBlocks(key.toString())[0]}\n${certificateBlocks(chain).join('\n')}\n`
    } finally {
      restore()
    }
  }

  async #agent(): Promise<Agent> {
    const ca = await readTrusted(this.#options.caFile)
    return new Agent(ca === undefined ? {} : { ca: [...rootCertificates, ca] })
  }

  async #accountKey(make: () => Promise<Buffer>): Promise<string> {
    const file = join(this.#options.keysDirectory, 'acme-account.key')
    const present = await readIfThere(file)
    if (present !== undefined) return present
    const made = (await make()).toString()
    await writeKeyFile(file, made)
    return made
  }

  /** An order under way goes on by itself; its certificate is there at the next start. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }
}

/** The PEM to trust for the directory, if there is one. Throws one line that names the setting. */
const readTrusted = async (file: string): Promise<string | undefined> => {
  if (file === '') return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new DomainError(
      'Unavailable',
      `tls.acme_ca: ${file} cannot be read (${code}): name a PEM file, or leave it empty`,
    )
  }
}

/**
 * Tells the library's HTTP client, for this directory alone, whom to trust and how long to wait, and returns how to
 * undo that. Its own retries are off: they would sleep in a twin that is told to stop, and `renew` has its pause.
 */
const prepare = (axios: typeof import('acme-client').axios, directoryUrl: string, httpsAgent: Agent): (() => void) => {
  const { origin } = new URL(directoryUrl)
  const interceptor = axios.interceptors.request.use((request) => {
    const isOurs = request.url?.startsWith(`${origin}/`) === true
    const settings = { httpsAgent, timeout: acmeRequestMilliseconds, retryAttempt: Number.POSITIVE_INFINITY }
    return isOurs ? Object.assign(request, settings) : request
  })
  return () => {
    axios.interceptors.request.eject(interceptor)
    httpsAgent.destroy()
  }
}

/** Fails where the directory cannot be reached; the library's words for that are "Cannot read properties of undefined". */
const reach = (url: string, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: acmeRequestMilliseconds }, (response) => {
      response.resume()
      if (response.statusCode === 200) resolve()
      else reject(new Error(`${url} answers ${response.statusCode}`))
    })
    request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)))
    request.on('error', reject)
  })
