// addressbook-query (RFC 6352 §8.6) and addressbook-multiget (§8.7).

import { DomainError } from '../../../errors.ts'
import { parseCard } from '../../../formats/vcard/card.ts'
import { matchesFilter } from '../../../formats/vcard/filter.ts'
import { prefilter } from '../../../formats/vcard/prefilter.ts'
import { child, DAV, type Element, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { cardsPage } from '../../../limits.ts'
import { conditionOf, refusal, statusOf } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import type { Report, Resource } from '../resource.ts'
import { pathOnThisServer } from '../wire/destination.ts'
import { errorElement, statusResponse } from '../wire/multistatus.ts'
import { CARDDAV, keyOf } from '../wire/names.ts'
import { parsePath } from '../wire/path.ts'
import { planCards } from './card-plan.ts'
import { type Book, cardsNamed, cardsOf, requireBook } from './cards.ts'
import { parseFilter } from './filter.ts'

/** Depth is not looked at: a book has no collections in it, and clients that leave it out mean its cards. */
const query: Report = async (exchange, resource, body) => {
  const book = requireBook(resource)
  const filterElement = child(body, CARDDAV, 'filter')
  if (filterElement === undefined)
    throw new DomainError('BadRequest', 'A query has a filter', { precondition: 'supported-filter' })
  const filter = parseFilter(filterElement)
  const mayMatch = prefilter(filter)
  const limit = limitOf(body)
  const { plan, write } = planCards(exchange, book.space, body)
  const stream = new MultistatusStream(exchange.response)
  let found = 0
  for await (const card of cardsOf(exchange, book, plan)) {
    const text = filter.properties.length === 0 ? undefined : await card.text()
    if (text !== undefined && !(mayMatch(text) && matchesFilter(parseCard(text), filter))) continue
    if (found++ === limit) {
      await stream.write([truncation(book)])
      break
    }
    await stream.write([await write(card, text)])
  }
  stream.end()
}

/** §10.6 */
const limitOf = (body: Element): number => {
  const limit = child(body, CARDDAV, 'limit')
  const nresults = limit && child(limit, CARDDAV, 'nresults')
  if (nresults === undefined) return Number.POSITIVE_INFINITY
  const count = Number(text(nresults).trim())
  if (!Number.isSafeInteger(count) || count < 1) throw new DomainError('BadRequest', 'nresults is a positive number')
  return count
}

/** §8.6.1: a response of 507 for the book itself says that there is more. */
const truncation = ({ href }: Resource): string => {
  const error = refusal('number-of-matches-within-limits', 'There is more')
  return statusResponse(href, statusOf(error), errorElement(conditionOf(error)))
}

const multiget: Report = async (exchange, resource, body) => {
  const book = requireBook(resource)
  const { plan, write } = planCards(exchange, book.space, body)
  const hrefs = elements(body)
    .filter((element) => isNamed(element, DAV, 'href'))
    .map((element) => text(element).trim())
  const stream = new MultistatusStream(exchange.response)
  for (let at = 0; at < hrefs.length; at += cardsPage) {
    const asked = hrefs.slice(at, at + cardsPage).map((href) => ({ href, name: nameIn(exchange, book, href) }))
    const names = asked.flatMap(({ name }) => (name === undefined ? [] : [name]))
    const cards = await cardsNamed(exchange, book, plan, names)
    for (const { href, name } of asked) {
      const card = name === undefined ? undefined : cards.get(name)
      await stream.write([card === undefined ? statusResponse(href, 404) : await write(card)])
    }
  }
  stream.end()
}

/** The name of what an address in the book leads to; undefined for any other address. */
const nameIn = ({ request }: Exchange, book: Book, href: string): string | undefined => {
  try {
    const { segments } = parsePath(pathOnThisServer(href, request.headers.host, 'A href'))
    const above = parsePath(book.href).segments
    const inBook = segments.length === above.length + 1 && above.every((segment, index) => segments[index] === segment)
    return inBook ? segments.at(-1) : undefined
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
}

export const contactsReports: ReadonlyMap<string, Report> = new Map([
  [keyOf(CARDDAV, 'addressbook-query'), query],
  [keyOf(CARDDAV, 'addressbook-multiget'), multiget],
])
