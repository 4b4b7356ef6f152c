// The twin's own properties of files (docs/webdav.md), and the times that clients may set.

import { DAV } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import type { Store, Tx } from '../../../store/store.ts'
import type { LiveProperty } from '../properties/live.ts'
import type { Resource } from '../resource.ts'
import { parseHttpDate, parseMtime } from '../wire/headers.ts'
import { TWIN_FILES } from '../wire/names.ts'
import type { PropertyUpdate } from '../wire/proppatch.ts'
import type { NodeResource } from './node-resource.ts'

const own = (name: string, read: LiveProperty['read']): LiveProperty => ({
  namespace: TWIN_FILES,
  name,
  inAllprop: false,
  read,
})

const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** Survives a move and a deletion, and names the folder of the file's versions: those of what others share are theirs. */
export const idProperty = own('id', ({ id, grant }) => (id === 0 || grant !== undefined ? undefined : String(id)))

/** What a member of the trash has beside its node. */
export type Trashed = { readonly origin: string; readonly deletedAt: number }

const trashed = (resource: Resource): Trashed | undefined => (resource as Resource & { trashed?: Trashed }).trashed

export const trashProperties: readonly LiveProperty[] = [
  idProperty,
  own('origin', (resource) => {
    const from = trashed(resource)
    return from && escapeText(from.origin)
  }),
  own('deleted-at', (resource) => {
    const from = trashed(resource)
    return from && timestamp(from.deletedAt)
  }),
]

export const versionProperties: readonly LiveProperty[] = [
  own('superseded-at', (resource) => {
    const { supersededAt } = resource as Resource & { supersededAt?: number }
    return supersededAt === undefined ? undefined : timestamp(supersededAt)
  }),
]

/** Explorer's (MS-WDVME §2.2.1), beside which it sets others that are kept as they come. */
const WIN32 = 'urn:schemas-microsoft-com:'

/**
 * Sets the time of the last change, under each name that clients have for it.
 *
 * @returns whether that was all there is to the property; Explorer reads its own back, so it is stored as well.
 */
export const setTime = async (
  store: Store,
  tx: Tx,
  { node }: NodeResource,
  { namespace, name, value }: PropertyUpdate,
): Promise<boolean> => {
  if (node === undefined || value === undefined) return false
  const isWin32 = namespace === WIN32 && name === 'Win32LastModifiedTime'
  const isOurs = namespace === DAV && (name === 'getlastmodified' || name === 'lastmodified')
  if (!isWin32 && !isOurs) return false
  const time = parseHttpDate(value.text.trim()) ?? parseMtime(value.text)
  if (time === undefined) return false
  await store.files.setModifiedAt(tx, node, time)
  return isOurs
}
