// Former contents of a file: `/dav/versions/<account>/<file id>/`, newest first. COPY or MOVE onto the file makes one
// the present content again; COPY anywhere else makes a new file of it.

import { DomainError } from '../../../errors.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { Node, Version } from '../../../store/files/files.ts'
import type { Store, Tx, View } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import type { Place, Resource, Space } from '../resource.ts'
import { readOnlyCollection, synthetic } from '../synthetic.ts'
import { encodeSegment } from '../wire/path.ts'
import { contentTypeOf } from './content-type.ts'
import { blobContent, type NodeResource } from './node-resource.ts'
import { versionProperties } from './properties.ts'
import { targetOf } from './transfer.ts'

type VersionResource = NodeResource & {
  /** Of a version itself. */
  readonly version?: Version
  readonly supersededAt?: number
}

const onVersion = ['GET', 'HEAD', 'DELETE', 'COPY', 'MOVE', 'PROPFIND', 'REPORT']
const onFolder = ['GET', 'HEAD', 'PROPFIND', 'REPORT']

export const versionsSpace = (store: Store): Space<VersionResource> => {
  const space: Space<VersionResource> = {
    name: 'versions',
    scope: 'files',
    features: [],
    properties: versionProperties,
    reports: new Map(),
    resolve: (view, principal, segments) => resolve(store, space, view, principal, segments),
    allows: ({ version, node }) => (version ? onVersion : node ? onFolder : readOnlyCollection),
    async members(view, collection, { after, limit }) {
      const { node } = collection
      if (node === undefined) return []
      const last = after === undefined ? undefined : await store.files.versions.get(view, idIn(after))
      if (after !== undefined && last === undefined) return []
      const versions = await store.files.versions.list(view, node.id, { ...(last && { after: last }), limit })
      return versions.map((version) => versionResource(collection, node, version))
    },
    lineage: async () => [],
    async content(view, { version }) {
      const blob = version && (await store.blobs.get(view, version.blobId))
      if (blob === undefined) throw new DomainError('NotFound', 'It has no content')
      return blobContent(store, blob)
    },
    async remove(tx, { version }) {
      if (version !== undefined) await store.files.versions.remove(tx, version.id)
      return {}
    },
    async move(tx, resource, to) {
      const { version } = resource
      if (version === undefined || !(await bringBack(store, tx, resource, to)))
        throw refusal('same-resource', 'A version moves onto its own file')
      await store.files.versions.remove(tx, version.id)
      return {}
    },
    async copy(resource, { guard }) {
      await store.write(async (tx) => {
        const to = await guard(tx)
        if (!(await bringBack(store, tx, resource, to))) await copyOut(store, tx, resource, to)
      })
    },
  }
  return space
}

/** @throws DomainError NotFound for what belongs to others, and for what is no file. */
const resolve = async (
  store: Store,
  space: Space<VersionResource>,
  view: View,
  principal: Principal,
  [account, file, name, ...more]: readonly string[],
): Promise<Place<VersionResource>> => {
  const nothing = () => new DomainError('NotFound', 'There is nothing at this address')
  if (more.length > 0 || (account !== undefined && account !== principal.name)) throw nothing()
  const top = { ...synthetic(space, principal, '/dav/versions/', 'versions'), node: undefined }
  if (account === undefined) return placeOf(top)
  const home = { ...top, href: `${top.href}${encodeSegment(account)}/`, name: account }
  if (file === undefined) return placeOf(home)
  const node = /^[1-9]\d{0,15}$/.test(file) ? await store.files.get(view, Number(file)) : undefined
  if (node === undefined || node.isFolder || node.accountId !== principal.accountId) throw nothing()
  const folder = { ...home, node, id: node.id, href: `${home.href}${file}/`, name: file }
  if (name === undefined) return placeOf(folder)
  const version = await store.files.versions.get(view, idIn(name))
  if (version?.nodeId !== node.id || nameOf(node, version) !== name) throw nothing()
  return { ...placeOf(versionResource(folder, node, version)), parent: folder }
}

const placeOf = (resource: VersionResource): Place<VersionResource> => ({
  space: resource.space as Space<VersionResource>,
  href: resource.href,
  name: resource.name,
  resource,
  parent: undefined,
})

/** `report (2026-11-22 19.44.12, 57).pdf`: when it was written, and its id. */
const nameOf = ({ name }: Node, { id, modifiedAt }: Version): string => {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const time = new Date(modifiedAt).toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  return `${stem} (${time}, ${id})${extension}`
}

const idIn = (name: string): number => Number(/, (\d{1,15})\)[^)]*$/.exec(name)?.[1] ?? 0)

const versionResource = (folder: Resource, node: Node, version: Version): VersionResource => {
  const name = nameOf(node, version)
  return {
    ...folder,
    id: version.id,
    href: folder.href + encodeSegment(name),
    name,
    isCollection: false,
    etag: version.etag,
    size: version.size,
    contentType: version.contentType ?? contentTypeOf(node.name),
    createdAt: version.modifiedAt,
    modifiedAt: version.modifiedAt,
    node,
    version,
    supersededAt: version.supersededAt,
  }
}

/** True when the destination was the version's own file. */
const bringBack = async (store: Store, tx: Tx, resource: VersionResource, to: Place): Promise<boolean> => {
  const { version } = resource
  const { present } = targetOf(resource, to)
  if (version === undefined || present?.id !== version.nodeId) return false
  await store.files.versions.restore(tx, version.id)
  return true
}

const copyOut = async (store: Store, tx: Tx, resource: VersionResource, to: Place): Promise<void> => {
  const { version } = resource
  const { parentId, name, present } = targetOf(resource, to)
  if (version === undefined) throw refusal('method-not-allowed', 'Versions are copied one by one')
  if (present?.isFolder) await store.files.remove(tx, present)
  await store.files.putVersion(tx, version, { parentId, name })
}
