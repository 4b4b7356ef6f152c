/** Segments in the home of a person's calendars that no calendar is called by. RFC 6638 §2.1, §2.2 */
export const inboxName = 'inbox'

export const outboxName = 'outbox'
