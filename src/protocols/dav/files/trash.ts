// What was deleted: `/dav/trash/<account>/`, one member for each deletion. MOVE brings back, DELETE is for ever.

import type { Store } from '../../../store/store.ts'
import type { Space } from '../resource.ts'
import { readOnlyCollection } from '../synthetic.ts'
import { encodePath } from '../wire/path.ts'
import {
  accountOf,
  memberHref,
  type NodeResource,
  nodeContent,
  nodeMembers,
  nodeResource,
  resolveNode,
  type Tree,
} from './node-resource.ts'
import { type Trashed, trashProperties } from './properties.ts'
import { copyTo, moveTo } from './transfer.ts'

type TrashResource = NodeResource & { readonly trashed?: Trashed }

const onMember = ['GET', 'HEAD', 'DELETE', 'COPY', 'MOVE', 'PROPFIND', 'REPORT']
const onHome = ['GET', 'HEAD', 'DELETE', 'PROPFIND', 'REPORT']

export const trashSpace = (store: Store): Space<TrashResource> => {
  const space: Space<TrashResource> = {
    name: 'trash',
    scope: 'files',
    features: [],
    properties: trashProperties,
    reports: new Map(),
    async resolve(view, principal, segments) {
      const place = await resolveNode(store, tree, view, principal, segments)
      const { resource } = place
      if (resource === undefined || segments.length !== 2) return place
      const origins = await store.files.trash.origins(view, [resource.id])
      return { ...place, resource: withOrigin(resource, origins.get(resource.id)) }
    },
    allows: ({ node }) => {
      if (node === undefined) return readOnlyCollection
      return node.parentId === null ? onHome : onMember
    },
    async members(view, collection, page) {
      if (collection.node === undefined || collection.node.parentId !== null)
        return nodeMembers(store, tree, view, collection, page)
      const members = await store.files.trash.list(view, collection.accountId, page)
      return members.map(({ node, origin }) => {
        const href = memberHref(collection.href, node.name, node.isFolder)
        return withOrigin(nodeResource(space, undefined, node, href), origin)
      })
    },
    lineage: async () => [],
    quota: (view, { accountId }) => store.files.usage(view, accountId),
    content: (view, resource) => nodeContent(store, view, resource),
    async remove(tx, { node, accountId }) {
      if (node?.parentId == null) return { finish: () => store.files.trash.empty(accountId) }
      await store.files.trash.discard(tx, node)
      return { finish: () => store.files.trash.erase(accountId) }
    },
    move: (tx, resource, to) => moveTo(store, tx, resource, to),
    copy: (resource, options) => copyTo(store, resource, options),
  }
  const tree: Tree = {
    space,
    kind: undefined,
    hasShared: false,
    root: (view, accountId) => store.files.trashRoot(view, accountId),
  }
  return space
}

const withOrigin = (
  resource: NodeResource,
  origin: { path: string[]; deletedAt: number } | undefined,
): TrashResource => {
  if (origin === undefined) return resource
  const path = encodePath(origin.path, resource.isCollection)
  const trashed = { origin: `/dav/files/${accountOf(resource)}${path}`, deletedAt: origin.deletedAt }
  return { ...resource, trashed }
}
