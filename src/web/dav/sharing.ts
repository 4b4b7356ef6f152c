// What the page says about sharing, in WebDAV: with whom a folder is shared (draft-pot-webdav-resource-sharing), who
// can be chosen (RFC 3744 §9.4), and the invitations that wait for an answer (calendarserver's caldav-sharing).

import { request } from './client.ts'
import { canonical } from './paths.ts'
import { all, parseTree, textOf, type XmlElement } from './xml.ts'

export type Access = 'read' | 'read-write'

export type Person = {
  /** The address of their principal. */
  readonly href: string
  readonly name: string
}

export type Sharee = Person & {
  readonly access: Access
  readonly answer: 'accepted' | 'declined' | 'noresponse'
}

export type Invitation = {
  readonly href: string
  readonly uid: string
  readonly kind: 'calendar' | 'addressbook' | 'folder'
  readonly title: string
  readonly owner: string
  readonly access: Access
}

const DAV = '{DAV:}'
const CALDAV = '{urn:ietf:params:xml:ns:caldav}'
const namespace = 'http://calendarserver.org/ns/'
const CS = `{${namespace}}`
const xml = { 'content-type': 'application/xml; charset=utf-8' }

const parse = async (response: Response): Promise<XmlElement> => parseTree(await response.text())

const escaped = (text: string): string => text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`)

const accessIn = (within: XmlElement, prefix: string): Access =>
  all(within, `${prefix}read-write`).length > 0 ? 'read-write' : 'read'

/** With whom a folder is shared. */
export const sharees = async (folder: string, signal?: AbortSignal): Promise<Sharee[]> => {
  const body = '<propfind xmlns="DAV:"><prop><invite/></prop></propfind>'
  const found = await parse(await request('PROPFIND', `${folder}/`, { headers: { ...xml, depth: '0' }, body, signal }))
  return all(found, `${DAV}sharee`).map((sharee) => {
    const href = textOf(sharee, `${DAV}href`)
    const answered = (['accepted', 'declined'] as const).find((one) => all(sharee, `${DAV}invite-${one}`).length > 0)
    return {
      href,
      name: textOf(sharee, `${DAV}displayname`) || href,
      access: accessIn(sharee, DAV),
      answer: answered ?? 'noresponse',
    }
  })
}

/** Gives somebody an access to a folder, or takes it away. */
export const share = async (folder: string, person: string, access: Access | 'no-access'): Promise<void> => {
  const body =
    '<share-resource xmlns="DAV:"><sharee>' +
    `<href>${escaped(person)}</href><share-access><${access}/></share-access></sharee></share-resource>`
  await request('POST', `${folder}/`, {
    headers: { 'content-type': 'application/davsharing+xml; charset="utf-8"' },
    body,
  })
}

/** The people of this twin in whose name or address a text is. */
export const people = async (text: string, signal?: AbortSignal): Promise<Person[]> => {
  const search = (property: string): string =>
    `<property-search><prop>${property}</prop><match>${escaped(text)}</match></property-search>`
  const body =
    '<principal-property-search xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/" test="anyof">' +
    `${search('<displayname/>')}${search('<S:email-address-set/>')}` +
    '<prop><displayname/><C:calendar-user-type/></prop></principal-property-search>'
  const options = { headers: { ...xml, depth: '0' }, body, signal }
  const found = await parse(await request('REPORT', '/dav/principals/', options))
  return all(found, `${DAV}response`)
    .filter((response) => textOf(response, `${CALDAV}calendar-user-type`) === 'INDIVIDUAL')
    .map((response) => ({ href: textOf(response, `${DAV}href`), name: textOf(response, `${DAV}displayname`) }))
}

const kinds = ['calendar', 'addressbook', 'folder'] as const

/** What others offer and nobody has answered yet. */
export const invitations = async (account: string): Promise<Invitation[]> => {
  const home = `/dav/notifications/${encodeURIComponent(account)}/`
  const body = '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'
  const found = await parse(await request('PROPFIND', home, { headers: { ...xml, depth: '1' }, body }))
  const hrefs = all(found, `${DAV}response`)
    .map((response) => textOf(response, `${DAV}href`))
    .filter((href) => canonical(href) !== canonical(home))
  return Promise.all(
    hrefs.map(async (href) => {
      const notification = await parse(await request('GET', href))
      const [invite] = all(notification, `${CS}invite-notification`)
      const kind = kinds.find((one) => one === invite?.attributes.get('shared-type')) ?? 'folder'
      const title = textOf(notification, `${CS}title`)
      return {
        href,
        uid: textOf(notification, `${CS}uid`),
        kind,
        title,
        owner: textOf(notification, `${CS}common-name`),
        access: accessIn(notification, CS),
      }
    }),
  )
}

/** Says yes or no to an invitation. */
export const answer = async (account: string, { uid }: Invitation, accepted: boolean): Promise<void> => {
  const body =
    `<CS:invite-reply xmlns:CS="${namespace}"><CS:invite-${accepted ? 'accepted' : 'declined'}/>` +
    `<CS:in-reply-to>${escaped(uid)}</CS:in-reply-to></CS:invite-reply>`
  await request('POST', `/dav/files/${encodeURIComponent(account)}/`, { headers: xml, body })
}
