// A person's files: `/dav/files/<account>/`. What is deleted goes to the trash, what is overwritten becomes a version.

import { randomUUID } from 'node:crypto'
import { DAV } from '../../../formats/xml/element.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Store, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { grantInside } from '../privileges.ts'
import { expandProperty } from '../reports/expand-property.ts'
import { syncCollection } from '../reports/sync-collection.ts'
import type { Changes, ChangesSince, Space } from '../resource.ts'
import { sharingPosts } from '../sharing/posts.ts'
import { sharingProperties } from '../sharing/properties.ts'
import { readOnlyCollection } from '../synthetic.ts'
import { keyOf } from '../wire/names.ts'
import { encodeSegment } from '../wire/path.ts'
import { extensionFor } from './content-type.ts'
import {
  accountOf,
  homeHref,
  memberHref,
  type NodeResource,
  nodeContent,
  nodeKind,
  nodeMembers,
  nodeResource,
  resolveNode,
  sharedFolders,
  type Tree,
} from './node-resource.ts'
import { idProperty, setTime } from './properties.ts'
import { copyTo, moveTo } from './transfer.ts'

const common = ['GET', 'HEAD', 'DELETE', 'COPY', 'MOVE', 'PROPFIND', 'PROPPATCH', 'LOCK', 'UNLOCK', 'REPORT']
const onFile = [...common, 'PUT', 'PATCH']
const onFolder = [...common, 'POST']
const onHome = onFolder.filter((method) => method !== 'DELETE' && method !== 'MOVE')

/** What Finder, Word and LibreOffice leave beside files and take away again: nobody looks for it in the trash. */
const isScratch = (name: string): boolean => /^(\._|\.DS_Store$|~\$|\.~lock\..*#$)/.test(name)

export const filesSpace = (store: Store): Space<NodeResource> => {
  const space: Space<NodeResource> = {
    name: 'files',
    scope: 'files',
    features: [],
    properties: [idProperty, ...sharingProperties],
    posts: sharingPosts,
    reports: new Map([
      [keyOf(DAV, 'sync-collection'), syncCollection],
      [keyOf(DAV, 'expand-property'), expandProperty],
    ]),
    resolve: (view, principal, segments) => resolveNode(store, tree, view, principal, segments),
    allows: ({ node }) => {
      if (node === undefined) return readOnlyCollection
      if (!node.isFolder) return onFile
      return node.parentId === null ? onHome : onFolder
    },
    members: (view, collection, page) => nodeMembers(store, tree, view, collection, page),
    lineage: (view, principal, id) => lineage(store, space, view, principal, id),
    quota: (view, { accountId }) => store.files.usage(view, accountId),
    syncToken: async (view, { node }) => node && store.files.syncToken(view, node),
    content: (view, resource) => nodeContent(store, view, resource),
    async put(tx, { name, parent, resource }, { staged, contentType, modifiedAt }) {
      if (parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
      const { accountId, id: parentId } = parent
      // What the name says is not stored, so that a rename changes it.
      const stored = contentType ?? resource?.node?.contentType
      const found = parent.node && { folder: parent.node, former: resource?.node }
      const options = { accountId, parentId, name, staged, contentType: stored, modifiedAt, found }
      const { node, created } = await store.files.put(tx, options)
      const at = memberHref(parent.href, name, false)
      return { resource: nodeResource(space, nodeKind, node, at, grantInside(parent.grant)), created }
    },
    memberName: (contentType) => `${randomUUID()}${extensionFor(contentType)}`,
    async makeCollection(tx, { name, parent }) {
      if (parent?.node === undefined) throw refusal('parent-missing', 'No folders are made here')
      const { accountId, id: parentId } = parent
      const node = await store.files.mkdir(tx, { accountId, parentId, name })
      return nodeResource(space, nodeKind, node, memberHref(parent.href, name, true), grantInside(parent.grant))
    },
    async remove(tx, resource) {
      const { grant } = resource
      if (grant?.isRoot && grant.share !== undefined) {
        await store.shares.decline(tx, grant.share.accountId, grant.share.id)
        return {}
      }
      const node = await store.files.remove(tx, resource)
      if (!resource.isCollection && isScratch(resource.name)) {
        await store.files.trash.discard(tx, node)
        return { finish: () => store.files.trash.erase(node.accountId) }
      }
      if (grant !== undefined) return {} // its owner has it
      return { location: memberHref(`/dav/trash/${accountOf(resource)}/`, node.name, node.isFolder) }
    },
    move: (tx, resource, to) => moveTo(store, tx, resource, to),
    copy: (resource, options) => copyTo(store, resource, options),
    changes: (view, collection, since) => changes(store, space, view, collection, since),
    pageFor: (collection) => `/files/${collection.href.split('/').slice(4).join('/')}`,
    setProperty: (tx, resource, update) => setTime(store, tx, resource, update),
    shareable: ({ node }) =>
      node?.isFolder && node.parentId !== null ? { ownerId: node.accountId, kind: 'node', itemId: node.id } : undefined,
    touch: async (tx, { node }) => {
      if (node !== undefined) await store.files.touch(tx, node)
    },
  }
  const tree: Tree = {
    space,
    kind: nodeKind,
    hasShared: true,
    root: (view, accountId) => store.files.root(view, accountId),
  }
  return space
}

/** Of what others share, the folders above it are told, too: their locks cover it. What they are called is not. */
const lineage: (
  store: Store,
  space: Space<NodeResource>,
  view: View,
  principal: Principal,
  id: number,
) => Promise<{ id: number; href: string }[]> = async (store, space, view, principal, id) => {
  const node = await store.files.get(view, id)
  if (node === undefined) return []
  const [root, ...above] = await store.files.ancestors(view, { parentId: node.id })
  if (root === undefined) return []
  const home = homeHref(space, principal)
  let href = home
  let line = [{ id: root.id, href }]
  if (node.accountId !== principal.accountId) {
    const shared = await sharedAbove(store, view, principal, above)
    if (shared === undefined) return []
    href = memberHref(home, shared.name, true)
    line = [root, ...above.splice(0, shared.depth + 1)].map((folder) => ({ id: folder.id, href }))
  } else if (root.id !== (await store.files.root(view, principal.accountId)).id) return []
  for (const folder of above) {
    href = memberHref(href, folder.name, folder.id !== id || node.isFolder)
    line.push({ id: folder.id, href })
  }
  return line
}

/** The nearest folder of these that is shared with the principal and in their home. */
const sharedAbove = async (
  store: Store,
  view: View,
  { accountId }: Principal,
  folders: readonly { id: number }[],
): Promise<{ depth: number; name: string } | undefined> => {
  for (let depth = folders.length - 1; depth >= 0; depth--) {
    const itemId = folders[depth]?.id ?? 0
    const share = await store.shares.of(view, { kind: 'node', itemId, accountId })
    if (share?.name != null) return { depth, name: share.name }
  }
  return undefined
}

const changes = async (
  store: Store,
  space: Space<NodeResource>,
  view: View,
  collection: NodeResource,
  { token, infinite, limit }: ChangesSince,
): Promise<Changes<NodeResource> | 'tooOld'> => {
  if (collection.node === undefined) throw refusal('supported-report', 'Nothing is synchronised here')
  const told = await store.files.since(view, collection.id, token, { limit })
  if (told === 'tooOld') return 'tooOld'
  // RFC 6578 §3.3: level 1 is about the members alone.
  const within = (path: readonly string[]) => infinite || path.length === 1
  const hrefOf = (path: readonly string[]) => collection.href + path.map(encodeSegment).join('/')
  const grant = grantInside(collection.grant)
  return {
    token: told.token,
    truncated: told.truncated,
    changed: [
      ...told.changed
        .filter(({ path }) => within(path))
        .map(({ path, node }) =>
          nodeResource(space, nodeKind, node, `${hrefOf(path)}${node.isFolder ? '/' : ''}`, grant),
        ),
      // What others share has clocks of its own: all levels below are asked for there.
      ...(infinite ? [] : await sharedFolders(store, space, view, collection.href, told.shared)),
    ],
    apart: infinite ? told.shared.map(({ name }) => memberHref(collection.href, name, true)) : [],
    removed: told.gone.filter(within).map(hrefOf),
  }
}
