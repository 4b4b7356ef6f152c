// A person's files: `/dav/files/<account>/`. What is deleted goes to the trash, what is overwritten becomes a version.

import { randomUUID } from 'node:crypto'
import { DAV } from '../../../formats/xml/element.ts'
import type { Store, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import { expandProperty } from '../reports/expand-property.ts'
import { syncCollection } from '../reports/sync-collection.ts'
import type { Changes, ChangesSince, Space } from '../resource.ts'
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
    properties: [idProperty],
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
    async lineage(view, principal, id) {
      const node = await store.files.get(view, id)
      if (node === undefined) return []
      const [root, ...above] = await store.files.ancestors(view, { parentId: node.id })
      if (root?.id !== (await tree.root(view, principal.accountId)).id) return []
      let href = homeHref(space, principal)
      const line = [{ id: root.id, href }]
      for (const folder of above) {
        href = memberHref(href, folder.name, folder.id !== id || node.isFolder)
        line.push({ id: folder.id, href })
      }
      return line
    },
    quota: (view, { accountId }) => store.files.usage(view, accountId),
    syncToken: async (view, { node }) => node && store.files.syncToken(view, node),
    content: (view, resource) => nodeContent(store, view, resource),
    async put(tx, { name, parent, resource }, { staged, contentType, modifiedAt }) {
      if (parent === undefined) throw refusal('parent-missing', 'The folder for this does not exist')
      const { accountId, id: parentId } = parent
      // What the name says is not stored, so that a rename changes it.
      const stored = contentType ?? resource?.node?.contentType
      const options = { accountId, parentId, name, staged, contentType: stored, modifiedAt }
      const { node, created } = await store.files.put(tx, options)
      return { resource: nodeResource(space, nodeKind, node, memberHref(parent.href, name, false)), created }
    },
    memberName: (contentType) => `${randomUUID()}${extensionFor(contentType)}`,
    async makeCollection(tx, { name, parent }) {
      if (parent?.node === undefined) throw refusal('parent-missing', 'No folders are made here')
      const { accountId, id: parentId } = parent
      const node = await store.files.mkdir(tx, { accountId, parentId, name })
      return nodeResource(space, nodeKind, node, memberHref(parent.href, name, true))
    },
    async remove(tx, resource) {
      const node = await store.files.remove(tx, resource)
      if (!resource.isCollection && isScratch(resource.name)) {
        await store.files.trash.discard(tx, node)
        return { finish: () => store.files.trash.erase(node.accountId) }
      }
      return { location: memberHref(`/dav/trash/${accountOf(resource)}/`, node.name, node.isFolder) }
    },
    move: (tx, resource, to) => moveTo(store, tx, resource, to),
    copy: (resource, options) => copyTo(store, resource, options),
    changes: (view, collection, since) => changes(store, space, view, collection, since),
    pageFor: (collection) => `/files/${collection.href.split('/').slice(4).join('/')}`,
    setProperty: (tx, resource, update) => setTime(store, tx, resource, update),
    touch: async (tx, { node }) => {
      if (node !== undefined) await store.files.touch(tx, node)
    },
  }
  const tree: Tree = {
    space,
    kind: nodeKind,
    root: (view, accountId) => store.files.root(view, accountId),
  }
  return space
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
  return {
    token: told.token,
    truncated: told.truncated,
    changed: told.changed
      .filter(({ path }) => within(path))
      .map(({ path, node }) => nodeResource(space, nodeKind, node, `${hrefOf(path)}${node.isFolder ? '/' : ''}`)),
    removed: told.gone.filter(within).map(hrefOf),
  }
}
