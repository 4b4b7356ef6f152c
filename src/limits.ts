// Every bound the twin enforces, with its unit and its reason.

/** Bytes. Content up to this size lives in the database row: one sync makes it durable, no file is opened to read it. */
export const inlineBlobBytes = 64 * 1024
