// Every bound the twin enforces, with its unit and its reason.

/** Bytes. Content up to this size lives in the database row: one sync makes it durable, no file is opened to read it. */
export const inlineBlobBytes = 64 * 1024

/** Milliseconds a batch of writes may hold the event loop before it commits and lets others run. */
export const writeBatchMilliseconds = 5

/** Times a batch is run again after a deadlock or a serialization failure. */
export const writeRetries = 5

/** Distinct SQL texts kept prepared on a connection; hot queries are far fewer. */
export const preparedStatements = 500

/** WAL pages (4 KiB each) after which commits wait for a checkpoint to finish: 256 MiB. */
export const walPagesBeforeHold = 65_536

/** WAL pages after which a checkpoint runs beside the writes: 4 MiB. */
export const walPagesBeforeCheckpoint = 1024

/** Milliseconds between looks at the WAL while there are commits. */
export const checkpointEveryMilliseconds = 500

/** Milliseconds a connection waits for another process's lock before it gives up. */
export const busyMilliseconds = 5000
