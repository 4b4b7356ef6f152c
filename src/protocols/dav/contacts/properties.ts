// The properties of RFC 6352 §6.2 and §7.1.

import { collations } from '../../../formats/collation.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import { type CollectionResource, homeHref } from '../collections/resource.ts'
import type { Setting } from '../collections/space.ts'
import { principalCollection } from '../properties/acl.ts'
import type { LiveProperty } from '../properties/live.ts'
import { href } from '../wire/multistatus.ts'
import { CARDDAV, keyOf } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'
import { accountsBookName, cardName } from './names.ts'

const ofBook = (name: string, read: (book: CollectionResource) => string | undefined): LiveProperty => ({
  namespace: CARDDAV,
  name,
  inAllprop: false, // RFC 6352 §6.2: none of them
  read(resource) {
    const book = resource as CollectionResource
    return book.level === 'collection' ? read(book) : undefined
  },
})

const type = (version: string): string =>
  `<C:address-data-type xmlns:C="${CARDDAV}" content-type="text/vcard" version="${version}"/>`

const supportedTypes = type('3.0') + type('4.0')

const supportedCollations = collations
  .map(({ name }) => `<C:supported-collation xmlns:C="${CARDDAV}">${name}</C:supported-collation>`)
  .join('')

export const contactsProperties: readonly LiveProperty[] = [
  ofBook('addressbook-description', ({ collection }) =>
    collection?.description == null ? undefined : escapeText(collection.description),
  ),
  ofBook('supported-address-data', () => supportedTypes),
  ofBook('supported-collation-set', () => supportedCollations), // RFC 6352 §8.3.1
]

export const contactsSettings: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  [keyOf('DAV:', 'displayname'), (value) => ({ displayName: value?.text || null })],
  [keyOf(CARDDAV, 'addressbook-description'), (value) => ({ description: value?.text ?? null })],
])

const ofPrincipal = (name: string, read: (account: string) => string): LiveProperty => ({
  namespace: CARDDAV,
  name,
  inAllprop: false,
  read: (resource) => (resource.href === principalCollection ? undefined : href(read(resource.name))),
})

export const contactsPrincipalProperties: readonly LiveProperty[] = [
  ofPrincipal('addressbook-home-set', (account) => homeHref('contacts', account)), // RFC 6352 §7.1.1
  // RFC 6352 §7.1.2
  ofPrincipal(
    'principal-address',
    (account) => `${homeHref('contacts', account)}${accountsBookName}/${encodeSegment(cardName(account))}`,
  ),
]
