// Attachments that the twin keeps for calendar objects (RFC 8607): `/dav/attachments/<managed id>/<name>`. They are read
// by who may read an object that refers to them, and changed through those objects alone.

import { DomainError } from '../../../../errors.ts'
import type { Principal } from '../../../../store/accounts/principal.ts'
import { type Attachment, findAttachment, mayReadAttachment } from '../../../../store/collections/attachments.ts'
import type { Store, View } from '../../../../store/store.ts'
import { blobContent } from '../../files/node-resource.ts'
import type { Place, Resource, Space } from '../../resource.ts'
import { readOnlyCollection, synthetic } from '../../synthetic.ts'
import { encodeSegment } from '../../wire/path.ts'

type AttachmentResource = Resource & { readonly attachment: Attachment | undefined }

const top = '/dav/attachments/'

export const attachmentHref = (managedId: string, name: string): string =>
  `${top}${encodeSegment(managedId)}/${encodeSegment(name)}`

export const attachmentsSpace = (store: Store): Space<AttachmentResource> => {
  const space: Space<AttachmentResource> = {
    name: 'attachments',
    scope: 'calendars',
    features: [],
    properties: [],
    reports: new Map(),
    resolve: (view, principal, segments) => resolve(space, view, principal, segments),
    allows: ({ isCollection }) => (isCollection ? readOnlyCollection : ['GET', 'HEAD', 'PROPFIND']),
    members: async () => [],
    lineage: async () => [],
    async content(view, { attachment }) {
      const blob = attachment && (await store.blobs.get(view, attachment.blobId))
      if (blob === undefined) throw new DomainError('NotFound', 'It has no content')
      return blobContent(store, blob)
    },
  }
  return space
}

/** @throws DomainError NotFound for what somebody may not know of. */
const resolve = async (
  space: Space<AttachmentResource>,
  view: View,
  principal: Principal,
  [managedId, name, ...more]: readonly string[],
): Promise<Place<AttachmentResource>> => {
  if (managedId === undefined) {
    const resource = { ...synthetic(space as unknown as Space, principal, top, 'attachments'), attachment: undefined }
    return {
      space,
      href: top,
      name: 'attachments',
      resource: resource as unknown as AttachmentResource,
      parent: undefined,
    }
  }
  const attachment = await findAttachment(view, managedId)
  if (
    attachment === undefined ||
    name !== attachment.name ||
    more.length > 0 ||
    !(await mayReadAttachment(view, attachment, principal.accountId))
  )
    throw new DomainError('NotFound', 'There is nothing at this address')
  const resource = resourceOf(space, attachment)
  return { space, href: resource.href, name, resource, parent: undefined }
}

const resourceOf = (space: Space<AttachmentResource>, attachment: Attachment): AttachmentResource => ({
  space: space as unknown as Space,
  kind: undefined,
  id: attachment.id,
  accountId: attachment.accountId,
  href: attachmentHref(attachment.managedId, attachment.name),
  name: attachment.name,
  isCollection: false,
  // Its content never changes: another one has another id.
  etag: attachment.managedId,
  size: attachment.size,
  contentType: attachment.contentType ?? 'application/octet-stream',
  createdAt: attachment.createdAt,
  modifiedAt: attachment.createdAt,
  attachment,
})
