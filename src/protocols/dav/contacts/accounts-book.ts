// The read-only address book of the twin's own accounts: in every home, made of the table of accounts when it is asked
// for. Its state is the hash of its cards; who was away while it changed reads all of it again.

import { createHash } from 'node:crypto'
import { DomainError } from '../../../errors.ts'
import { escapeText } from '../../../formats/content-line.ts'
import { writeCard } from '../../../formats/vcard/card.ts'
import type { Account } from '../../../store/accounts/accounts.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Collection } from '../../../store/collections/collections.ts'
import type { Store, View } from '../../../store/store.ts'
import { type CollectionResource, homeHref } from '../collections/resource.ts'
import type { Place, Space } from '../resource.ts'
import { synthetic } from '../synthetic.ts'
import { encodeSegment } from '../wire/path.ts'
import { contentOf } from './content.ts'
import { accountsBookName, cardName, cardType } from './names.ts'

/** A card of this book, which is nowhere else but in it. */
export type AccountCard = CollectionResource & { readonly text: string }

export const isAccountCard = (resource: CollectionResource): resource is AccountCard => 'text' in resource

const readOnlyBook = ['GET', 'HEAD', 'PROPFIND', 'REPORT']

/** @param contacts the space of the homes that it is in. */
export const accountsBook = (store: Store, contacts: () => Space<CollectionResource>) => {
  const space: Space<CollectionResource> = {
    name: 'contacts',
    scope: 'contacts',
    features: [],
    get properties() {
      return contacts().properties
    },
    get reports() {
      return contacts().reports
    },
    resolve: (view, principal, segments) => contacts().resolve(view, principal, segments),
    allows: () => readOnlyBook,
    async members(view, book, { after }) {
      if (book.level !== 'collection' || after !== undefined) return []
      return cardsIn(view, book)
    },
    lineage: async () => [],
    syncToken: async (view, book) => store.journal.token(stateOf(await cardsIn(view, book))),
    async content(_view, resource) {
      if (!isAccountCard(resource)) throw new DomainError('NotFound', 'It has no content')
      return contentOf(Buffer.from(resource.text))
    },
    async changes(view, book, { token }) {
      const cards = await cardsIn(view, book)
      const now = store.journal.token(stateOf(cards))
      if (token !== undefined && token !== now) return 'tooOld'
      return { token: now, changed: token === now ? [] : cards, removed: [], truncated: false }
    },
  }

  const cardsIn = async (view: View, book: CollectionResource): Promise<AccountCard[]> => {
    const accounts = await store.accounts.list(view)
    return accounts.filter(({ disabled }) => !disabled).map((account) => cardOf(book, account, store.domain))
  }

  const bookIn = async (view: View, home: CollectionResource): Promise<CollectionResource> => {
    const book: CollectionResource = {
      ...home,
      space,
      href: `${home.href}${accountsBookName}/`,
      name: accountsBookName,
      level: 'collection',
    }
    return { ...book, collection: collectionOf(home.accountId, stateOf(await cardsIn(view, book))) }
  }

  return {
    members: async (view: View, home: CollectionResource) => [await bookIn(view, home)],
    async resolve(
      view: View,
      principal: Principal,
      [account, name, card, ...more]: readonly string[],
    ): Promise<Place<CollectionResource> | undefined> {
      if (name !== accountsBookName || account !== principal.name) return undefined
      const href = homeHref(space.name, account)
      const home: CollectionResource = {
        ...synthetic(contacts(), principal, href, account),
        level: 'home',
        collection: undefined,
        item: undefined,
      }
      const book = await bookIn(view, home)
      if (card === undefined) return { space, href: book.href, name, resource: book, parent: home }
      const found = more.length > 0 ? undefined : (await cardsIn(view, book)).find((one) => one.name === card)
      const at = `${book.href}${[card, ...more].map(encodeSegment).join('/')}`
      return { space, href: at, name: card, resource: found, parent: more.length > 0 ? undefined : book }
    },
  }
}

const line = (name: string, value: string) => ({ group: undefined, name, parameters: [], value })

/** The address is the one by which they are invited: Thunderbird looks for attendees in address books alone. */
const cardOf = (
  book: CollectionResource,
  { uid, name, displayName, createdAt }: Account,
  domain: string,
): AccountCard => {
  const text = writeCard({
    version: '3.0',
    properties: [
      line('UID', `urn:uuid:${uid}`),
      line('FN', escapeText(displayName)),
      line('N', `${escapeText(displayName)};;;;`),
      line('NICKNAME', escapeText(name)),
      line('EMAIL', escapeText(`${name}@${domain}`)),
    ],
  })
  return {
    ...book,
    href: `${book.href}${encodeSegment(cardName(name))}`,
    name: cardName(name),
    isCollection: false,
    etag: createHash('sha256').update(text).digest('base64url'),
    size: Buffer.byteLength(text),
    contentType: cardType,
    createdAt,
    level: 'item',
    text,
  }
}

/** As a number, which is what the positions of other books are. */
const stateOf = (cards: readonly AccountCard[]): number => {
  const hash = createHash('sha256')
  for (const { name, etag } of cards) hash.update(`${name} ${etag}\n`)
  return hash.digest().readUIntBE(0, 6)
}

const collectionOf = (accountId: number, changed: number): Collection => ({
  id: 0,
  accountId,
  kind: 'addressbook',
  name: accountsBookName,
  displayName: 'On this twin',
  description: 'Everybody who has an account here',
  colour: null,
  sortOrder: null,
  components: null,
  timezone: null,
  transparent: false,
  availability: null,
  source: null,
  refreshRate: null,
  strip: null,
  sourceError: null,
  defaultId: null,
  createdAt: 0,
  created: 0,
  changed,
})
