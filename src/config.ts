// Settings: defaults, then conf/twin.toml, then TWIN_* of the environment. Each setting stands once in the
// table below with its type and default; conf/twin.toml lists them all with a line of comment.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'

/** A setting that cannot be used. Its message names where it stands, the key and the mend. */
export class ConfigError extends Error {}

type Check = (value: unknown) => string | undefined
type Setting<T> = { default: T; parse: (text: string) => unknown; check: Check }

const expects =
  (is: (value: unknown) => boolean, words: string): Check =>
  (value) =>
    is(value) ? undefined : words
const isInteger = (value: unknown, minimum: number, maximum: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum

const parseNumber = (value: string): unknown => (/^-?\d+$/.test(value.trim()) ? Number(value) : value)
const parseBoolean = (value: string): unknown => (value === 'true' ? true : value === 'false' ? false : value)

function text(fallback: string, check: Check = expects((value) => typeof value === 'string', 'a text in quotes')) {
  return { default: fallback, parse: (value: string) => value, check } satisfies Setting<string>
}
function choice<T extends string>(fallback: T, choices: readonly T[]): Setting<T> {
  const words = `one of ${choices.map((one) => `"${one}"`).join(', ')}`
  return { default: fallback, parse: (value) => value, check: expects((value) => choices.includes(value as T), words) }
}
function integer(fallback: number, minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Setting<number> {
  const words =
    maximum === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${minimum}`
      : `a whole number from ${minimum} to ${maximum}`
  return { default: fallback, parse: parseNumber, check: expects((value) => isInteger(value, minimum, maximum), words) }
}
function flag(fallback: boolean): Setting<boolean> {
  return {
    default: fallback,
    parse: parseBoolean,
    check: expects((value) => typeof value === 'boolean', 'true or false'),
  }
}
/** 0 picks a free port; unset follows the preset. */
function port(): Setting<number | undefined> {
  return {
    default: undefined,
    parse: parseNumber,
    check: expects((value) => isInteger(value, 0, 65535), 'a port from 0 to 65535'),
  }
}

const hostName: Check = expects(
  (value) =>
    typeof value === 'string' &&
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(value),
  'a host name in lower case, such as "home.example.org"',
)

const smarthost: Check = expects(
  (value) => value === '' || (typeof value === 'string' && /^[a-z0-9.-]+:\d{1,5}$/.test(value)),
  '"" or a host and a port, such as "smtp.example.org:587"',
)

const settings = {
  domain: text('localhost', hostName),
  bind: text(''),
  database: text(
    '',
    expects((value) => value === '' || /^postgres(ql)?:\/\//.test(String(value)), '"" or "postgresql://…"'),
  ),
  'log.level': choice('info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
  'ports.preset': choice('high', ['high', 'standard', 'free']),
  'ports.http': port(),
  'ports.https': port(),
  'ports.imaps': port(),
  'ports.imap': port(),
  'ports.smtp': port(),
  'ports.submissions': port(),
  'ports.submission': port(),
  'tls.acme': flag(false),
  'tls.acme_email': text(''),
  'tls.acme_directory': text('https://acme-v02.api.letsencrypt.org/directory'),
  'tls.acme_ca': text(''),
  'files.default_quota_gib': integer(0, 0, 8_000_000),
  'files.version_days': integer(180, 0, 36_500),
  'files.version_count': integer(50, 0, 10_000),
  'files.trash_days': integer(30, 0, 36_500),
  'mail.smarthost': text('', smarthost),
  'mail.smarthost_user': text(''),
  'mail.smarthost_password': text(''),
  'metrics.token': text(''),
} as const

type Settings = typeof settings
type Key = keyof Settings
type Values = { [K in Key]: Settings[K]['default'] }

/** `free` picks a free one for each: for tests, and twins side by side. */
const presets = {
  high: { http: 8080, https: 8443, imaps: 9993, imap: 1143, smtp: 2525, submissions: 4465, submission: 5587 },
  standard: { http: 80, https: 443, imaps: 993, imap: 143, smtp: 25, submissions: 465, submission: 587 },
  free: { http: 0, https: 0, imaps: 0, imap: 0, smtp: 0, submissions: 0, submission: 0 },
} as const

/** A port for each thing that the twin listens for; 0 is a free one. */
export type Ports = Record<keyof (typeof presets)['high'], number>

export type Config = {
  domain: string
  /** Addresses to listen on; empty is every one. */
  bind: string
  /** The folder that holds everything the twin keeps. */
  data: string
  /** Where the owner's own certificates are. */
  certs: string
  /** A PostgreSQL address, or undefined for the embedded database. */
  database: string | undefined
  log: { level: Values['log.level'] }
  ports: Ports
  tls: {
    acme: boolean
    acmeEmail: string
    acmeDirectory: string
    /** PEM file of the authority that signed the ACME directory's own certificate; empty trusts the usual ones. */
    acmeCa: string
  }
  files: {
    /** Bytes; null is no bound. */
    defaultQuota: number | null
    versions: { days: number; count: number }
    trashDays: number
  }
  mail: {
    /** The server that all mail to others is handed to; undefined sends it to each itself. */
    smarthost: { host: string; port: number; user: string; password: string } | undefined
  }
  metrics: { token: string }
}

export type Environment = Readonly<Record<string, string | undefined>>

const root = resolve(import.meta.dirname, '..')

/** Reads all settings. Throws ConfigError with one line for the first that cannot be used. */
export function loadConfig(environment: Environment = process.env): Config {
  const file = environment.TWIN_CONFIG ?? resolve(root, 'conf/twin.toml')
  const fromFile = readSettings(file, environment.TWIN_CONFIG === undefined)
  const fromEnvironment = readEnvironment(environment)
  const values = Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [
      key,
      fromEnvironment.get(key) ?? fromFile.get(key) ?? setting.default,
    ]),
  ) as Values
  return toConfig(values, environment)
}

function toConfig(values: Values, environment: Environment): Config {
  const ports = presets[values['ports.preset']]
  const quota = values['files.default_quota_gib']
  return {
    domain: values.domain,
    // Without a domain the twin is for this machine alone.
    bind: values.bind || (values.domain === settings.domain.default ? '127.0.0.1' : '::'),
    data: resolve(environment.TWIN_DATA ?? resolve(root, 'data')),
    certs: resolve(environment.TWIN_CERTS ?? resolve(root, 'certs')),
    database: values.database || undefined,
    log: { level: values['log.level'] },
    ports: {
      http: values['ports.http'] ?? ports.http,
      https: values['ports.https'] ?? ports.https,
      imaps: values['ports.imaps'] ?? ports.imaps,
      imap: values['ports.imap'] ?? ports.imap,
      smtp: values['ports.smtp'] ?? ports.smtp,
      submissions: values['ports.submissions'] ?? ports.submissions,
      submission: values['ports.submission'] ?? ports.submission,
    },
    tls: {
      acme: values['tls.acme'],
      acmeEmail: values['tls.acme_email'],
      acmeDirectory: values['tls.acme_directory'],
      acmeCa: values['tls.acme_ca'],
    },
    files: {
      defaultQuota: quota === 0 ? null : quota * 2 ** 30,
      versions: { days: values['files.version_days'], count: values['files.version_count'] },
      trashDays: values['files.trash_days'],
    },
    mail: { smarthost: smarthostOf(values) },
    metrics: { token: values['metrics.token'] },
  }
}

function readSettings(file: string, optional: boolean): Map<string, unknown> {
  let source: string
  try {
    source = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (optional && code === 'ENOENT') return new Map()
    throw new ConfigError(`${file} cannot be read (${code}): mend its place or its permissions, or set TWIN_CONFIG`)
  }
  let table: Record<string, unknown>
  try {
    table = parse(source)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '')
    throw new ConfigError(`${file} line ${error.line}: ${reason}`)
  }
  const found = flatten(table)
  for (const [key, value] of found) checkValue(key, value, `${file}: ${key}`, file)
  return found
}

function flatten(table: Record<string, unknown>, prefix = ''): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [name, value] of Object.entries(table)) {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    if (!isTable) found.set(prefix + name, value)
    else
      for (const [key, inner] of flatten(value as Record<string, unknown>, `${prefix}${name}.`)) found.set(key, inner)
  }
  return found
}

const namesOutsideTheTable = new Set(['TWIN_CONFIG', 'TWIN_DATA', 'TWIN_CERTS'])

/** `ports.https` is TWIN_PORTS_HTTPS. */
const environmentName = (key: string): string => `TWIN_${key.replaceAll('.', '_').toUpperCase()}`

function readEnvironment(environment: Environment): Map<string, unknown> {
  const keys = new Map(Object.keys(settings).map((key) => [environmentName(key), key as Key]))
  const found = new Map<string, unknown>()
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('TWIN_') || namesOutsideTheTable.has(name) || value === undefined) continue
    if (/^TWIN_(TEST|BENCH)_/.test(name)) continue
    const key = keys.get(name)
    if (key === undefined) throw new ConfigError(unknown(name, [...keys.keys()], 'the environment', 'unset it'))
    const parsed = settings[key].parse(value)
    checkValue(key, parsed, `the environment: ${name}`, 'the environment')
    found.set(key, parsed)
  }
  return found
}

function checkValue(key: string, value: unknown, place: string, source: string): void {
  if (!Object.hasOwn(settings, key)) throw new ConfigError(unknown(key, Object.keys(settings), source, 'remove it'))
  const wanted = settings[key as Key].check(value)
  if (wanted !== undefined) throw new ConfigError(`${place} is ${JSON.stringify(value)}: write ${wanted}`)
}

function unknown(name: string, known: readonly string[], source: string, mend: string): string {
  const [near] = known.filter((one) => distance(one, name) <= 2).sort((a, b) => distance(a, name) - distance(b, name))
  return `${source}: there is no setting ${name}: ${near ? `did you mean ${near}?` : mend}`
}

/** Edits between two words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** Every key with its default, for the test that holds conf/twin.toml against this table. */
export const defaults: ReadonlyMap<string, unknown> = new Map(
  Object.entries(settings).map(([key, setting]) => [key, setting.default]),
)

function smarthostOf(values: Values): Config['mail']['smarthost'] {
  const [host = '', port] = values['mail.smarthost'].split(':')
  const signIn = { user: values['mail.smarthost_user'], password: values['mail.smarthost_password'] }
  return host === '' ? undefined : { host, port: Number(port), ...signIn }
}
