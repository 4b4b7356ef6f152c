// What a client does that synchronises a collection (RFC 6578), for tests that break things between two times.
import { DAV } from '../../src/formats/xml/element.ts'
import { textOf, told } from './dav.ts'
import type { DavAnswer, DavClient } from './dav-client.ts'

export type Member = {
  readonly name: string
  /** Undefined for what is gone. */
  readonly etag: string | undefined
}

const xml = { 'content-type': 'application/xml' }

export const syncCollection = (client: DavClient, path: string, token: string): Promise<DavAnswer> =>
  client.send(
    'REPORT',
    path,
    `<D:sync-collection xmlns:D="${DAV}"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`,
    { ...xml, depth: '0' },
  )

export const listMembers = (client: DavClient, path: string): Promise<DavAnswer> =>
  client.send('PROPFIND', path, `<D:propfind xmlns:D="${DAV}"><D:prop><D:getetag/></D:prop></D:propfind>`, {
    ...xml,
    depth: '1',
  })

export const tokenIn = ({ body }: DavAnswer): string => /<D:sync-token>([^<]+)/.exec(body.toString())?.[1] ?? ''

/** Without the collection itself. */
export const membersIn = (answer: DavAnswer): Member[] =>
  told(answer)
    .filter(({ href }) => !href.endsWith('/'))
    .map((response) => ({
      name: decodeURIComponent(response.href.split('/').at(-1) ?? ''),
      etag: textOf(response, 'getetag'),
    }))
