// A certificate chain together with the key that belongs to it. A pair that does not match never exists.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { DomainError } from '../../../errors.ts'

export type PairSource = 'own' | 'acme' | 'local'

export type Pair = {
  readonly source: PairSource
  /** Where it was read from. */
  readonly file: string
  /** PEM; the chain begins with the leaf. */
  readonly key: string
  readonly cert: string
  readonly leaf: X509Certificate
  /** DNS names in lower case, wildcards as they are. */
  readonly names: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
  readonly selfSigned: boolean
  readonly context: SecureContext
}

const blocks = (pem: string, kind: RegExp): string[] =>
  [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)]
    .filter((match) => kind.test(match[1] ?? ''))
    .map((match) => match[0])

export const certificateBlocks = (pem: string): string[] => blocks(pem, /^(X509 |TRUSTED )?CERTIFICATE$/)
export const keyBlocks = (pem: string): string[] => blocks(pem, /^([A-Z0-9]+ )?PRIVATE KEY$/)

const dnsNames = (leaf: X509Certificate): string[] =>
  [...(leaf.subjectAltName ?? '').matchAll(/DNS:([^,"\s]+)/g)].map((match) => (match[1] ?? '').toLowerCase())

/** Throws when key and leaf do not belong together. */
export const pairOf = (source: PairSource, file: string, chain: readonly string[], key: string | KeyObject): Pair => {
  const leaf = new X509Certificate(chain[0] ?? '')
  const keyObject = typeof key === 'string' ? createPrivateKey(key) : key
  if (!leaf.checkPrivateKey(keyObject)) throw new Error('the private key belongs to another certificate')
  const cert = `${chain.join('\n')}\n`
  const keyPem = keyObject.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    source,
    file,
    key: keyPem,
    cert,
    leaf,
    names: dnsNames(leaf),
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
    selfSigned: leaf.checkIssued(leaf),
    context: createSecureContext({ key: keyPem, cert }),
  }
}

/** A file of ours that holds the key and its chain in one. */
export const pairFromPem = (source: PairSource, file: string, pem: string): Pair =>
  pairOf(source, file, certificateBlocks(pem), keyBlocks(pem)[0] ?? '')

/** The same for a file that must be there and good; throws one line with the file and its mend. */
export const mustBePair = (source: PairSource, file: string, pem: string, mend: string): Pair => {
  try {
    return pairFromPem(source, file, pem)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DomainError('Unavailable', `${file} cannot be used (${reason}): ${mend}`)
  }
}

/** RFC 6125 §6.4.3: a wildcard stands for the whole of the leftmost label, and for one label only. */
export const nameMatches = (pattern: string, name: string): boolean =>
  pattern.startsWith('*.')
    ? name.indexOf('.') > 0 && name.slice(name.indexOf('.')) === pattern.slice(1)
    : pattern === name

export const covers = (pair: Pair, name: string): boolean =>
  isIP(name) === 0
    ? pair.names.some((pattern) => nameMatches(pattern, name.toLowerCase()))
    : pair.leaf.checkIP(name) !== undefined
