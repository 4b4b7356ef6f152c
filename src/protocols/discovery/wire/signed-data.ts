// CMS SignedData (RFC 5652 §5, once PKCS #7) around a content, signed with a server's certificate: by it iOS and macOS
// show whose profile it is.

import { createHash, type KeyObject, sign, type X509Certificate } from 'node:crypto'
import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifier,
  DigestAlgorithmIdentifiers,
  EncapsulatedContent,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  id_contentType,
  id_data,
  id_messageDigest,
  id_signedData,
  id_signingTime,
  SignatureAlgorithmIdentifier,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms'
import { AsnConvert, AsnObjectIdentifierConverter, OctetString } from '@peculiar/asn1-schema'
import { Certificate, Time } from '@peculiar/asn1-x509'

const sha256 = '2.16.840.1.101.3.4.2.1'

/** RFC 5754 §3: how a key signs with SHA-256. DER's NULL belongs to RSA's. */
const algorithms: Readonly<Record<string, { algorithm: string; parameters?: ArrayBuffer }>> = {
  rsa: { algorithm: '1.2.840.113549.1.1.11', parameters: Uint8Array.of(5, 0).buffer },
  ec: { algorithm: '1.2.840.10045.4.3.2' },
}

export type Signer = {
  readonly key: KeyObject
  /** The signer's own first. */
  readonly chain: readonly X509Certificate[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** The signed content (DER); undefined for a kind of key that profiles are not signed with. */
export const signedData = (content: Uint8Array, { key, chain, now }: Signer): Buffer | undefined => {
  const algorithm = algorithms[key.asymmetricKeyType ?? '']
  const certificates = chain.map(({ raw }) => AsnConvert.parse(raw, Certificate))
  const [leaf] = certificates
  if (algorithm === undefined || leaf === undefined) return undefined
  const attributes = signedAttributes(content, now)
  const { issuer, serialNumber } = leaf.tbsCertificate
  const digestAlgorithm = new DigestAlgorithmIdentifier({ algorithm: sha256 })
  const signer = new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm,
    signedAttrs: attributes.map(({ attribute }) => attribute),
    signatureAlgorithm: new SignatureAlgorithmIdentifier(algorithm),
    signature: new OctetString(sign('sha256', setOf(attributes.map(({ der }) => der)), key)),
  })
  const data = new SignedData({
    version: 1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: id_data,
      eContent: new EncapsulatedContent({ single: new OctetString(content) }),
    }),
    certificates: new CertificateSet(certificates.map((certificate) => new CertificateChoices({ certificate }))),
    signerInfos: new SignerInfos([signer]),
  })
  const info = new ContentInfo({ contentType: id_signedData, content: AsnConvert.serialize(data) })
  return Buffer.from(AsnConvert.serialize(info))
}

/** RFC 5652 §5.3, §11, in the order of their encodings, which is DER's of a SET OF. */
const signedAttributes = (content: Uint8Array, now: number): { attribute: Attribute; der: Buffer }[] => {
  const digest = new OctetString(createHash('sha256').update(content).digest())
  const values: [string, ArrayBuffer][] = [
    [id_contentType, AsnObjectIdentifierConverter.toASN(id_data).toBER(false)],
    [id_messageDigest, AsnConvert.serialize(digest)],
    [id_signingTime, AsnConvert.serialize(new Time(new Date(now)))],
  ]
  return values
    .map(([attrType, value]) => new Attribute({ attrType, attrValues: [value] }))
    .map((attribute) => ({ attribute, der: Buffer.from(AsnConvert.serialize(attribute)) }))
    .sort((a, b) => Buffer.compare(a.der, b.der))
}

/** RFC 5652 §5.4: what is signed has the tag of SET OF, not the one under which it is sent. */
const setOf = (members: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(members)
  if (content.length > 255) throw new RangeError('The signed attributes are longer than they can be')
  const length = content.length < 128 ? [content.length] : [0x81, content.length]
  return Buffer.concat([Uint8Array.of(0x31, ...length), content])
}
