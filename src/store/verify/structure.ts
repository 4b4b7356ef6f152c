// What must hold in the database whatever happened before: each check is one query for the rows that break it.
// They run in one read transaction, so that writes beside them cannot look like damage.
import type { DatabaseSync } from 'node:sqlite'

type Row = Record<string, string | number | null>
export type Check = { sql: string; says: (row: Row) => string }

const orphan = (table: string, column: string, of: string, where = '1 = 1'): Check => ({
  sql: `SELECT t.id, t."${column}" AS missing FROM "${table}" t
        WHERE t."${column}" IS NOT NULL AND ${where}
        AND NOT EXISTS (SELECT 1 FROM "${of}" o WHERE o.id = t."${column}")`,
  says: (row) => `${table} ${row.id} refers to ${of} ${row.missing}, which is not there`,
})

const references: Check[] = [
  orphan('node', 'accountId', 'account'),
  orphan('node', 'parentId', 'node'),
  orphan('node', 'blobId', 'blob'),
  orphan('version', 'accountId', 'account'),
  orphan('version', 'nodeId', 'node'),
  orphan('version', 'blobId', 'blob'),
  orphan('collection', 'accountId', 'account'),
  orphan('collection_item', 'accountId', 'account'),
  orphan('collection_item', 'collectionId', 'collection'),
  orphan('collection_item', 'blobId', 'blob'),
  orphan('attachment', 'accountId', 'account'),
  orphan('attachment', 'blobId', 'blob'),
  orphan('attachment_use', 'attachmentId', 'attachment'),
  orphan('attachment_use', 'itemId', 'collection_item'),
  {
    sql: 'SELECT a.id FROM attachment a WHERE NOT EXISTS (SELECT 1 FROM attachment_use u WHERE u.attachmentId = a.id)',
    says: (row) => `attachment ${row.id} is in no object`,
  },
  {
    sql: `SELECT u.id, u.itemId AS item FROM attachment_use u JOIN collection_item i ON i.id = u.itemId
          WHERE COALESCE(i.attachments, 0) = 0`,
    says: (row) => `item ${row.item} does not know of its attachment ${row.id}`,
  },
  orphan('feed', 'collectionId', 'collection'),
  orphan('feed', 'accountId', 'account'),
  orphan('property', 'itemId', 'collection', `t.kind = 'collection'`),
  orphan('property', 'itemId', 'collection_item', `t.kind = 'item'`),
  orphan('lock', 'itemId', 'collection', `t.kind = 'collection'`),
  orphan('lock', 'itemId', 'collection_item', `t.kind = 'item'`),
  orphan('mailbox', 'accountId', 'account'),
  orphan('email', 'accountId', 'account'),
  orphan('email', 'blobId', 'blob'),
  orphan('queued_mail', 'blobId', 'blob'),
  orphan('placement', 'mailboxId', 'mailbox'),
  orphan('placement', 'emailId', 'email'),
  orphan('trash', 'accountId', 'account'),
  orphan('trash', 'nodeId', 'node'),
  orphan('property', 'itemId', 'node', `t.kind = 'node'`),
  orphan('lock', 'itemId', 'node', `t.kind = 'node'`),
  orphan('lock', 'accountId', 'account'),
  orphan('clock', 'accountId', 'account'),
  orphan('tombstone', 'accountId', 'account'),
  orphan('credential', 'accountId', 'account'),
  orphan('invitation', 'accountId', 'account'),
  orphan('push_subscription', 'accountId', 'account'),
  orphan('known_network', 'accountId', 'account'),
  orphan('share', 'ownerId', 'account'),
  orphan('share', 'accountId', 'account'),
  orphan('share', 'itemId', 'node', `t.kind = 'node'`),
  orphan('share', 'itemId', 'collection', `t.kind <> 'node'`),
  orphan('proxy', 'ownerId', 'account'),
  orphan('proxy', 'accountId', 'account'),
]

const tree: Check[] = [
  {
    sql: `WITH RECURSIVE reached(id) AS (
            SELECT id FROM node WHERE parentId IS NULL
            UNION ALL SELECT n.id FROM node n JOIN reached r ON n.parentId = r.id)
          SELECT id FROM node EXCEPT SELECT id FROM reached`,
    says: (row) => `node ${row.id} hangs below no root: the tree has a circle, or a folder above it is missing`,
  },
  {
    sql: `SELECT n.id, n.parentId AS parent FROM node n JOIN node p ON p.id = n.parentId
          WHERE p.isFolder = 0 OR p.accountId <> n.accountId`,
    says: (row) => `node ${row.id} is in ${row.parent}, which is a file or another account's`,
  },
  {
    sql: `SELECT id, name FROM node WHERE parentId IS NOT NULL
          AND (name IN ('', '.', '..') OR instr(name, '/') > 0 OR instr(name, char(0)) > 0)`,
    says: (row) => `node ${row.id} has the impossible name ${JSON.stringify(row.name)}`,
  },
  {
    // What was moved onto another file has given its content away, and waits under the staging root to be erased.
    sql: `SELECT n.id, n.isFolder FROM node n LEFT JOIN node p ON p.id = n.parentId
          WHERE (n.isFolder = 1 AND n.blobId IS NOT NULL)
          OR (n.isFolder = 0 AND n.blobId IS NULL AND NOT (p.parentId IS NULL AND p.name LIKE 'staging/%'))`,
    says: (row) => (row.isFolder ? `folder ${row.id} has a content` : `file ${row.id} has no content`),
  },
  {
    sql: `SELECT n.id FROM node n JOIN blob b ON b.id = n.blobId WHERE n.etag IS NOT lower(hex(b.hash))`,
    says: (row) => `file ${row.id} has another ETag than its content`,
  },
  {
    sql: `SELECT 'node' AS kind, n.id, n.size, b.size AS actual FROM node n JOIN blob b ON b.id = n.blobId WHERE n.size <> b.size
          UNION ALL
          SELECT 'version', v.id, v.size, b.size FROM version v JOIN blob b ON b.id = v.blobId WHERE v.size <> b.size
          UNION ALL
          SELECT 'item', i.id, i.size, b.size FROM collection_item i JOIN blob b ON b.id = i.blobId WHERE i.size <> b.size
          UNION ALL
          SELECT 'email', e.id, e.size, b.size FROM email e JOIN blob b ON b.id = e.blobId WHERE e.size <> b.size
          UNION ALL
          SELECT 'attachment', t.id, t.size, b.size FROM attachment t JOIN blob b ON b.id = t.blobId WHERE t.size <> b.size`,
    says: (row) => `${row.kind} ${row.id} says ${row.size} bytes and its content has ${row.actual}`,
  },
]

const mail: Check[] = [
  {
    sql: 'SELECT id FROM email e WHERE NOT EXISTS (SELECT 1 FROM placement p WHERE p.emailId = e.id)',
    says: (row) => `email ${row.id} is in no mailbox`,
  },
  {
    sql: `SELECT p.id FROM placement p JOIN mailbox m ON m.id = p.mailboxId JOIN email e ON e.id = p.emailId
          WHERE m.accountId <> e.accountId`,
    says: (row) => `placement ${row.id} puts one account's message into another's mailbox`,
  },
  {
    sql: `SELECT emailId AS id FROM placement GROUP BY emailId HAVING min(keywords) <> max(keywords)`,
    says: (row) => `email ${row.id} has other keywords in one mailbox than in another`,
  },
  {
    sql: `SELECT m.id, m.total, m.unseen, m.deleted, m.bytes, m.uidNext, count(p.id) AS total2,
            COALESCE(sum(' ' || p.keywords || ' ' NOT LIKE '% $seen %'), 0) AS unseen2, COALESCE(sum(p.deleted), 0) AS deleted2,
            COALESCE(sum(e.size), 0) AS bytes2, COALESCE(max(p.uid), 0) AS last
          FROM mailbox m LEFT JOIN placement p ON p.mailboxId = m.id LEFT JOIN email e ON e.id = p.emailId
          WHERE m.role IS NOT 'gone' GROUP BY m.id
          HAVING m.total <> total2 OR m.unseen <> unseen2 OR m.deleted <> deleted2 OR m.bytes <> bytes2 OR m.uidNext <= last`,
    says: (row) =>
      `mailbox ${row.id} counts ${row.total} messages (${row.unseen} unseen, ${row.deleted} deleted, ${row.bytes} bytes, next UID ${row.uidNext}) and has ${row.total2} (${row.unseen2}, ${row.deleted2}, ${row.bytes2}, last UID ${row.last})`,
  },
  {
    sql: `SELECT p.id, p.created, p.changed, m.changed AS latest FROM placement p JOIN mailbox m ON m.id = p.mailboxId
          WHERE p.changed > m.changed OR p.created > p.changed`,
    says: (row) =>
      `placement ${row.id} came at ${row.created}, changed at ${row.changed}, and its mailbox at ${row.latest}`,
  },
]

const sharing: Check[] = [
  {
    sql: `SELECT s.id FROM share s LEFT JOIN node n ON s.kind = 'node' AND n.id = s.itemId
          LEFT JOIN collection c ON s.kind <> 'node' AND c.id = s.itemId
          WHERE s.ownerId = s.accountId OR COALESCE(n.accountId, c.accountId, s.ownerId) <> s.ownerId
          OR (c.id IS NOT NULL AND c.kind <> s.kind) OR n.isFolder = 0`,
    says: (row) => `share ${row.id} is of what its owner has not, or with its owner`,
  },
  {
    sql: `SELECT id FROM share WHERE (status = 'accepted') <> (name IS NOT NULL)`,
    says: (row) => `share ${row.id} has a name in a home without being accepted, or none`,
  },
]

const journal: Check[] = [
  {
    sql: `SELECT n.id, n.created, n.changed, COALESCE(c.position, 0) AS clock FROM node n
          LEFT JOIN clock c ON c.accountId = n.accountId
          WHERE n.changed > COALESCE(c.position, 0) OR n.created > n.changed`,
    says: (row) =>
      `node ${row.id} came at ${row.created}, changed at ${row.changed}, and its account's clock is at ${row.clock}`,
  },
  {
    sql: `SELECT i.id, i.created, i.changed, c.changed AS latest FROM collection_item i JOIN collection c ON c.id = i.collectionId
          WHERE i.changed > c.changed OR i.created > i.changed`,
    says: (row) =>
      `item ${row.id} came at ${row.created}, changed at ${row.changed}, and its collection at ${row.latest}`,
  },
  {
    sql: `SELECT c.id, c.created, c.changed, COALESCE(k.position, 0) AS clock FROM collection c
          LEFT JOIN clock k ON k.accountId = c.accountId
          WHERE c.changed > COALESCE(k.position, 0) OR c.created > c.changed`,
    says: (row) =>
      `collection ${row.id} came at ${row.created}, changed at ${row.changed}, and its account's clock is at ${row.clock}`,
  },
  {
    sql: `SELECT t.id, t.position, COALESCE(c.position, 0) AS clock FROM tombstone t
          LEFT JOIN clock c ON c.accountId = t.accountId WHERE t.position > COALESCE(c.position, 0)`,
    says: (row) => `tombstone ${row.id} is at ${row.position}, and its account's clock at ${row.clock}`,
  },
  {
    sql: `SELECT a.id, a.name, COALESCE(c.used, 0) AS used, COALESCE(n.bytes, 0) + COALESCE(v.bytes, 0) + COALESCE(i.bytes, 0) + COALESCE(t.bytes, 0) + COALESCE(e.bytes, 0) AS owned
          FROM account a
          LEFT JOIN clock c ON c.accountId = a.id
          LEFT JOIN (SELECT accountId, sum(size) AS bytes FROM node WHERE isFolder = 0 GROUP BY accountId) n ON n.accountId = a.id
          LEFT JOIN (SELECT accountId, sum(size) AS bytes FROM version GROUP BY accountId) v ON v.accountId = a.id
          LEFT JOIN (SELECT accountId, sum(size) AS bytes FROM collection_item GROUP BY accountId) i ON i.accountId = a.id
          LEFT JOIN (SELECT accountId, sum(size) AS bytes FROM email GROUP BY accountId) e ON e.accountId = a.id
          LEFT JOIN (SELECT accountId, sum(size) AS bytes FROM attachment GROUP BY accountId) t ON t.accountId = a.id
          WHERE COALESCE(c.used, 0) <> COALESCE(n.bytes, 0) + COALESCE(v.bytes, 0) + COALESCE(i.bytes, 0) + COALESCE(t.bytes, 0) + COALESCE(e.bytes, 0)`,
    says: (row) => `account ${row.name} is charged ${row.used} bytes and owns ${row.owned}`,
  },
]

const contents: Check[] = [
  {
    sql: 'SELECT id FROM blob WHERE length(hash) <> 32 OR (data IS NOT NULL AND length(data) <> size)',
    says: (row) => `blob ${row.id} is not as long as it says`,
  },
]

export const checks: readonly Check[] = [...references, ...tree, ...mail, ...sharing, ...journal, ...contents]

/** Runs SQLite's own check and all of the above on one snapshot. */
export function checkStructure(database: DatabaseSync, problem: (text: string) => void): void {
  database.exec('BEGIN')
  try {
    for (const row of database.prepare('PRAGMA integrity_check').all()) {
      if (row.integrity_check !== 'ok') problem(`the database file: ${row.integrity_check}`)
    }
    for (const { sql, says } of checks) {
      for (const row of database.prepare(sql).iterate() as Iterable<Row>) problem(says(row))
    }
  } finally {
    database.exec('COMMIT')
  }
}
