// One connection, with the settings on which everything else relies. A COMMIT that returned is on the
// server's disk: `synchronous_commit` is on and `fsync` is not off.

import pg from 'pg'
import { DomainError } from '../../../errors.ts'
import { postgresqlIdleMilliseconds, postgresqlLockMilliseconds, postgresqlQueryMilliseconds } from '../../../limits.ts'

const INT8 = 20
const NUMERIC = 1700

/** Times, sizes, positions and sums are numbers everywhere: none of them comes near 2^53. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8 || oid === NUMERIC) return Number
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

/** Connects, or throws. `patient` is for work that may take long, such as a migration. */
export async function connect(url: string, { patient = false } = {}): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    types,
    application_name: 'twin',
    connectionTimeoutMillis: postgresqlQueryMilliseconds,
    keepAlive: true,
  })
  client.on('error', () => {}) // told by whoever uses it: every query is refused, and 'end' follows
  await client.connect()
  try {
    await client.query(`SET synchronous_commit = on; SET client_min_messages = warning; ${patient ? '' : bounds}`)
    await requireDurability(client)
  } catch (error) {
    await client.end()
    throw error
  }
  return client
}

const bounds = `SET statement_timeout = ${postgresqlQueryMilliseconds};
  SET lock_timeout = ${postgresqlLockMilliseconds};
  SET idle_in_transaction_session_timeout = ${postgresqlIdleMilliseconds}`

async function requireDurability(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
            current_setting('server_encoding') AS encoding`,
  )
  const { fsync, commit, encoding } = rows[0]
  if (fsync !== 'on' || commit !== 'on') {
    throw new DomainError(
      'Unavailable',
      `PostgreSQL runs with fsync ${fsync} and synchronous_commit ${commit}: a power cut would lose what was acknowledged`,
    )
  }
  if (encoding !== 'UTF8')
    throw new DomainError('Unavailable', `the PostgreSQL database is in ${encoding}: create it with ENCODING 'UTF8'`)
}
