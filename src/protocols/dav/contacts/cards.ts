// The cards of a book with their texts, as reports and exports need them: one after the other, so that no more than a
// page of small ones is in memory, or one large one.

import { cardsPage } from '../../../limits.ts'
import type { ItemWithData } from '../../../store/collections/collections.ts'
import type { View } from '../../../store/store.ts'
import { type CollectionResource, itemResource } from '../collections/resource.ts'
import { refusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import type { Page } from '../properties/live.ts'
import { gatherPage } from '../properties/page.ts'
import type { Plan } from '../properties/plan.ts'
import type { Resource, Space } from '../resource.ts'
import { isAccountCard } from './accounts-book.ts'
import { cardType } from './names.ts'

export type CardContent = {
  readonly resource: CollectionResource
  /** What its properties need. */
  readonly page: Page
  text(): Promise<string>
}

export type Book = CollectionResource & { readonly collection: NonNullable<CollectionResource['collection']> }

/** @throws DomainError for what is no address book. */
export const requireBook = (resource: Resource): Book => {
  const book = resource as CollectionResource
  if (book.level !== 'collection' || book.collection === undefined)
    throw refusal('supported-report', 'This is asked of an address book')
  return book as Book
}

/** All cards of a book, by name. */
export async function* cardsOf(exchange: Exchange, book: Book, plan: Plan): AsyncGenerator<CardContent> {
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await exchange.store.read((view) => cardsAfter(exchange, view, { book, plan, after }))
    yield* page.cards
    after = page.cards.at(-1)?.resource.name
    more = page.more
  }
}

type Asked = { readonly book: Book; readonly plan: Plan }

const cardsAfter = async (
  exchange: Exchange,
  view: View,
  { book, plan, after }: Asked & { after: string | undefined },
): Promise<{ cards: CardContent[]; more: boolean }> => {
  const made = await madeCards(view, book)
  if (made !== undefined) return { cards: await withTexts(exchange, view, { book, plan }, made), more: false }
  const items = await exchange.store.collections.itemsWithData(view, book.collection, { after, limit: cardsPage })
  const stored = storedCards(exchange, book, items)
  return { cards: await withTexts(exchange, view, { book, plan }, stored), more: items.length === cardsPage }
}

/** Those of some names that are there. */
export const cardsNamed = (
  exchange: Exchange,
  book: Book,
  plan: Plan,
  names: readonly string[],
): Promise<ReadonlyMap<string, CardContent>> =>
  exchange.store.read(async (view) => {
    const made = await madeCards(view, book)
    const found =
      made?.filter(({ resource }) => names.includes(resource.name)) ??
      storedCards(exchange, book, await exchange.store.collections.itemsNamed(view, book.collection, names))
    const cards = await withTexts(exchange, view, { book, plan }, found)
    return new Map(cards.map((card) => [card.resource.name, card]))
  })

type WithText = Pick<CardContent, 'resource' | 'text'>

/** Of a book whose cards are not stored; undefined for any other. */
const madeCards = async (view: View, book: Book): Promise<WithText[] | undefined> => {
  if (book.id !== 0) return undefined
  const cards = await book.space.members(view, book, { after: undefined, limit: Number.MAX_SAFE_INTEGER })
  return (cards as CollectionResource[])
    .filter(isAccountCard)
    .map((card) => ({ resource: card, text: async () => card.text }))
}

const storedCards = ({ store }: Exchange, book: Book, items: readonly ItemWithData[]): WithText[] => {
  const tree = { space: book.space as unknown as Space<CollectionResource>, contentType: cardType }
  return items.map((item) => ({
    resource: itemResource(tree, book.href, book.collection, item),
    text: async () => (await store.collections.read(item)).toString(),
  }))
}

const withTexts = async (
  exchange: Exchange,
  view: View,
  { book, plan }: Asked,
  cards: readonly WithText[],
): Promise<CardContent[]> => {
  const resources = cards.map(({ resource }) => resource)
  const page = await gatherPage(exchange, view, plan, resources, book)
  return cards.map((card) => ({ ...card, page }))
}
