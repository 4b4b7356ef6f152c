// Folders as one zip, streamed: an entry is read from the store when the one before it has gone out, so a slow reader
// holds neither memory nor a snapshot. Nothing is compressed: what is large at home (pictures, films) is already.
// What fails on the way breaks the connection off, so that a zip which ends well is whole.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { DomainError } from '../../errors.ts'
import { zipPageRows, zipSelection } from '../../limits.ts'
import type { Node } from '../../store/files/node.ts'
import type { Store } from '../../store/store.ts'
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
  await send(call.store, selected, response)
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
      const node = await store.files.resolve(view, root.id, segments)
      if (!node) throw new DomainError('NotFound', `There is no /${segments.join('/')}.`, { field: 'path' })
      nodes.push(node)
    }
    return nodes
  })
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

async function send(store: Store, selected: readonly Node[], response: ServerResponse): Promise<void> {
  const zip = new FolderZip(store)
  const adding = zip.addAll(selected)
  await pipeline(zip.output, response)
  await adding
}

class FolderZip {
  readonly output: Readable
  readonly #store: Store
  readonly #zip = new ZipFile()
  /** What is being read; the reader may go away meanwhile. */
  #current: Readable | undefined

  constructor(store: Store) {
    this.#store = store
    this.output = this.#zip.outputStream as Readable
    this.#zip.on('error', (error: Error) => this.output.destroy(error))
    this.output.once('close', () => this.#current?.destroy())
  }

  /** Adds everything below `selected`; a failure is one of `output`. */
  async addAll(selected: readonly Node[]): Promise<void> {
    try {
      for (const node of selected) {
        // The root of the files is no folder of the zip: its members are at the top.
        if (node.parentId === null) await this.#addMembers(node, '')
        else await this.#add(node, displayed(node))
      }
      this.#zip.end()
    } catch (error) {
      this.output.destroy(error as Error)
    }
  }

  async #add(node: Node, path: string): Promise<void> {
    if (!node.isFolder) return this.#addFile(node, path)
    this.#zip.addEmptyDirectory(path, { mtime: new Date(node.modifiedAt), mode: 0o40755 })
    await this.#addMembers(node, `${path}/`)
  }

  async #addMembers(folder: Node, prefix: string): Promise<void> {
    for (let after: string | undefined; ; ) {
      const page = await this.#store.read((view) =>
        this.#store.files.list(view, folder.id, { after, limit: zipPageRows }),
      )
      for (const member of page) await this.#add(member, `${prefix}${displayed(member)}`)
      if (page.length < zipPageRows) return
      after = page.at(-1)?.name
    }
  }

  /** Resolves when the file's last byte has been taken. */
  async #addFile(node: Node, path: string): Promise<void> {
    const blob = await this.#store.read((view) => this.#store.blobs.get(view, node.blobId ?? 0))
    if (!blob) throw new DomainError('Unavailable', `The content of ${path} is missing.`)
    if (this.output.destroyed) throw new Error('the reader went away')
    const content = this.#store.blobs.open(blob)
    const readable = content instanceof Uint8Array ? Readable.from([content], { objectMode: false }) : content
    this.#current = readable
    const read = finished(readable)
    const options = { mtime: new Date(node.modifiedAt), mode: 0o100644, compress: false, size: blob.size }
    this.#zip.addReadStream(readable, path, options)
    await read
  }
}

/** A name that every system can unpack: a backslash or a drive letter's colon would make a path of it. */
const displayed = ({ name }: Node): string => name.replaceAll('\\', '＼').replace(/^([A-Za-z]):/, '$1：')

/** RFC 8187 §3.2.1: attr-char stay as they are. */
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
