// GET of a card, in the version that `Accept` asks for (RFC 6352 §5.1.1), and of a book as one file of all its cards.

import { parseCard, type Version, writeCard } from '../../../formats/vcard/card.ts'
import { convertCard } from '../../../formats/vcard/convert.ts'
import { answerExport } from '../collections/export.ts'
import type { CollectionResource } from '../collections/resource.ts'
import { type Exchange, header } from '../exchange.ts'
import { answerFound, findContent } from '../methods/get.ts'
import { planFor } from '../properties/plan.ts'
import { acceptedVersion } from './accept.ts'
import { type Book, cardsOf, requireBook } from './cards.ts'
import { contentOf, textOf } from './content.ts'
import { cardType } from './names.ts'

export const getCard = async (exchange: Exchange): Promise<void> => {
  const { request, response } = exchange
  const version = acceptedVersion(header(request, 'accept'))
  const found = await findContent(exchange)
  response.setHeader('Vary', 'Accept')
  if ((found.resource as CollectionResource).level === 'collection')
    return exportBook(exchange, requireBook(found.resource), version)
  if (version === undefined || found.content === undefined) return answerFound(exchange, found)
  const text = await textOf(found.content)
  const converted = inVersion(text, version)
  await answerFound(exchange, converted === text ? found : { ...found, content: contentOf(Buffer.from(converted)) })
}

/** What is in that version already stays as it is, byte for byte. */
const inVersion = (text: string, version: Version): string => {
  const card = parseCard(text)
  return card.version === version ? text : writeCard(convertCard(card, version))
}

const exportBook = (exchange: Exchange, book: Book, version: Version | undefined): Promise<void> =>
  answerExport(exchange, book, {
    contentType: cardType,
    extension: '.vcf',
    form: version ?? '',
    pieces: () => cardTexts(exchange, book, version),
  })

async function* cardTexts(exchange: Exchange, book: Book, version: Version | undefined): AsyncGenerator<string> {
  const nothing = planFor({ kind: 'prop', names: [] }, new Map(), false)
  for await (const card of cardsOf(exchange, book, nothing)) {
    const text = await card.text()
    const wanted = version === undefined ? text : inVersion(text, version)
    yield wanted.endsWith('\n') ? wanted : `${wanted}\r\n`
  }
}
