// Address books (RFC 6352): `/dav/contacts/<account>/`.

import { cardBytes } from '../../../limits.ts'
import type { Store } from '../../../store/store.ts'
import type { CollectionResource } from '../collections/resource.ts'
import { collectionSpace } from '../collections/space.ts'
import type { DavPush } from '../push/push.ts'
import type { Space } from '../resource.ts'
import { CARDDAV } from '../wire/names.ts'
import { accountsBook } from './accounts-book.ts'
import { examineCard } from './examine.ts'
import { getCard } from './get-card.ts'
import { importCards } from './import-cards.ts'
import { cardType } from './names.ts'
import { contactsProperties, contactsSettings } from './properties.ts'
import { contactsReports } from './reports.ts'

export const contactsSpace = (store: Store, push?: DavPush): Space<CollectionResource> => {
  const space: Space<CollectionResource> = collectionSpace({
    store,
    name: 'contacts',
    kind: 'addressbook',
    features: ['addressbook'], // RFC 6352 §6.1
    type: { namespace: CARDDAV, name: 'addressbook' },
    contentType: cardType,
    extension: '.vcf',
    largest: cardBytes,
    properties: contactsProperties,
    settings: contactsSettings,
    reports: contactsReports,
    methods: new Map([
      ['GET', getCard],
      ['HEAD', getCard],
      ['POST', importCards],
    ]),
    examine: examineCard,
    besides: accountsBook(store, () => space),
    push,
  })
  return space
}
