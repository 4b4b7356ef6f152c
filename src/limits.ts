// Every bound the twin enforces, with its unit and its reason.

/** Bytes. Content up to this size lives in the database row: one sync makes it durable, no file is opened to read it. */
export const inlineBlobBytes = 64 * 1024

/** Milliseconds a batch of writes may hold the event loop before it commits and lets others run. */
export const writeBatchMilliseconds = 5

/** Milliseconds a batch of reads may hold the event loop before others run. */
export const readBatchMilliseconds = 5

/** Milliseconds a write may take on PostgreSQL, where it waits for a network: everybody else waits behind it. */
export const writeBodyMilliseconds = 10_000

/** Milliseconds a read may take on PostgreSQL. */
export const readBodyMilliseconds = 30_000

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

/** Milliseconds a connection waits for another program's lock; the event loop waits with it. */
export const busyMilliseconds = 1000

/** Bytes of one XML document from a client: a multiget of some thousand addresses fits; it is held in memory. */
export const xmlBytes = 1024 * 1024

/** Elements inside each other: the parser's cost grows with the square of the depth, and no standard needs twenty. */
export const xmlDepth = 100

/** Characters of one stored XML value, such as a dead property: clients keep thumbnails and tags there, not files. */
export const xmlValueCharacters = 256 * 1024

/** Ranges in one request that are answered; above it the whole content is sent (RFC 9110 §14.2). */
export const rangesInRequest = 16

/** Seconds a WebDAV lock lasts when the client names no time; Finder and Office refresh theirs well before. */
export const davLockSecondsDefault = 1800

/** Seconds a WebDAV lock may last at most: what a crashed program left locked is free again the next day. */
export const davLockSeconds = 24 * 60 * 60

/** Locks an account may hold at once: an editor holds one a file, a whole office suite some dozens. */
export const davLocksPerAccount = 1000

/** Properties named in one request: clients ask for some dozens. */
export const propertiesInRequest = 500

/** What the HTTP servers bear from strangers; a test may set its own. */
export const httpBounds = {
  /** Bytes of request line and headers: DAV `If` headers name many locks, Kerberos tickets are large. */
  headerBytes: 32 * 1024,
  /** Header fields; more are refused, because node:http would silently drop them. */
  headerCount: 128,
  /** Milliseconds until the headers of a request are there, counted from the end of the TLS handshake. */
  headersMilliseconds: 20_000,
  /** Milliseconds for a TLS handshake. */
  handshakeMilliseconds: 10_000,
  /** Milliseconds a connection may wait for its next request. */
  idleMilliseconds: 60_000,
  /** Milliseconds without one byte read or written while the client is the one who is waited for. */
  stallMilliseconds: 60_000,
  /** Milliseconds over which the pace of a request body is judged. */
  paceWindowMilliseconds: 30_000,
  /** Bytes a body must bring in that time: 128 a second, below the worst satellite link. */
  paceBytes: 128 * 30,
  /** Milliseconds a client may go on sending a body that was answered before its end. */
  lingerMilliseconds: 2_000,
  /** Connections in all. About 40 KiB each when idle, so 400 MiB at the very worst. */
  connections: 10_000,
  /** Connections from one IPv4 address or IPv6 /64: a large family behind one NAT, no more. */
  connectionsPerAddress: 256,
  /** Requests that one connection may have sent ahead of their answers. */
  pipelined: 32,
  /** Milliseconds that requests get to finish after the twin was told to stop. */
  drainMilliseconds: 8_000,
} as const

/** Bytes and files of the built page that are held in memory, compressed forms aside. */
export const pageBytes = 32 * 1024 * 1024
export const pageFiles = 2_000

/** Bytes of a TLS ClientHello that are looked through for an ACME challenge; real ones are below 2 KiB, post-quantum ones included. */
export const clientHelloBytes = 16 * 1024
