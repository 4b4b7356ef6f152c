// GET of a collection means nothing in WebDAV (RFC 4918 §9.4). A browser is sent to the page; anybody else gets a
// plain list of names.

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { escapeText } from '../../../formats/xml/write.ts'
import { davPageMembers } from '../../../limits.ts'
import { answerEmpty, type Exchange } from '../exchange.ts'
import { writeAll } from '../multistatus-stream.ts'
import type { Resource } from '../resource.ts'

export const listing = async (exchange: Exchange, collection: Resource): Promise<void> => {
  const { request, response, store } = exchange
  const page = isBrowser(request) ? collection.space.pageFor?.(collection) : undefined
  if (page !== undefined) {
    response.setHeader('Location', page)
    return answerEmpty(response, 303)
  }
  response.statusCode = 200
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.setHeader('Content-Security-Policy', "sandbox; default-src 'none'; frame-ancestors 'none'")
  response.setHeader('Cache-Control', 'no-store')
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const title = escapeText(collection.name)
  await writeAll(response, `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><ul>\n`)
  let after: string | undefined
  for (let more = true; more; ) {
    const members = await store.read((view) =>
      collection.space.members(view, collection, { after, limit: davPageMembers }),
    )
    await writeAll(response, members.map(item).join(''))
    after = members.at(-1)?.name
    more = members.length === davPageMembers
  }
  response.end('</ul>\n')
  await once(response, 'finish')
}

const isBrowser = ({ headers }: IncomingMessage): boolean =>
  headers['sec-fetch-mode'] === 'navigate' || headers.accept?.startsWith('text/html') === true

const item = ({ href, name, isCollection }: Resource): string =>
  `<li><a href="${href}">${escapeText(name)}${isCollection ? '/' : ''}</a>\n`
