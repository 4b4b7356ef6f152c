// The certificate that a twin gives itself, so that the first `npm start` already speaks TLS. A person who installs
// the CA trusts it for this twin's names and for private networks only (RFC 5280 §4.2.1.10), so that a stolen key
// opens nothing else. Keys are ECDSA P-256: browsers refuse ed25519. Key and certificate are one file, replaced in
// one step, so that they never disagree.

import { type webcrypto, X509Certificate } from 'node:crypto'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { localCaDays, localCertificateDays, localCertificateRenewDays } from '../../../limits.ts'
import { addressBytes } from '../ip.ts'
import { readIfThere, writeKeyFile } from './key-files.ts'
import { certificateBlocks, covers, keyBlocks, mustBePair, type Pair, pairFromPem } from './pair.ts'

const day = 24 * 60 * 60 * 1000
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Addresses that mean nothing elsewhere: loopback, RFC 1918, 6598, 3927, 4193, 4291 §2.5.6, and the overlay. */
const privateNetworks: ReadonlyArray<readonly [address: string, bits: number]> = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['200::', 7],
]

/** Names that mean nothing elsewhere: RFC 6761 §6.3, RFC 6762 §3, RFC 8375, and ICANN's reserved `internal`. */
const privateDomains = ['localhost', 'local', 'home.arpa', 'internal']

const privateAddresses = new BlockList()
for (const [address, bits] of privateNetworks) {
  privateAddresses.addSubnet(address, bits, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** What a twin at `domain` is called on its own machine and network: the domain, localhost, and each private address. */
export const localNames = (domain: string): string[] => {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // Link-local addresses come and go with every interface and cannot be typed into a browser.
    .filter(({ address }) => !address.startsWith('fe80:'))
    .map(({ address }) => address)
  const host = hostname().toLowerCase()
  return [
    ...new Set([domain, 'localhost', host, `${host.split('.', 1)[0]}.local`, '127.0.0.1', '::1', ...addresses]),
  ].filter((name) => permits(domain, name))
}

const permits = (domain: string, name: string): boolean => {
  if (name === domain) return true
  if (isIP(name) !== 0) return privateAddresses.check(name, isIPv6(name) ? 'ipv6' : 'ipv4')
  return (
    /^[a-z0-9.-]+$/.test(name) && [domain, ...privateDomains].some((base) => name === base || name.endsWith(`.${base}`))
  )
}

/** DER with lengths below 64 KiB. */
const der = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(parts)
  const size = body.length
  return Buffer.concat(
    [size < 128 ? [tag, size] : [tag, 0x82, size >> 8, size & 255], body].map((part) => Buffer.from(part)),
  )
}

/** RFC 5280 §4.2.1.10: NameConstraints with permittedSubtrees; dNSName is [2], iPAddress [7] with its mask. */
export const nameConstraints = (domain: string): Uint8Array => {
  const maskOf = (size: number, bits: number) =>
    Uint8Array.from({ length: size }, (_, i) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - 8 * i))))
  const addressBase = (address: string, bits?: number) => {
    const bytes = addressBytes(address) ?? new Uint8Array()
    return der(0x87, bytes, maskOf(bytes.length, bits ?? bytes.length * 8))
  }
  const bases = [
    ...(isIP(domain) === 0 ? [der(0x82, Buffer.from(domain))] : [addressBase(domain)]),
    ...privateDomains.filter((name) => name !== domain).map((name) => der(0x82, Buffer.from(name))),
    ...privateNetworks.map(([address, bits]) => addressBase(address, bits)),
  ]
  return der(0x30, der(0xa0, ...bases.map((base) => der(0x30, base))))
}

/** Loaded when a certificate is to be made, which is not on most starts. */
const loadX509 = async () => {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

const keyToPem = async (key: webcrypto.CryptoKey): Promise<string> => {
  const base64 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
}

const keyFromPem = (pem: string): Promise<webcrypto.CryptoKey> =>
  crypto.subtle.importKey('pkcs8', Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64'), algorithm, true, [
    'sign',
  ])

/** The name by which a person finds it again in a list of authorities. */
const caName = (domain: string): string => `${domain} (local authority of this twin)`

const makeCa = async (domain: string, now: number): Promise<string> => {
  const x509 = await loadX509()
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [caName(domain)] }],
    notBefore: new Date(now - day),
    notAfter: new Date(now + localCaDays * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension('2.5.29.30', true, nameConstraints(domain)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return `${await keyToPem(keys.privateKey)}${ca.toString('pem')}\n`
}

const makeLeaf = async (caPem: string, names: readonly string[], now: number): Promise<string> => {
  const x509 = await loadX509()
  const ca = new x509.X509Certificate(certificateBlocks(caPem)[0] ?? '')
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const leaf = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [names[0] ?? 'localhost'] }],
    issuer: ca.subject,
    notBefore: new Date(now - day),
    notAfter: new Date(now + (localCertificateDays - 1) * day - 1000),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: await keyFromPem(keyBlocks(caPem)[0] ?? ''),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return `${await keyToPem(keys.privateKey)}${leaf.toString('pem')}\n`
}

export type LocalCa = {
  /** The authority's certificate alone: what a person installs. */
  readonly path: string
  /** The PEM at `path`. */
  readonly pem: string
  /** True when the authority was made just now. */
  readonly isNew: boolean
  /** The twin's certificate: the present one while it is good for all of `names`, else a new one. */
  leaf(names: readonly string[], now: number): Promise<Pair>
}

const isFresh = (pair: Pair, names: readonly string[], now: number): boolean =>
  pair.notBefore <= now &&
  pair.notAfter - now > localCertificateRenewDays * day &&
  names.every((name) => covers(pair, name))

/** Opens the local authority in `directory`, or makes one; a twin that changed its domain needs another. */
export const openLocalCa = async (directory: string, domain: string, now: number): Promise<LocalCa> => {
  const caFile = join(directory, 'ca.key')
  const leafFile = join(directory, 'local.pem')
  const path = join(directory, 'ca.crt')

  let caPem = await readIfThere(caFile)
  const mend = 'bring it back from a backup, or remove it for a new authority, which every device must trust again'
  const old = caPem === undefined ? undefined : mustBePair('local', caFile, caPem, mend).leaf
  const isGood = old?.subject === `CN=${caName(domain)}` && old.validToDate.getTime() - now > localCertificateDays * day
  if (caPem === undefined || !isGood) {
    caPem = await makeCa(domain, now)
    await writeKeyFile(caFile, caPem)
  }
  const pem = `${certificateBlocks(caPem)[0] ?? ''}\n`
  if ((await readIfThere(path)) !== pem) await writeKeyFile(path, pem, 0o644)
  const ca = new X509Certificate(pem)

  return {
    path,
    pem,
    isNew: !isGood,
    async leaf(names, now) {
      const present = await readIfThere(leafFile)
      const mend = 'remove it, and another is made'
      const pair = present === undefined ? undefined : mustBePair('local', leafFile, present, mend)
      if (pair !== undefined && isFresh(pair, names, now) && pair.leaf.verify(ca.publicKey)) return pair
      const made = await makeLeaf(caPem, names, now)
      await writeKeyFile(leafFile, made)
      return pairFromPem('local', leafFile, made)
    },
  }
}
