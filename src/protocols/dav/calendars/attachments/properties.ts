import { attachmentBytes, attachmentsPerObject } from '../../../../limits.ts'
import type { CollectionResource } from '../../collections/resource.ts'
import type { LiveProperty } from '../../properties/live.ts'
import { CALDAV } from '../../wire/names.ts'

const ofCalendars = (name: string, value: string): LiveProperty => ({
  namespace: CALDAV,
  name,
  inAllprop: false,
  read: (resource) => {
    const { level, collection } = resource as CollectionResource
    return level === 'home' || (level === 'collection' && collection?.kind === 'calendar') ? value : undefined
  },
})

/** RFC 8607 §6. Without a DAV:href the attachments are on the server of the calendars. */
export const attachmentProperties: readonly LiveProperty[] = [
  ofCalendars('managed-attachments-server-URL', ''),
  ofCalendars('max-attachment-size', String(attachmentBytes)),
  ofCalendars('max-attachments-per-resource', String(attachmentsPerObject)),
]
