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

/** Bytes of one XML document from a client: a multiget of some thousand addresses fits; it is held in memory. */
export const xmlBytes = 1024 * 1024

/** Elements inside each other: the parser's cost grows with the square of the depth, and no standard needs twenty. */
export const xmlDepth = 100

/** Characters of one stored XML value, such as a dead property: clients keep thumbnails and tags there, not files. */
export const xmlValueCharacters = 256 * 1024
