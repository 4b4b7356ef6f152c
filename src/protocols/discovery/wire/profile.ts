// A configuration profile for iPhone, iPad and Mac: calendars and contacts with their own password, and the local
// authority's certificate where the device needs it to trust this twin (Apple, Device Management: com.apple.caldav.account,
// com.apple.carddav.account, com.apple.security.root). Mail's payload has its place beside them.

import { randomUUID } from 'node:crypto'
import { type PlistValue, writePlist } from './plist.ts'

export type Profile = {
  readonly host: string
  readonly port: number
  /** Below the host. */
  readonly principal: string
  readonly name: string
  readonly password: string
  /** DER. */
  readonly authority: Uint8Array | undefined
  readonly language: 'en' | 'de'
}

const words = {
  en: {
    calendars: 'Calendars',
    contacts: 'Contacts',
    all: 'Calendars and contacts',
    trust: 'Certificate authority of',
  },
  de: { calendars: 'Kalender', contacts: 'Kontakte', all: 'Kalender und Kontakte', trust: 'Zertifizierungsstelle von' },
} as const

export const writeProfile = (profile: Profile): string => {
  const { host, name, authority, language } = profile
  const say = words[language]
  // A profile of the same identifier takes the place of the one before.
  const identifier = `${host}.${name}`
  const payloads = [
    account(profile, 'CalDAV', 'com.apple.caldav.account', say.calendars),
    account(profile, 'CardDAV', 'com.apple.carddav.account', say.contacts),
    ...(authority === undefined ? [] : [root(identifier, `${say.trust} ${host}`, authority)]),
  ]
  return writePlist({
    ...common('Configuration', identifier, `${say.all} – ${name}@${host}`),
    PayloadOrganization: host,
    PayloadRemovalDisallowed: false,
    PayloadContent: payloads,
  })
}

const common = (type: string, identifier: string, displayName: string): Record<string, PlistValue> => ({
  PayloadType: type,
  PayloadVersion: 1,
  PayloadIdentifier: identifier,
  PayloadUUID: randomUUID().toUpperCase(),
  PayloadDisplayName: displayName,
})

const account = (
  { host, port, principal, name, password }: Profile,
  prefix: 'CalDAV' | 'CardDAV',
  type: string,
  label: string,
): PlistValue => ({
  ...common(type, `${host}.${name}.${prefix.toLowerCase()}`, label),
  [`${prefix}AccountDescription`]: `${label} – ${host}`,
  [`${prefix}HostName`]: host,
  [`${prefix}Port`]: port,
  [`${prefix}UseSSL`]: true,
  [`${prefix}PrincipalURL`]: principal,
  [`${prefix}Username`]: name,
  [`${prefix}Password`]: password,
})

const root = (identifier: string, displayName: string, authority: Uint8Array): PlistValue => ({
  ...common('com.apple.security.root', `${identifier}.authority`, displayName),
  PayloadContent: authority,
})
