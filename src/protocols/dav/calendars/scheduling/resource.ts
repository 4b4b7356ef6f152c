// The two collections of scheduling in the home of a person's calendars (RFC 6638 §2.1, §2.2).

import type { Account } from '../../../../store/accounts/accounts.ts'
import type { Collection } from '../../../../store/collections/collections.ts'
import type { CollectionResource } from '../../collections/resource.ts'
import type { Resource } from '../../resource.ts'

export type InboxResource = CollectionResource & {
  readonly schedule: 'inbox'
  /** Its owner's. */
  readonly calendars: readonly Collection[]
}

export type OutboxResource = CollectionResource & {
  readonly schedule: 'outbox'
  readonly owner: Account
}

const scheduleOf = (resource: Resource) => (resource as Partial<InboxResource | OutboxResource>).schedule

export const isInbox = (resource: Resource): resource is InboxResource => scheduleOf(resource) === 'inbox'

export const isOutbox = (resource: Resource): resource is OutboxResource => scheduleOf(resource) === 'outbox'
