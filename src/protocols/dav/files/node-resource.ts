// A node of the tree as a resource: what files and the trash have in common.

import { DomainError } from '../../../errors.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Node } from '../../../store/files/node.ts'
import type { Received } from '../../../store/shares/shares.ts'
import type { Store, View } from '../../../store/store.ts'
import { type Grant, grantInside } from '../privileges.ts'
import type { Content, Place, Resource, Space } from '../resource.ts'
import { synthetic } from '../synthetic.ts'
import { encodeSegment } from '../wire/path.ts'
import type { ByteRange } from '../wire/range.ts'
import { contentTypeOf } from './content-type.ts'

export type NodeResource = Resource & {
  /** Undefined for the collection above the accounts' own. */
  readonly node: Node | undefined
}

/** Locks and dead properties of files are kept under this. */
export const nodeKind = 'node'

/** 128 bits of SHA-256. neon (cadaver, davfs2, litmus) cuts an If header with a lock and two ETags of all 256 short. */
const etagCharacters = 32

/** @param grant by which the principal has it, of what is not their own. */
export const nodeResource = (
  space: Space<NodeResource>,
  kind: string | undefined,
  node: Node,
  href: string,
  grant?: Grant,
): NodeResource => ({
  space,
  kind,
  id: node.id,
  accountId: node.accountId,
  href,
  name: node.name,
  isCollection: node.isFolder,
  etag: node.etag?.slice(0, etagCharacters),
  size: node.size,
  contentType: node.isFolder ? undefined : (node.contentType ?? contentTypeOf(node.name)),
  createdAt: node.createdAt,
  modifiedAt: node.modifiedAt,
  grant,
  node,
})

/** A folder that somebody else shares, under the name that it has in the home that it is in. */
export const sharedFolder = (
  space: Space<NodeResource>,
  homeHref: string,
  { node, share }: { node: Node; share: Received },
): NodeResource => ({
  ...nodeResource(space, nodeKind, node, memberHref(homeHref, share.name, true), {
    access: share.access,
    owner: share.ownerName,
    share,
    isRoot: true,
  }),
  name: share.name,
})

export const memberHref = (collection: string, name: string, isCollection: boolean): string =>
  `${collection}${encodeSegment(name)}${isCollection ? '/' : ''}`

export type Tree = {
  readonly space: Space<NodeResource>
  readonly kind: string | undefined
  /** The root of an account's tree. */
  root(view: View, accountId: number): Promise<Node>
  /** Whether folders that others share are at its top. */
  readonly hasShared: boolean
}

/** The address of an account's own collection in a space. A space's name is a path segment as it is. */
export const homeHref = (space: Space<NodeResource>, principal: Principal): string =>
  `/dav/${space.name}/${encodeSegment(principal.name)}/`

/** The account's segment of a resource's address, as it is written there. */
export const accountOf = ({ href }: Resource): string => href.split('/')[3] ?? ''

/** The collection above the accounts' own, in which everybody sees only theirs. */
export const topResource = (space: Space<NodeResource>, principal: Principal): TopResource => ({
  ...synthetic(space, principal, `/dav/${space.name}/`, space.name),
  node: undefined,
  account: principal.name,
})

type TopResource = NodeResource & { readonly node: undefined; readonly account: string }

const isTop = (resource: NodeResource): resource is TopResource => resource.node === undefined

/** @throws DomainError NotFound for what belongs to others. */
export const resolveNode = async (
  store: Store,
  { space, kind, root, hasShared }: Tree,
  view: View,
  principal: Principal,
  [account, ...names]: readonly string[],
): Promise<Place<NodeResource>> => {
  if (account === undefined) {
    const resource = topResource(space, principal)
    return { space, href: resource.href, name: resource.name, resource, parent: undefined }
  }
  if (account !== principal.name) throw new DomainError('NotFound', 'There is nothing at this address')
  const home = homeHref(space, principal)
  const top = { ...(await root(view, principal.accountId)), name: account }
  let resource: NodeResource | undefined = nodeResource(space, kind, top, home)
  let parent: NodeResource | undefined
  for (const name of names) {
    parent = resource?.isCollection ? resource : undefined
    if (parent === undefined) {
      resource = undefined
      break
    }
    const node = await store.files.child(view, parent.id, name)
    if (node === undefined && hasShared && parent.id === top.id)
      resource = await sharedAt(store, space, view, parent, name)
    else
      resource =
        node && nodeResource(space, kind, node, memberHref(parent.href, name, node.isFolder), grantInside(parent.grant))
  }
  const href = resource?.href ?? home + names.map(encodeSegment).join('/')
  return { space, href, name: names.at(-1) ?? account, resource, parent }
}

const sharedAt = async (
  store: Store,
  space: Space<NodeResource>,
  view: View,
  { accountId, href }: NodeResource,
  name: string,
): Promise<NodeResource | undefined> => {
  const share = await store.shares.find(view, { accountId, kind: 'node', name })
  const node = share && (await store.files.get(view, share.itemId))
  return node && sharedFolder(space, href, { node, share })
}

export const nodeMembers = async (
  store: Store,
  { space, kind, root, hasShared }: Tree,
  view: View,
  collection: NodeResource,
  page: { after: string | undefined; limit: number },
): Promise<NodeResource[]> => {
  if (isTop(collection)) {
    const { account, accountId, href } = collection
    const own = { ...(await root(view, accountId)), name: account }
    return page.after === undefined ? [nodeResource(space, kind, own, memberHref(href, account, true))] : []
  }
  const nodes = await store.files.list(view, collection.id, page)
  const grant = grantInside(collection.grant)
  const own = nodes.map((node) =>
    nodeResource(space, kind, node, memberHref(collection.href, node.name, node.isFolder), grant),
  )
  if (!hasShared || collection.node?.parentId !== null) return own
  const shared = await sharedIn(store, space, view, collection, page)
  if (shared.length === 0) return own
  // In the order of the names' bytes, as the store has them.
  return [...own, ...shared]
    .sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)))
    .slice(0, page.limit)
}

/** What others share with whose home this is. */
const sharedIn = async (
  store: Store,
  space: Space<NodeResource>,
  view: View,
  { accountId, href }: NodeResource,
  page: { after: string | undefined; limit: number },
): Promise<NodeResource[]> => {
  const shares = await store.shares.list(view, { accountId, kind: 'node' }, page)
  return sharedFolders(store, space, view, href, shares)
}

export const sharedFolders = async (
  store: Store,
  space: Space<NodeResource>,
  view: View,
  homeHref: string,
  shares: readonly Received[],
): Promise<NodeResource[]> => {
  const folders: NodeResource[] = []
  for (const share of shares) {
    const node = await store.files.get(view, share.itemId)
    if (node !== undefined) folders.push(sharedFolder(space, homeHref, { node, share }))
  }
  return folders
}

export const nodeContent = async (store: Store, view: View, { node }: NodeResource): Promise<Content> => {
  const blob = node?.blobId == null ? undefined : await store.blobs.get(view, node.blobId)
  if (blob === undefined) throw new DomainError('NotFound', 'It has no content')
  return blobContent(store, blob)
}

/** @param blob read with its bytes where they are in its row. */
export const blobContent = (store: Store, blob: Parameters<Store['blobs']['open']>[0]): Content => ({
  size: blob.size,
  bytes: blob.data,
  open: (range) => store.blobs.open(blob, toLast(range)),
  pieces: (range) => store.blobs.pieces(blob, toLast(range)),
})

/** The store's ranges end at their last byte. */
const toLast = (range: ByteRange | undefined) => range && { start: range.start, end: range.end - 1 }
