// Folders as one zip, streamed: an entry is read from the store when the one before it has gone out, so a slow reader
// holds neither memory nor a snapshot. Nothing is compressed: what is large at home (pictures, films) is already.
// What fails on the way breaks the connection off, so that a zip which ends well is whole.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DomainError } from '../../errors.ts'
import { ZipWriter } from '../../formats/zip.ts'
import { zipPageRows, zipSelection } from '../../limits.ts'
import type { Node } from '../../store/files/node.ts'
import type { Store, View } from '../../store/store.ts'
import { type SignedIn, streamForMembers } from './method.ts'

export const get = streamForMembers(async (call, response) => {
  const selected = await selection(call)
  const [first] = selected
  const name = selected.length === 1 && first && first.parentId !== null ? displayed(first) : 'files'
  response.setHeader('Content-Type', 'application/zip')
  // RFC 6266 §4.3, RFC 8187 §3.2
  response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${extendedValue(`${name}.zip`)}`)
  if (call.request.method === 'HEAD') {
    response.end()
    return
  }
  await pipeline(Readable.from(archive(call.store, selected), { objectMode: false }), response)
})

/** The nodes that `path` parameters name. Throws BadRequest, NotFound. */
async function selection({ store, context, principal }: SignedIn<undefined>): Promise<Node[]> {
  const paths = new URLSearchParams(context.query).getAll('path')
  if (paths.length === 0 || paths.length > zipSelection) {
    throw new DomainError('BadRequest', `path must be given 1 to ${zipSelection} times.`, { field: 'path' })
  }
  const tops = paths.map((path) => segmentsOf(path, principal.name))
  return store.read(async (view) => {
    const root = await store.files.root(view, principal.accountId)
    const nodes: Node[] = []
    for (const segments of tops) {
      const node = (await store.files.resolve(view, root.id, segments)) ?? (await inShared(store, view, root, segments))
      if (!node) throw new DomainError('NotFound', `There is no /${segments.join('/')}.`, { field: 'path' })
      nodes.push(node)
    }
    return nodes
  })
}

/** What is in a folder that others share, at the top of one's own. */
async function inShared(
  store: Store,
  view: View,
  { accountId }: Node,
  [name = '', ...below]: readonly string[],
): Promise<Node | undefined> {
  const share = await store.shares.find(view, { accountId, kind: 'node', name })
  return share && store.files.resolve(view, share.itemId, below)
}

function segmentsOf(path: string, name: string): string[] {
  const own = `/dav/files/${name}/`
  const below = `${path}/`.startsWith(own) ? path.slice(own.length) : undefined
  if (below === undefined) throw new DomainError('BadRequest', `path must begin with ${own}`, { field: 'path' })
  try {
    const segments = below.split('/').filter((segment) => segment !== '')
    return segments.map((segment) => decodeURIComponent(segment).normalize('NFC'))
  } catch {
    throw new DomainError('BadRequest', 'path is not percent-encoded UTF-8.', { field: 'path' })
  }
}

/** The archive, part by part. What throws in here cuts the answer off. */
async function* archive(store: Store, selected: readonly Node[]): AsyncGenerator<Uint8Array> {
  const zip = new ZipWriter()
  for (const node of selected) {
    // The root of the files is no folder of the zip: its members are at the top.
    if (node.parentId === null) yield* members({ store, zip }, node, '')
    else yield* entry({ store, zip }, node, displayed(node))
  }
  yield* zip.finish()
}

type Zipping = { store: Store; zip: ZipWriter }

async function* entry(zipping: Zipping, node: Node, path: string): AsyncGenerator<Uint8Array> {
  if (!node.isFolder) {
    yield* file(zipping, node, path)
    return
  }
  yield* zipping.zip.whole({ name: `${path}/`, size: 0, modifiedAt: node.modifiedAt })
  yield* members(zipping, node, `${path}/`)
}

async function* members(zipping: Zipping, folder: Node, prefix: string): AsyncGenerator<Uint8Array> {
  const { store } = zipping
  for (let after: string | undefined; ; ) {
    const page = await store.read((view) => store.files.list(view, folder.id, { after, limit: zipPageRows }))
    for (const member of page) yield* entry(zipping, member, `${prefix}${displayed(member)}`)
    if (page.length < zipPageRows) return
    after = page.at(-1)?.name
  }
}

async function* file({ store, zip }: Zipping, node: Node, path: string): AsyncGenerator<Uint8Array> {
  const blob = await store.read((view) => store.blobs.get(view, node.blobId ?? 0))
  if (!blob) throw new DomainError('Unavailable', `The content of ${path} is missing.`)
  const header = { name: path, size: blob.size, modifiedAt: node.modifiedAt }
  const content = store.blobs.open(blob)
  if (content instanceof Uint8Array) {
    yield* zip.whole(header, content)
    return
  }
  yield zip.begin(header)
  for await (const bytes of content as AsyncIterable<Uint8Array>) yield zip.content(bytes)
  yield zip.end()
}

/** A name that every system can unpack: a backslash or a drive letter's colon would make a path of it. */
const displayed = ({ name }: Node): string => name.replaceAll('\\', '＼').replace(/^([A-Za-z]):/, '$1：')

/** RFC 8187 §3.2.1: attr-char stay as they are. */
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
