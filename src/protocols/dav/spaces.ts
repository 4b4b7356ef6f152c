import type { Store } from '../../store/store.ts'
import { calendarsSpace } from './calendars/calendars.ts'
import { calendarPrincipalProperties } from './calendars/principal-properties.ts'
import { contactsSpace } from './contacts/contacts.ts'
import { contactsPrincipalProperties } from './contacts/properties.ts'
import { filesSpace } from './files/files.ts'
import { trashSpace } from './files/trash.ts'
import { versionsSpace } from './files/versions.ts'
import { principalsSpace } from './principals/principals.ts'
import type { Space } from './resource.ts'

/** Everything that is served over WebDAV. */
export const davSpaces = (store: Store): readonly Space[] => [
  filesSpace(store),
  trashSpace(store),
  versionsSpace(store),
  calendarsSpace(store),
  contactsSpace(store),
  principalsSpace(store, [...calendarPrincipalProperties(store.domain), ...contactsPrincipalProperties]),
]
