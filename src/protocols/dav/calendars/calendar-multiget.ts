// CALDAV:calendar-multiget (RFC 4791 §7.9): objects by their addresses.

import { setImmediate } from 'node:timers/promises'
import { DomainError, isDomainError } from '../../../errors.ts'
import type { Floating } from '../../../formats/icalendar/questions.ts'
import { DAV, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { itemsInQuery } from '../../../limits.ts'
import type { CollectionResource } from '../collections/resource.ts'
import { type Exchange, locate } from '../exchange.ts'
import { MultistatusStream } from '../multistatus-stream.ts'
import type { Report } from '../resource.ts'
import { pathOnThisServer } from '../wire/destination.ts'
import { statusResponse } from '../wire/multistatus.ts'
import { parsePath } from '../wire/path.ts'
import { type Answering, answers, parseAsked, type Told, tell } from './answer.ts'
import { floatingOf, queriedZone } from './floating.ts'
import { textOf } from './scope.ts'

export const calendarMultiget: Report = async (exchange, resource, body) => {
  const asked = parseAsked(exchange, resource, body)
  const zone = queriedZone(body)
  const hrefs = elements(body)
    .filter((one) => isNamed(one, DAV, 'href'))
    .map((one) => text(one).trim())
  if (hrefs.length === 0) throw new DomainError('BadRequest', 'Nothing is asked for')
  const stream = new MultistatusStream(exchange.response)
  for (let at = 0; at < hrefs.length; at += itemsInQuery) {
    const page = hrefs.slice(at, at + itemsInQuery)
    await stream.write(await answerPage({ exchange, resource, asked }, page, zone))
    await setImmediate() // a page takes milliseconds, and others wait
  }
  stream.end()
}

/** What an address says; without a folder it can be none of an object here. */
type Address = { readonly href: string; readonly folder: string; readonly name: string }

const answerPage = async (
  answering: Answering,
  hrefs: readonly string[],
  zone: Floating | undefined,
): Promise<readonly string[]> => {
  const above = parsePath(answering.resource.href).segments
  const addresses = hrefs.map((href) => addressOf(answering, above, href))
  const responses = new Map<string, string>()
  for (const [folder, members] of Map.groupBy(addresses, (one) => one.folder)) {
    if (folder === '') continue
    const names = members.map(({ name }) => name)
    for (const [name, response] of await answerFolder(answering, folder, names, zone))
      responses.set(`${folder}/${name}`, response)
  }
  // §7.9: what is not there is told as such.
  return addresses.map(({ href, folder, name }) => responses.get(`${folder}/${name}`) ?? statusResponse(href, 404))
}

const addressOf = ({ exchange, resource }: Answering, above: readonly string[], href: string): Address => {
  const nowhere = { href, folder: '', name: '' }
  try {
    const { segments } = parsePath(pathOnThisServer(href, exchange.request.headers.host, 'A href'))
    const [, space, account, folder, name, ...more] = segments
    if (space !== resource.space.name || name === undefined || more.length > 0 || !isBelow(above, segments))
      return nowhere
    return { href, folder: [account, folder].join('/'), name }
  } catch (error) {
    if (isDomainError(error)) return nowhere
    throw error
  }
}

/** §7.9: of a calendar only what is in it. */
const isBelow = (above: readonly string[], segments: readonly string[]): boolean =>
  above.every((name, index) => segments[index] === name)

const answerFolder = async (
  answering: Answering,
  folder: string,
  names: readonly string[],
  zone: Floating | undefined,
): Promise<readonly (readonly [name: string, response: string])[]> => {
  const { exchange } = answering
  const found = await findItems(exchange, [answering.resource.space.name, ...folder.split('/')], names)
  if (found === undefined) return []
  const told: Told[] = []
  for (const item of found.items) told.push(tell(item, await textOf(exchange, item), found.calendar.collection))
  const responses = answers(answering, found.calendar, told, zone ?? floatingOf(found.calendar.collection))
  return (await Array.fromAsync(responses)).map((response, index) => [told[index]?.item.name ?? '', response])
}

const findItems = async (exchange: Exchange, segments: readonly string[], names: readonly string[]) => {
  const { store } = exchange
  return store.read(async (view) => {
    const { resource } = await locate(exchange, view, ['dav', ...segments])
    const { collection, href, level } = (resource ?? {}) as Partial<CollectionResource>
    if (collection === undefined || href === undefined || level !== 'collection') return undefined
    return { calendar: { collection, href }, items: await store.collections.itemsNamed(view, collection, names) }
  })
}
