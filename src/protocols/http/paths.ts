// Addresses that more than one protocol tells.

/** RFC 7808 §4.2.1: the time zone data distribution service, which calendars point to (RFC 7809 §5.1). */
export const timezonePath = '/timezones'
