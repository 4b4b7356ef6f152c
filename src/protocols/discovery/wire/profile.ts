// A configuration profile for iPhone, iPad and Mac: mail, calendars and contacts with their own password, and the local
// authority's certificate where the device needs it to trust this twin (Apple, Device Management: com.apple.mail.managed,
// com.apple.caldav.account, com.apple.carddav.account, com.apple.security.root).

import { randomUUID } from 'node:crypto'
import type { MailPorts } from './autoconfig.ts'
import { type PlistValue, writePlist } from './plist.ts'

export type Profile = {
  readonly host: string
  readonly port: number
  /** Below the host. */
  readonly principal: string
  readonly name: string
  readonly password: string
  readonly mail: MailPorts | undefined
  /** DER. */
  readonly authority: Uint8Array | undefined
  readonly language: 'en' | 'de'
}

const words = {
  en: {
    calendars: 'Calendars',
    contacts: 'Contacts',
    mail: 'Mail',
    all: 'Mail, calendars and contacts',
    trust: 'Certificate authority of',
  },
  de: {
    calendars: 'Kalender',
    contacts: 'Kontakte',
    mail: 'E-Mail',
    all: 'E-Mail, Kalender und Kontakte',
    trust: 'Zertifizierungsstelle von',
  },
} as const

export const writeProfile = (profile: Profile): string => {
  const { host, name, authority, language } = profile
  const say = words[language]
  // A profile of the same identifier takes the place of the one before.
  const identifier = `${host}.${name}`
  const payloads = [
    ...(profile.mail === undefined ? [] : [mailAccount(profile, profile.mail, say.mail)]),
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

const mailAccount = (
  { host, name, password }: Profile,
  { imaps, submissions }: MailPorts,
  label: string,
): PlistValue => ({
  ...common('com.apple.mail.managed', `${host}.${name}.mail`, label),
  EmailAccountDescription: `${label} – ${host}`,
  EmailAccountType: 'EmailTypeIMAP',
  EmailAddress: `${name}@${host}`,
  IncomingMailServerAuthentication: 'EmailAuthPassword',
  IncomingMailServerHostName: host,
  IncomingMailServerPortNumber: imaps,
  IncomingMailServerUseSSL: true,
  IncomingMailServerUsername: name,
  IncomingPassword: password,
  OutgoingMailServerAuthentication: 'EmailAuthPassword',
  OutgoingMailServerHostName: host,
  OutgoingMailServerPortNumber: submissions,
  OutgoingMailServerUseSSL: true,
  OutgoingMailServerUsername: name,
  OutgoingPasswordSameAsIncomingPassword: true,
})

const root = (identifier: string, displayName: string, authority: Uint8Array): PlistValue => ({
  ...common('com.apple.security.root', `${identifier}.authority`, displayName),
  PayloadContent: authority,
})
