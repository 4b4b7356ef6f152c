// Reads a multistatus body as it arrives: a folder of 100,000 members shows its first rows at once and is never one
// document in memory. Pure: text in, resources out.

import { SaxesParser } from 'saxes'

/** One D:response, as far as the page asks for it. */
export type Resource = {
  href: string
  /** Of the response itself; 404 in a sync report means that it is gone. */
  status: number
  folder: boolean
  size: number
  /** Milliseconds since 1970. */
  modified: number
  type: string
  etag: string
  id: string
  /** Of a folder: what of draft-pot-webdav-resource-sharing §4.2 it is; '' for what is inside of what others share. */
  share: string
  /** Trash: the address it had. */
  origin: string
  /** Trash and versions: when it was deleted or superseded. */
  at: number
  token: string
  used: number | undefined
  available: number | undefined
}

const dav = '{DAV:}'
const own = '{urn:twin:files}'

/** A resource of which nothing is known yet. */
export const emptyResource = (): Resource => ({
  href: '',
  status: 200,
  folder: false,
  size: 0,
  modified: 0,
  type: '',
  etag: '',
  id: '',
  share: '',
  origin: '',
  at: 0,
  token: '',
  used: undefined,
  available: undefined,
})

const statusOf = (line: string): number => Number(line.split(' ')[1] ?? 0)

const properties: Readonly<Record<string, (resource: Resource, text: string) => void>> = {
  [`${dav}getcontentlength`]: (resource, text) => {
    resource.size = Number(text)
  },
  [`${dav}getlastmodified`]: (resource, text) => {
    resource.modified = Date.parse(text)
  },
  [`${dav}getcontenttype`]: (resource, text) => {
    resource.type = text.split(';')[0] ?? ''
  },
  [`${dav}getetag`]: (resource, text) => {
    resource.etag = text
  },
  [`${dav}sync-token`]: (resource, text) => {
    resource.token = text
  },
  [`${dav}quota-used-bytes`]: (resource, text) => {
    resource.used = Number(text)
  },
  [`${dav}quota-available-bytes`]: (resource, text) => {
    resource.available = Number(text)
  },
  [`${own}id`]: (resource, text) => {
    resource.id = text
  },
  [`${own}origin`]: (resource, text) => {
    resource.origin = text
  },
  [`${own}deleted-at`]: (resource, text) => {
    resource.at = Date.parse(text)
  },
  [`${own}superseded-at`]: (resource, text) => {
    resource.at = Date.parse(text)
  },
}

/**
 * A parser that hands every response to `found` as soon as it is whole. `close` gives the report's own sync-token
 * (RFC 6578 §3.2), empty where there is none, and throws when the document ended early.
 */
export const readMultistatus = (
  found: (resource: Resource) => void,
): { write(text: string): void; close(): string } => {
  const parser = new SaxesParser({ xmlns: true })
  const open: string[] = []
  let resource = emptyResource()
  let pending: (() => void)[] = []
  let propstatus = 200
  let text = ''
  let token = ''

  parser.on('opentag', (tag) => {
    const name = `{${tag.uri}}${tag.local}`
    open.push(name)
    text = ''
    if (name === `${dav}response`) resource = emptyResource()
    if (name === `${dav}propstat`) {
      pending = []
      propstatus = 200
    }
    const target = resource
    if (open.at(-2) === `${dav}share-access`) {
      pending.push(() => {
        target.share = tag.local
      })
    }
    if (name === `${dav}collection` && open.at(-2) === `${dav}resourcetype`) {
      pending.push(() => {
        target.folder = true
      })
    }
  })
  parser.on('text', (part) => {
    text += part
  })
  parser.on('closetag', () => {
    const name = open.pop() ?? ''
    const parent = open.at(-1)
    const value = text.trim()
    if (parent === `${dav}prop`) {
      const set = properties[name]
      const target = resource
      if (set !== undefined) pending.push(() => set(target, value))
    } else if (name === `${dav}href` && parent === `${dav}response`) resource.href = value
    else if (name === `${dav}status` && parent === `${dav}response`) resource.status = statusOf(value)
    else if (name === `${dav}status` && parent === `${dav}propstat`) propstatus = statusOf(value)
    else if (name === `${dav}propstat` && propstatus === 200) for (const set of pending) set()
    else if (name === `${dav}response`) found(resource)
    else if (name === `${dav}sync-token` && parent === `${dav}multistatus`) token = value
    text = ''
  })

  return {
    write: (chunk) => {
      parser.write(chunk)
    },
    close: () => {
      parser.close()
      return token
    },
  }
}
