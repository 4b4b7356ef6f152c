// A file or folder as the page shows it: in the tree, in the trash, or as a hit of a search.

import type { Resource } from '../../dav/multistatus.ts'
import { nameOf } from '../../dav/paths.ts'

export type Entry = {
  /** Its canonical DAV address: the key of everything. */
  readonly href: string
  readonly name: string
  readonly folder: boolean
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modified: number
  readonly type: string
  readonly etag: string
  readonly id: string
  /** Of a folder: 'shared-owner', 'not-shared', or by which access others share it; '' for what cannot be shared. */
  readonly share: string
  /** Trash: the DAV address it had, and when it was deleted. */
  readonly origin: string
  readonly at: number
  /** A change of it is under way. */
  readonly busy?: boolean
}

/** Others share it with whom the page belongs to. */
export const isFromOthers = ({ share }: Entry): boolean => share === 'read' || share === 'read-write'

export const entryOf = (resource: Resource): Entry => ({
  href: resource.href,
  name: resource.origin === '' ? nameOf(resource.href) : nameOf(resource.origin.replace(/\/$/, '')),
  folder: resource.folder,
  size: resource.size,
  modified: resource.modified,
  type: resource.type,
  etag: resource.etag,
  id: resource.id,
  share: resource.share,
  origin: resource.origin.replace(/\/$/, ''),
  at: resource.at,
})
