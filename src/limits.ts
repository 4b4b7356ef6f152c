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

/** Times a batch is run before a deadlock or a serialization failure is given up on. */
export const writeRetries = 10

/** Milliseconds, times the attempt, within which a batch begins again at random: two twins must not meet each time. */
export const retryMilliseconds = 20

/** Distinct SQL texts kept prepared on a connection; hot queries are far fewer. */
export const preparedStatements = 500

/** KiB of database pages kept in memory: the inner pages of the indexes of some millions of files. */
export const databaseCacheKilobytes = 65_536

/** WAL pages (4 KiB each) after which commits wait for a checkpoint to finish, so that the WAL begins anew: 128 MiB. */
export const walPagesBeforeHold = 32_768

/** WAL pages after which a checkpoint runs beside the writes: 4 MiB. */
export const walPagesBeforeCheckpoint = 1024

/** Milliseconds between looks at the WAL while there are commits. */
export const checkpointEveryMilliseconds = 500

/** Connections to PostgreSQL that only read; with the writer and the listener a twin has six of the server's hundred. */
export const postgresqlReaders = 4

/** Milliseconds one PostgreSQL query, or connecting, may take: a server that is silent for longer is away. */
export const postgresqlQueryMilliseconds = 15_000

/** Milliseconds to wait for a row that another twin on the same database holds: a batch holds it for some, a deadlock for ever. */
export const postgresqlLockMilliseconds = 300

/** Milliseconds after which PostgreSQL itself ends a transaction whose twin has gone silent and holds clock rows. */
export const postgresqlIdleMilliseconds = 15_000

/** Milliseconds between attempts to reach PostgreSQL's notifications again. */
export const reconnectMilliseconds = 1000

/** Milliseconds between looks for what other twins changed, in case a notification was lost. */
export const pollMilliseconds = 30_000

/** Characters of topics in one PostgreSQL notification, which holds 8000 bytes. */
export const notifyPayloadCharacters = 7000

/** Rows of a table copied at once into a backup: with the largest inline content 6.4 MiB, in some milliseconds. */
export const copiedRowsAtOnce = 100

/** Milliseconds a connection waits for another program's lock; the event loop waits with it. */
export const busyMilliseconds = 1000

/** Bytes of one XML document from a client: a multiget of some thousand addresses fits; it is held in memory. */
export const xmlBytes = 1024 * 1024

/** Elements inside each other: the parser's cost grows with the square of the depth, and no standard needs twenty. */
export const xmlDepth = 100

/** Characters of one stored XML value, such as a dead property: clients keep thumbnails and tags there, not files. */
export const xmlValueCharacters = 64 * 1024

/** Ranges in one request that are answered; above it the whole content is sent (RFC 9110 §14.2). */
export const rangesInRequest = 16

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
  /** Milliseconds without one byte read or written while the client is the one who is waited for; noticed up to a pace window later. */
  stallMilliseconds: 60_000,
  /** Milliseconds over which the pace of a request body is judged. */
  paceWindowMilliseconds: 30_000,
  /** Bytes a body must bring in that time: 128 a second, below the worst satellite link. */
  paceBytes: 128 * 30,
  /** Milliseconds a client may go on sending a body that was answered before its end. */
  lingerMilliseconds: 2_000,
  /** Connections in all, 64 KiB each (most of it OpenSSL's); beyond, the one that is idle longest makes room. */
  connections: 4_000,
  /** Connections from one IPv4 address or IPv6 /64: a large family behind one NAT, no more. */
  connectionsPerAddress: 256,
  /** Requests that one connection may have sent ahead of their answers. */
  pipelined: 32,
  /** Milliseconds that requests get to finish after the twin was told to stop. */
  drainMilliseconds: 8_000,
} as const

/** Bytes of one header block of a message that are read; the rest of it is kept and not looked at. */
export const mimeHeaderBytes = 256 * 1024

/** Parts inside each other that are looked into; clients forward each other's forwards some ten times. */
export const mimeDepth = 50

/** Parts of one message that are told; a digest of a busy list has hundreds. */
export const mimeParts = 1_000

/** Addresses of one header field that are told. */
export const messageAddresses = 1_000

/** Bytes of one message, with its attachments in base64: large providers take 25 to 50 MB. */
export const messageBytes = 64 * 1024 * 1024

/** Mailboxes of one account; a client lists all of them when it starts. */
export const mailboxesPerAccount = 2_000

/** Bytes of a mailbox's whole path, and levels in it. */
export const mailboxNameBytes = 1_000
export const mailboxDepth = 20

/** Combinations of keywords that are remembered as they are listed. */
export const keywordCombinations = 1_000

/** Messages that one write moves, copies or takes away: some milliseconds. */
export const placementsPerWrite = 200

/** Bytes of one line of an IMAP command: message sets of clients that know no ranges are long (RFC 7162 §4). */
export const imapCommandBytes = 64 * 1024

/** Bytes of a literal that is not a message: names, passwords, words to search for. */
export const imapLiteralBytes = 16 * 1024

/** Commands without sense after which a client is sent away. */
export const imapBadCommands = 50

/** Milliseconds without a byte: RFC 9051 §5.4 asks for 30 minutes; before it has signed in a client gets one. */
export const imapIdleMilliseconds = 31 * 60_000
export const imapSignInMilliseconds = 60_000

/** A desktop client keeps some five connections an account; a family behind one NAT has several of them. */
export const imapConnectionsPerAddress = 100

/** Messages that FETCH and SEARCH read at once: some milliseconds. */
export const emailsPerPage = 500

/** Changes of a mailbox that are read at once. */
export const changesAtOnce = 2_000

/** Messages of one COPY, which is all or nothing and so one write. */
export const copiesAtOnce = 20_000

/** Keys of one search, and how deep they are in each other. */
export const searchKeys = 1_000
export const searchDepth = 50

/** Bytes of a message that a search decodes. */
export const searchedMessageBytes = 4 * 1024 * 1024

/** What the SMTP servers bear from strangers. */
export const smtpBounds = {
  /** Connections of one server at a time. */
  connections: 500,
  /** Milliseconds without a byte (RFC 5321 §4.5.3.2 asks for five minutes). */
  idleMilliseconds: 5 * 60_000,
  /** Recipients of one message; a sender with more comes again (RFC 5321 §4.5.3.1.8 asks for 100 at the least). */
  recipients: 500,
} as const

/** Sending to other servers. */
export const queueBounds = {
  /** Messages of one account that wait, counted by recipient. */
  perAccount: 5_000,
  /** Other servers that are spoken to at once; each has one connection. */
  destinations: 20,
  /** Recipients that one connection serves before others have their turn. */
  perConnection: 100,
  /** Milliseconds until it is tried again, by attempts; the last one goes on (RFC 5321 §4.5.4.1 asks for half an hour). */
  retryMilliseconds: [60_000, 5 * 60_000, 15 * 60_000, 30 * 60_000, 3_600_000, 2 * 3_600_000, 4 * 3_600_000],
  /** Milliseconds until it is given up (RFC 5321 §4.5.4.1: four to five days), and until its sender hears that it is late. */
  expiryMilliseconds: 5 * 24 * 3_600_000,
  warningMilliseconds: 4 * 3_600_000,
  /** Milliseconds that a destination rests when the store failed to keep what came of sending. */
  afterFailureMilliseconds: 60_000,
  /** Hosts of a destination that are tried in one attempt. */
  hosts: 5,
  connectMilliseconds: 30_000,
  /** Milliseconds of a silent server, the longest that RFC 5321 §4.5.3.2 grants it. */
  silenceMilliseconds: 10 * 60_000,
  /** Bytes of the header that goes back with a report. */
  reportedHeaderBytes: 32 * 1024,
} as const

/** Bytes and files of the built page that are held in memory, compressed forms aside. */
export const pageBytes = 32 * 1024 * 1024
export const pageFiles = 2_000

/** Bytes of a TLS ClientHello that are looked through for an ACME challenge; real ones are below 2 KiB, post-quantum ones included. */
export const clientHelloBytes = 16 * 1024

/** Milliseconds that stopping may take before connections are cut off; service managers wait 10 s at the least. */
export const shutdownMilliseconds = 9000

/** Characters. A name is a path segment, an address's local part and a folder name; 32 keeps all of them short. */
export const accountNameCharacters = 32

/** Characters. What a person is called on the page. */
export const displayNameCharacters = 100

/** Characters. NIST SP 800-63B §3.1.1.2 asks for at least 8 where a second factor is not demanded. */
export const passwordCharactersMin = 8

/** Characters. Long enough for any passphrase; what is hashed stays bounded. */
export const passwordCharactersMax = 256

/**
 * Argon2id (RFC 9106): KiB, passes, lanes. 32 MiB and three passes take about 60 ms on a small machine, stay above what
 * OWASP asks for (19 MiB, two passes), and two at a time fit a box with 1 GiB. Raise them and passwords are rehashed at sign-in.
 */
export const argon2 = { memory: 32 * 1024, passes: 3, parallelism: 1 } as const

/** PBKDF2 rounds of the SCRAM keys. RFC 7677 §4 asks for 4,096 or more; phones do 100,000 in well under a second. */
export const scramIterations = 100_000

/** Hashes at a time: they run on the four threads that Node also reads files with, two of which must stay free. */
export const passwordHashesAtOnce = 2

/** Hashes that wait, a second or two of work; half of the places are kept for networks that have signed in before. */
export const passwordHashesQueued = 64

/** Passwords (and sessions) remembered as verified: some hundred bytes each. */
export const verifiedEntries = 10_000

/** Milliseconds a verified password is remembered: Basic authentication repeats it with every request. */
export const verifiedMilliseconds = 5 * 60_000

/** Milliseconds between two notes of a credential's last use: a request must not cost a write. */
export const lastUseEveryMilliseconds = 5 * 60_000

/** Failed sign-ins that cost no wait: by one network to one account (a person tries what they remember). */
export const freeFailures = 5

/** The same, of one network over all accounts, and of all unknown networks to one account: several people may share them. */
export const freeFailuresShared = 25

/** Milliseconds to wait after the first failure that is not free; each further one doubles it. */
export const failureWaitFirst = 1000

/** Milliseconds. No wait is longer: about a hundred guesses a day. */
export const failureWaitMost = 15 * 60_000

/** Milliseconds after the last failure at which a count is forgotten. */
export const failureMemoryMilliseconds = 24 * 60 * 60_000

/** Failure counts kept, some hundred bytes each; beyond it the oldest goes. */
export const failureCounts = 50_000

/** Different wrong passwords remembered a count: a device that repeats an old one makes one guess, not hundreds. */
export const wrongPasswordsRemembered = 4

/** Milliseconds during which a network that signed in keeps its own budget of failures. */
export const knownNetworkMilliseconds = 30 * 24 * 60 * 60_000

/** Milliseconds between two notes that a known network signed in again. */
export const knownNetworkEveryMilliseconds = 24 * 60 * 60_000

/** Networks remembered an account; a phone on the move meets many, and the longest unseen goes first. */
export const knownNetworksPerAccount = 200

/** Milliseconds after its last use at which a session of the page ends. */
export const sessionMilliseconds = 30 * 24 * 60 * 60_000

/** Sessions an account may have; a new one then ends the longest unused. */
export const sessionsPerAccount = 100

/** App passwords an account may have: one a device and program. */
export const appPasswordsPerAccount = 200

/** Characters of an app password's or a session's label. */
export const labelCharacters = 100

/** Milliseconds an invitation is good for. */
export const invitationMilliseconds = 7 * 24 * 60 * 60_000

/** Milliseconds a recovery link is good for: it opens an account that has data. */
export const recoveryMilliseconds = 24 * 60 * 60_000

/** Milliseconds the link of a QR code is good for: the phone is at hand. */
export const deviceLinkMilliseconds = 10 * 60_000

/** Invitations that may be open at a time. */
export const openInvitations = 100

/** Bytes of a request body under /api: the largest call is some names and a password. */
export const apiBodyBytes = 64 * 1024

/** Addresses in one selection that is downloaded as a zip. */
export const zipSelection = 1000

/** Bytes of one line on the control socket. */
export const controlLineBytes = 1024 * 1024

/** Bytes of a multistatus gathered before they are sent: a folder of some hundred leaves in one piece, with its length. */
export const davStreamBytes = 256 * 1024

/** Members of a collection read at once: small enough that a page is garbage before the collector takes it for something that stays. */
export const davPageMembers = 200

/** Members that a PROPFIND with Depth: infinity may have; above it is refused with propfind-finite-depth. */
export const davInfiniteMembers = 1000

/** Bytes gathered from a body before they are written to the disk in one call. */
export const blobWriteBytes = 1024 * 1024

/** Bytes of a body that may wait for the disk before its sender is held back. */
export const blobWaitingBytes = 4 * 1024 * 1024

/** Bytes of a large upload between two syncs beside it: the last one, which the client waits for, stays short. */
export const blobSyncBytes = 32 * 1024 * 1024

/** Bytes of one piece of a large content on its way out. */
export const blobReadBytes = 256 * 1024

/** Milliseconds that unreferenced content stays: longer than any upload takes between its last byte and its commit. */
export const blobGraceMilliseconds = 60 * 60_000

/** Blob rows looked at in one step of the collection. */
export const blobCollectRows = 500

/** Days. A local authority outlives the devices that were told to trust it. */
export const localCaDays = 3650
/** Days. CA/Browser Forum's bound, which Apple also holds against certificates of private authorities. */
export const localCertificateDays = 397
/** Days before the end when a local certificate is made anew. */
export const localCertificateRenewDays = 60

/** Seconds a lock may be held without a refresh: clients refresh every few minutes, and a crashed one must not block a day. */
export const lockSecondsMost = 3600

/** Locks an account may hold at a time; an office suite takes one a document, a mount one an open file. Each is looked at when a folder moves. */
export const locksPerAccount = 1000

/** Files and bytes a file in certs/: more is a mistake. */
export const ownCertificateFiles = 200
export const ownCertificateBytes = 256 * 1024
/** Milliseconds between looks at certs/ where the system does not tell of changes (symbolic links, network drives). */
export const ownCertificatesEveryMilliseconds = 60_000
/** Milliseconds that certs/ must be quiet before it is read: a key and its certificate are written one after the other. */
export const ownCertificatesQuietMilliseconds = 300

/** Milliseconds after the first failed order, doubled at each further one: an authority bears five failures an hour. */
export const acmeBackoffMilliseconds = { first: 30 * 60_000, most: 24 * 60 * 60_000 } as const
/** Milliseconds for one answer of the authority. */
export const acmeRequestMilliseconds = 30_000
/** Share of a pause by which twins differ, so that they do not all come at once. */
export const acmeJitter = 0.2

/** Milliseconds. setTimeout takes 31 bits; a longer wait is cut into days. */
export const longestTimerMilliseconds = 24 * 60 * 60_000

/** Bytes (UTF-8) of a file's name: what every file system that mounts the twin can store. */
export const nameBytes = 255

/** Folders above a new folder or a moved one: every look at its path costs one step a folder. */
export const treeDepth = 200

/** Rows that one write copies or deletes of a tree: some 3 ms of the event loop. */
export const treeRowsPerWrite = 250

/** Such writes of one copy at a time: they share commits and wait for the disk together, and leave turns to others. */
export const treeWritesAtOnce = 8

/** Versions of one file whose end of age or number is looked after in one write. */
export const versionsPerWrite = 250

/** Files and tombstones looked at for one page of `since`. */
export const sinceRows = 1000

/** Descendants of folders moved in that one page of `since` names; above it the client reads all anew, page by page. */
export const sinceExpanded = 5000

/** Rows of contents read at once for a backup: names and sizes only. */
export const backupPageRows = 1000

/** Bytes of a manifest, or of a list of damaged contents, in a backup that is restored. */
export const backupListBytes = 16 * 1024 * 1024

/** Contents read at once for `verify`: at most 16 MiB when all of them live in their rows. */
export const verifyPageRows = 256

/** Problems that `verify` lists one by one; beyond them it counts. */
export const verifyProblems = 1000

/** Rows of a folder that a zip reads at a time; each page is a read of its own. */
export const zipPageRows = 500

/** Members of the trash that one write takes out of it. */
export const trashRowsPerWrite = 100

/** The oldest SQLite that keeps a WAL database whole under a checkpoint. */
export const sqliteMinimum = '3.51.3'

/** Bytes free on the data disk below which `twin doctor` calls it wrong: a checkpoint and an upload need room. */
export const diskFreeBytesWrong = 512 * 1024 * 1024

/** Part of the data disk that should stay free. */
export const diskFreePartWarning = 0.05

/** Milliseconds for a durable 4 KiB above which a disk is called slow. */
export const slowSyncMilliseconds = 50

/** Milliseconds that file times may lie ahead of the clock: steps of time synchronisation are smaller. */
export const clockSkewMilliseconds = 5 * 60_000

/** Milliseconds before a certificate's end when `twin doctor` warns: renewal by ACME should have happened. */
export const certificateWarningMilliseconds = 14 * 24 * 60 * 60_000

/** Open files that a family's devices with some uploads need; most systems allow more. */
export const openFilesWarning = 4096

/** Folders that programs of this user may watch at once. */
export const inotifyWatchesWarning = 1024

/** Milliseconds for which a client can be away and still be told only what changed. */
export const tombstoneMilliseconds = 180 * 24 * 60 * 60_000

/** Milliseconds between two rounds of upkeep: what it lets go of is days old, contents an hour. */
export const upkeepEveryMilliseconds = 30 * 60_000

/** Milliseconds that one twin of several keeps the upkeep to itself; longer than the interval, so that it stays with one. */
export const upkeepLeaseMilliseconds = 2 * upkeepEveryMilliseconds

/** Characters of all dead properties of one resource: they count for no quota, and a listing holds those of a page in memory. */
export const propertyCharacters = 64 * 1024

/** Properties in the answer to one expand-property: clients look up a principal and its homes. */
export const expandedProperties = 1000

/** Milliseconds after which what is being copied was left by a twin that is no more. */
export const copyMilliseconds = 24 * 60 * 60_000

/** Characters of one unfolded line of iCalendar or vCard: a photo or an inline attachment of some megabytes. */
export const contentLineBytes = 16 * 1024 * 1024

/** Components inside each other: VCALENDAR, VEVENT, VALARM and room for what comes. */
export const icalendarDepth = 8

/** Components of one iCalendar object: an import of a whole calendar fits. */
export const icalendarComponents = 200_000

/** Days without an instance after which a recurrence is over: a turn of the calendar's 400 years, all periods taken at their longest. */
export const recurrenceSearchDays = 150_000

/** Steps (days looked at, instances found) that one object's recurrences may take in one question: some 50 ms. */
export const recurrenceSteps = 500_000

/** Of those, what the thread that serves everybody may spend on one question; what takes more is answered by another one. */
export const recurrenceStepsHere = 10_000

/** Steps that an instance costs that is written out: as much time as so many days looked at. */
export const stepsOfInstance = 10

/** Steps to read the VTIMEZONEs of one object: a yearly change of the clocks until 2200 costs some 20,000, a few milliseconds. */
export const vtimezoneSteps = 60_000

/** The thread that answers what takes long. */
export const longRecurrences = {
  /** Questions that wait for it; a client asks one at a time. */
  waiting: 64,
  /** Milliseconds for one: ten times what its steps take. */
  milliseconds: 5_000,
  /** MB of its memory: 30,000 instances written out. */
  megabytes: 256,
}

/** Instances of one object in a year, of a rule with COUNT in all, or in one answer: every twenty minutes all year fits. */
export const instancesOfObject = 30_000

/** AVAILABLE components of one availability: a week's days, and as many exceptions; each is a recurrence of its own. */
export const availableComponents = 50

/** Distinct TZIDs looked up in the IANA database that are remembered; it has some 600. */
export const ianaZones = 5000

/** The year up to which a VTIMEZONE's own rules are followed; later instants keep its last offset. */
export const vtimezoneYears = 2200

/** Onsets of one observance: a yearly rule has one a year. */
export const vtimezoneOnsets = 2000

/** Calendars, and address books, of one account: each is a row of every client's list. */
export const collectionsPerAccount = 500

/** Items of a removed calendar or address book erased in one write, so that others get their turn. */
export const collectionRowsPerWrite = 250

/** Bytes of one card: it is parsed as a whole; telephones send photos of some hundred KiB, base64 makes them a third larger. */
export const cardBytes = 4 * 1024 * 1024

/** Conditions of one addressbook-query: what it costs is their number times the cards. */
export const addressbookFilters = 200

/** Cards that a report or an export reads at once: those in rows have 64 KiB at most, larger ones come one by one. */
export const cardsPage = 50

/** Cards or events of an import that share a commit, and their bytes. */
export const importedAtOnce = 50
export const importedBytesAtOnce = 4 * 1024 * 1024

/** Refused cards or events that an import lists one by one; beyond them it counts. */
export const importRefusals = 1000

/** Milliseconds over which the repetitions of one alarm are looked at: a year of being reminded. */
export const alarmRepeatMilliseconds = 366 * 24 * 60 * 60_000

/** Messages that an inbox keeps, until a client deletes them; beyond it the oldest goes. */
export const inboxMessages = 1000

/** Bytes of one calendar object: what is read whole to be looked at, with small attachments inside. */
export const largestCalendarObject = 4 * 1024 * 1024

/** Objects that a report on calendars reads at once: some milliseconds of parsing. */
export const calendarPageObjects = 50

/** Calendars of a home that one report looks into. */
export const calendarsAtOnce = collectionsPerAccount

/** Conditions in the filter of a calendar-query, each of which is asked of every object. */
export const calendarFilters = 200

/** Years of recurring events whose days are remembered, some 250 bytes each: a calendar of 10,000 that recur, for a year or two. */
export const indexedYears = 20_000

/** Years of one range that are looked up day by day; clients ask for a month, a year, or from a day on. */
export const rangeYearsIndexed = 3

/** Items that are read by their numbers or names in one query, which is prepared once for so many. */
export const itemsInQuery = 100

/** Characters of a name, description or time zone of a calendar or an address book: a VTIMEZONE with all its history. */
export const propertyTextCharacters = 64 * 1024

/** Accounts that one calendar, address book or folder is shared with. */
export const shareesPerItem = 200

/** Things shared with one account, whatever it answered: each is looked at when its invitations are listed. */
export const sharesPerAccount = 1000

/** Characters that an owner says in an invitation. */
export const shareSummaryCharacters = 1000

/** Entries of one access control list: as many as it can be shared with. */
export const aclEntries = shareesPerItem

/** Accounts that read, or write, all calendars of another. */
export const proxiesPerAccount = 100

/** Objects of one calendar, apart from events, that say when somebody is busy or can be met: people have a few. */
export const busyObjects = 200

/** Attendees of one request for busy time: each costs a look through their calendars. */
export const freeBusyAttendees = 200

/** What a room bears when it answers invitations by itself. */
export const rooms = {
  /** Milliseconds ahead for which it looks whether it is free; what a series has after that, whoever comes then sees. */
  aheadMilliseconds: 400 * 24 * 60 * 60_000,
  /** Instances of one series in that time: every day. */
  instances: 400,
  /** Instances of a series that it takes all the same though it is not free for them. */
  declinedInstances: 20,
} as const

/** Principals in the answer to one search: whoever types a name sees a dozen. */
export const principalsFound = 100

/** Streams that tell the page of changes. */
export const eventStream = {
  /** Milliseconds in which several changes are one signal: an upload of many files makes many a second. */
  gatherMilliseconds: 300,
  /** Milliseconds between two signs of life, before a router forgets the connection. */
  beatMilliseconds: 25_000,
  /** Milliseconds until the browser has to show its cookie again: a session that ended learns no more than that. */
  lifetimeMilliseconds: 10 * 60_000,
  /** Milliseconds after which a browser comes back. */
  retryMilliseconds: 3_000,
}

/** Milliseconds for one answer of a DNS server, and how often it is asked: `twin doctor` says so when none comes. */
export const dnsQuestion = { timeout: 2000, tries: 2 } as const

/** What the twin bears from servers that it calls. */
export const outboundBounds = {
  /** Milliseconds for a whole exchange, redirects and body included, unless its caller says less. */
  milliseconds: 30_000,
  /** Milliseconds to reach one address, its TLS handshake included. */
  connectMilliseconds: 5_000,
  /** Milliseconds for one question to a name server, and how often it is asked. */
  dnsMilliseconds: 2_500,
  dnsTries: 2,
  /** Addresses of one name that are tried. */
  addresses: 4,
  /** Redirects that are followed: what browsers show of a chain is shorter. */
  redirects: 5,
  /** Bytes of the headers of an answer. */
  headerBytes: 16 * 1024,
  /** Characters of an address. */
  urlCharacters: 4096,
} as const

/** Instances of a recurrence that are looked at to say whether a change brings new ones: people are asked again then. */
export const instancesCompared = 1000

/** Bytes of one iCalendar stream that is imported or subscribed to: it is held in memory, because the exceptions of an event may be anywhere in it. */
export const calendarStreamBytes = 32 * 1024 * 1024

/** Such streams at a time; who comes next waits for neither, and is told to come again. */
export const calendarStreamsAtOnce = 2

/** Subscriptions of devices to be told of changes (Web Push). */
export const pushes = {
  /** Of one account: some devices, each with all its calendars and address books. */
  perAccount: 1000,
  /** Characters of the address that a push service gives a device; it is in an index. */
  endpointCharacters: 1000,
  /** Milliseconds that a subscription is kept without being renewed, when the device says nothing, and at the most. */
  keptMilliseconds: { usual: 7 * 24 * 60 * 60_000, most: 30 * 24 * 60 * 60_000 },
  /** Milliseconds in which several changes are one message: an import makes many a second. */
  gatherMilliseconds: 1_500,
  /** Milliseconds between two messages of one subscription: a telephone's battery, and a push service's patience. */
  everyMilliseconds: 10_000,
  /** Messages under way at a time, in all, to one push service and of one account: what hangs keeps nobody else waiting. */
  atOnce: { all: 32, service: 4, account: 8 },
  /** Milliseconds for one message. */
  sendMilliseconds: 10_000,
  /** Milliseconds after which another twin on the same database takes a message for one that its sender left. */
  leaseMilliseconds: 60_000,
  /** Milliseconds after the first failure, quadrupled at each further one. */
  retryMilliseconds: { first: 30_000, most: 6 * 60 * 60_000 },
  /** Failures in a row, some three days, after which a subscription is taken for dead. */
  failuresMost: 16,
  /** Seconds that a push service keeps a message for a device that is away: later the device looks by itself. */
  ttlSeconds: 24 * 60 * 60,
  /** Bytes of a push service's answer that are read: its status is enough. */
  answerBytes: 64 * 1024,
} as const

/** Subscribed calendars. */
export const feedBounds = {
  /** Bytes of one, unpacked: holidays and leagues have some hundred KiB; the whole of it is in memory. */
  bytes: 16 * 1024 * 1024,
  /** Events of one: twenty a day for two years. */
  objects: 20_000,
  /** Milliseconds for one answer. */
  milliseconds: 60_000,
  /** Sources that are looked at together. */
  atOnce: 2,
  /** Milliseconds between two looks: at the least, unless somebody says, and at the most. */
  refresh: { least: 15 * 60_000, usual: 60 * 60_000, most: 7 * 24 * 60 * 60_000 },
  /** Milliseconds between two looks at a source that fails, at the most. */
  backoffMost: 24 * 60 * 60_000,
  /** Share of a pause by which feeds differ, so that a source is not asked by all its readers at once. */
  jitter: 0.1,
  /** Milliseconds between two questions for feeds that are due. */
  everyMilliseconds: 60_000,
  /** Events that one write stores or removes. */
  itemsPerWrite: 50,
  /** Failed looks after which `twin doctor` tells of it: a server may be away for an evening. */
  failuresWarning: 3,
} as const

/** Milliseconds that one twin of several keeps a feed to itself: longer than any look at it takes. */
export const feedClaimMilliseconds = 10 * 60_000

/** What an invitation may be: each of its attendees of this twin gets a copy in the same write, and waits behind it. */
export const scheduling = {
  /** Bytes of an object with attendees: it is read and written inside a write, so that it lives in its row. */
  objectBytes: 256 * 1024,
  /** Bytes of what answers and statuses may make of it. */
  storedBytes: 512 * 1024,
  /** Attendees of one instance (RFC 4791 §5.2.9). */
  attendees: 250,
  /** Attendees of all instances, times components: what is compared for each of them. */
  comparisons: 20_000,
  /** Meetings of a removed calendar whose people are told; they are those that changed last. */
  removedMeetings: 100,
} as const

/** Years of the clocks' changes that a VTIMEZONE of ours tells: from when places kept time by law, and beyond now until a rule shows. */
export const icalendarZoneYears = { first: 1970, ahead: 10 } as const

/** Definitions of zones that are kept as they were written, about a KiB each. */
export const writtenZones = 500

/** Bytes of one managed attachment: a scanned contract, a slide deck; films belong into the files. */
export const attachmentBytes = 100 * 1024 * 1024

/** Managed attachments of one calendar object. */
export const attachmentsPerObject = 50

/** MANAGED-IDs of one object that are looked up; what others wrote may have more than the twin would add. */
export const attachmentIdsOfObject = 200

/** Milliseconds of one turn of the event loop in which objects are read for a report; what is left has its next turn. */
export const turnMilliseconds = 10

/** Years of one question for a zone's changes: each new one costs half a millisecond. */
export const timezoneObservanceYears = 20

/** Bytes of events that one line of the control socket carries, before base64 makes them a third larger. */
export const controlObjectBytes = 512 * 1024

/** Levels of nesting in JSON of Matrix: events have fewer than ten. */
export const matrixJsonDepth = 200

/** Bytes of an event in canonical JSON, and of the identifiers in it (Matrix v1.19 C2S "Size limits"). */
export const matrixEventBytes = 65_536
export const matrixIdentifierBytes = 255
