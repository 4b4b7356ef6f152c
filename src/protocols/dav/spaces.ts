import type { Store } from '../../store/store.ts'
import { attachmentsSpace } from './calendars/attachments/space.ts'
import { calendarsSpace } from './calendars/calendars.ts'
import { calendarPrincipalProperties } from './calendars/principal-properties.ts'
import { contactsSpace } from './contacts/contacts.ts'
import { contactsPrincipalProperties } from './contacts/properties.ts'
import { filesSpace } from './files/files.ts'
import { trashSpace } from './files/trash.ts'
import { versionsSpace } from './files/versions.ts'
import { principalsSpace } from './principals/principals.ts'
import type { DavPush } from './push/push.ts'
import type { Space } from './resource.ts'
import { notificationPrincipalProperties, notificationsSpace } from './sharing/notifications.ts'

/**
 * Everything that is served over WebDAV.
 *
 * @param push without it changes are not pushed to devices.
 */
export const davSpaces = (store: Store, push?: DavPush): readonly Space[] => [
  filesSpace(store),
  trashSpace(store),
  versionsSpace(store),
  calendarsSpace(store, push),
  attachmentsSpace(store),
  contactsSpace(store, push),
  ...(push ? [push.registrations] : []),
  notificationsSpace(store),
  principalsSpace(store, [
    ...notificationPrincipalProperties,
    ...calendarPrincipalProperties(store.domain),
    ...contactsPrincipalProperties,
  ]),
]
