// Generated from prisma/schema.prisma by `npm run migration`. Do not edit.
import type { ColumnType } from 'kysely'
export type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>
export type Timestamp = ColumnType<Date, Date | string, Date | string>

export type account = {
  id: Generated<number>
  /**
   * Opaque identifier for everything that must survive a change of display name.
   */
  uid: string
  /**
   * The name in URLs and addresses; never changes.
   */
  name: string
  displayName: string
  /**
   * 'person', or what is booked by inviting it: 'room' | 'resource'
   */
  kind: Generated<string>
  isAdmin: Generated<number>
  /**
   * 'active' | 'disabled' | 'deleted'
   */
  state: Generated<string>
  /**
   * Bytes; null is the default of the configuration.
   */
  quota: number | null
  createdAt: number
  deletedAt: number | null
}
export type attachment = {
  id: Generated<number>
  /**
   * Who is charged for it.
   */
  accountId: number
  managedId: string
  name: string
  contentType: string | null
  blobId: number
  /**
   * Bytes of the blob.
   */
  size: number
  createdAt: number
}
export type attachment_use = {
  id: Generated<number>
  attachmentId: number
  itemId: number
}
export type blob = {
  id: Generated<number>
  /**
   * SHA-256 of the content, 32 bytes.
   */
  hash: Uint8Array
  size: number
  data: Uint8Array | null
  createdAt: number
  /**
   * Marked for collection since; a writer that meets a marked hash clears it.
   */
  markedAt: number | null
}
export type clock = {
  id: Generated<number>
  accountId: number
  /**
   * The last position given out.
   */
  position: Generated<number>
  /**
   * Tombstones at or below this position are gone: older tokens are too old.
   */
  floor: Generated<number>
  /**
   * Logical bytes owned, trash and versions included.
   */
  used: Generated<number>
  /**
   * The last UIDVALIDITY that a mailbox of the account got.
   */
  uidValidity: Generated<number>
}
export type collection = {
  id: Generated<number>
  accountId: number
  /**
   * 'calendar' | 'addressbook' | 'inbox' | 'gone': what is left of a removed one, until its items are erased.
   */
  kind: string
  /**
   * The URL's segment.
   */
  name: string
  displayName: string | null
  description: string | null
  /**
   * As the client wrote it: `#rrggbb` or `#rrggbbaa`.
   */
  colour: string | null
  sortOrder: number | null
  /**
   * Space-separated names of the components that a calendar takes.
   */
  components: string | null
  /**
   * A VTIMEZONE in an iCalendar object, as sent: what floating times mean.
   */
  timezone: string | null
  /**
   * 1 when a calendar's events take no time in a free-busy answer.
   */
  transparent: Generated<number>
  /**
   * Of an inbox: when its owner can be met, an iCalendar object of VAVAILABILITY components, as sent.
   */
  availability: string | null
  /**
   * Of an inbox: the calendar that invitations are put in.
   */
  defaultId: number | null
  /**
   * The address whose content a subscribed calendar has; nobody else writes there.
   */
  source: string | null
  /**
   * How often that is looked at, as the client wrote it (RFC 5545 §3.3.6).
   */
  refreshRate: string | null
  /**
   * What is left out of it, separated by spaces: 'alarms', 'attachments', 'todos'.
   */
  strip: string | null
  /**
   * Why the last look at it failed, or left something out, for people.
   */
  sourceError: string | null
  createdAt: number
  created: number
  /**
   * Position of the last change of its properties or of any of its items.
   */
  changed: number
}
export type collection_item = {
  id: Generated<number>
  collectionId: number
  accountId: number
  name: string
  uid: string
  /**
   * 'VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY' or 'VCARD'
   */
  component: string
  blobId: number
  /**
   * Bytes of the blob.
   */
  size: number
  createdAt: number
  modifiedAt: number
  created: number
  changed: number
  /**
   * Of calendar objects: no instance overlaps what is before or after (ms since 1970); null is unbounded.
   */
  firstStart: number | null
  lastEnd: number | null
  recurring: Generated<number>
  /**
   * Of scheduling object resources (RFC 6638 §3.2.10): opaque.
   */
  scheduleTag: string | null
  /**
   * How many rows of attachment_use it has; null is none.
   */
  attachments: number | null
}
export type credential = {
  id: Generated<number>
  accountId: number
  /**
   * 'password' | 'app-password' | 'session'
   */
  kind: string
  label: Generated<string>
  /**
   * Space-separated: 'all', or some of 'files', 'calendars', 'contacts', 'mail', 'chat'.
   */
  scopes: Generated<string>
  lookup: Uint8Array | null
  secret: string | null
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  /**
   * Address and protocol of the last use.
   */
  lastUsedBy: string | null
}
export type email = {
  id: Generated<number>
  accountId: number
  blobId: number
  /**
   * Bytes of the blob.
   */
  size: number
  /**
   * INTERNALDATE: when it arrived here (ms since 1970).
   */
  receivedAt: number
  /**
   * Its Date field; that of arrival where there is none.
   */
  sentAt: number
  /**
   * Of its Message-ID, without the brackets.
   */
  messageId: string | null
  /**
   * JSON: formats/mime/structure.ts Envelope and Part.
   */
  envelope: string
  structure: string
  created: number
}
export type feed = {
  id: Generated<number>
  collectionId: number
  accountId: number
  /**
   * Who looks at it moves this on, so that of several twins one does.
   */
  nextAt: number
  /**
   * Failed looks since the last one that went well.
   */
  failures: Generated<number>
  etag: string | null
  lastModified: string | null
  /**
   * SHA-256 of the content, 32 bytes.
   */
  digest: Uint8Array | null
  /**
   * When it last went well.
   */
  refreshedAt: number | null
}
export type invitation = {
  id: Generated<number>
  /**
   * 'setup' | 'invite' | 'recovery'
   */
  kind: string
  lookup: Uint8Array
  /**
   * The account that a recovery link opens.
   */
  accountId: number | null
  createdBy: number | null
  createdAt: number
  expiresAt: number
  usedAt: number | null
}
export type known_network = {
  id: Generated<number>
  accountId: number
  network: string
  lastAt: number
}
export type lock = {
  id: Generated<number>
  /**
   * opaquelocktoken / urn:uuid
   */
  token: string
  kind: string
  itemId: number
  /**
   * The account whose session holds it.
   */
  accountId: number
  exclusive: number
  /**
   * Covers all members too (Depth: infinity).
   */
  deep: number
  /**
   * The <D:owner> element's XML, as sent.
   */
  owner: string
  expiresAt: number
}
export type mailbox = {
  id: Generated<number>
  accountId: number
  name: string
  /**
   * 'inbox', 'drafts', 'sent', 'junk', 'trash', 'archive' (RFC 6154, RFC 8621 §2)
   */
  role: string | null
  uidValidity: number
  /**
   * The UID that the next message gets.
   */
  uidNext: Generated<number>
  subscribed: Generated<number>
  /**
   * Messages, those without `$seen`, those marked `\Deleted`, and the bytes of all.
   */
  total: Generated<number>
  unseen: Generated<number>
  deleted: Generated<number>
  bytes: Generated<number>
  createdAt: number
  created: number
  /**
   * Position of the last change of its messages or of itself: HIGHESTMODSEQ.
   */
  changed: number
}
export type node = {
  id: Generated<number>
  accountId: number
  parentId: number | null
  name: string
  isFolder: number
  blobId: number | null
  /**
   * Of a file: its blob's hash in hexadecimal, so that a listing reads no blobs.
   */
  etag: string | null
  /**
   * Bytes of the blob.
   */
  size: Generated<number>
  contentType: string | null
  createdAt: number
  modifiedAt: number
  /**
   * Position at which it came into its present folder.
   */
  created: number
  /**
   * Position of its last change.
   */
  changed: number
}
export type placement = {
  id: Generated<number>
  mailboxId: number
  emailId: number
  uid: number
  /**
   * Space-separated, sorted, in lower case; `\Seen` is `$seen` (RFC 8621 §4.1.1). The same in all places of a message.
   */
  keywords: string
  /**
   * `\Deleted`, which is the place's and not the message's.
   */
  deleted: Generated<number>
  created: number
  /**
   * MODSEQ.
   */
  changed: number
}
export type property = {
  id: Generated<number>
  kind: string
  itemId: number
  namespace: string
  name: string
  /**
   * The XML inside the property element, with the namespaces it needs, and its xml:lang.
   */
  value: string
  language: string | null
}
export type proxy = {
  id: Generated<number>
  ownerId: number
  /**
   * Who acts.
   */
  accountId: number
  /**
   * 'read' | 'write'
   */
  access: string
}
export type push_subscription = {
  id: Generated<number>
  accountId: number
  /**
   * What it was registered with: it ends with it.
   */
  credentialId: number
  /**
   * Opaque: the address at which it is taken back.
   */
  uid: string
  /**
   * 'dav'
   */
  kind: string
  /**
   * What is watched, and what of it, in the kind's own words.
   */
  subject: string
  triggers: string
  /**
   * The store's topic that signals its changes.
   */
  topic: string
  /**
   * The push resource, and the keys of RFC 8291 §2 with which what is sent there is encrypted.
   */
  endpoint: string
  publicKey: Uint8Array
  authSecret: Uint8Array
  createdAt: number
  expiresAt: number
  /**
   * The state of the subject that was told last.
   */
  told: string
  /**
   * Failures in a row.
   */
  failures: Generated<number>
  /**
   * Nothing is sent before: somebody is sending, just has, or could not.
   */
  dueAt: Generated<number>
}
export type queued_mail = {
  id: Generated<number>
  /**
   * Whose message it is, who gets the reports.
   */
  accountId: number
  blobId: number
  /**
   * Bytes of the blob.
   */
  size: number
  /**
   * Of the envelope.
   */
  sender: string
  recipient: string
  /**
   * The domain that it goes to, in lower case.
   */
  destination: string
  attempts: Generated<number>
  /**
   * When it is tried next (ms since 1970).
   */
  dueAt: number
  /**
   * When it is given up.
   */
  expiresAt: number
  /**
   * When its sender is told that it is late; null when they were.
   */
  warnAt: number | null
  /**
   * Held by the owner: not tried.
   */
  isHeld: Generated<number>
  /**
   * What the other server, or the way there, said last.
   */
  lastError: string | null
  createdAt: number
}
export type setting = {
  id: Generated<number>
  key: string
  value: string
}
export type share = {
  id: Generated<number>
  ownerId: number
  /**
   * 'calendar' | 'addressbook' | 'node'
   */
  kind: string
  /**
   * The collection's id, or the folder's node id.
   */
  itemId: number
  /**
   * With whom.
   */
  accountId: number
  /**
   * 'read' | 'write'
   */
  access: string
  /**
   * 'invited' | 'accepted' | 'declined'
   */
  status: string
  /**
   * The URL's segment in the home of whom it is shared with; null unless accepted.
   */
  name: string | null
  /**
   * What they call it, and how they show it; null is as the owner does.
   */
  displayName: string | null
  colour: string | null
  sortOrder: number | null
  /**
   * What the owner says of it in the invitation.
   */
  summary: string | null
  createdAt: number
  /**
   * Positions on the clock of whom it is shared with: when it came to their home, and its last change there.
   */
  created: number
  changed: number
}
export type tombstone = {
  id: Generated<number>
  accountId: number
  /**
   * 'files' and later 'calendar', 'addressbook', 'mailbox', …
   */
  kind: string
  /**
   * The collection: for files the parent folder's node id.
   */
  collection: number
  name: string
  position: number
  createdAt: number
}
export type trash = {
  id: Generated<number>
  accountId: number
  nodeId: number
  originParentId: number
  originName: string
  originPath: string
  deletedAt: number
}
export type version = {
  id: Generated<number>
  accountId: number
  nodeId: number
  blobId: number
  size: number
  contentType: string | null
  modifiedAt: number
  supersededAt: number
}
export type DB = {
  account: account
  attachment: attachment
  attachment_use: attachment_use
  blob: blob
  clock: clock
  collection: collection
  collection_item: collection_item
  credential: credential
  email: email
  feed: feed
  invitation: invitation
  known_network: known_network
  lock: lock
  mailbox: mailbox
  node: node
  placement: placement
  property: property
  proxy: proxy
  push_subscription: push_subscription
  queued_mail: queued_mail
  setting: setting
  share: share
  tombstone: tombstone
  trash: trash
  version: version
}
