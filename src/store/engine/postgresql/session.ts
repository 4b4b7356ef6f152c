// A session connects when it is first used and again after its connection was lost. Writes are
// SERIALIZABLE: the bodies were written for one writer, and with several twins on one database a body that
// read what another has changed meanwhile is run again.
import type pg from 'pg'
import type { Answer, Query, Row, Session } from '../types.ts'
import { connect } from './connection.ts'
import { ConnectionLost, isLost, isTransient } from './errors.ts'

export class PostgresqlSession implements Session {
  readonly dialect = 'postgresql'
  readonly isTransient = isTransient
  readonly #url: string
  #client: pg.Client | undefined
  #last: Promise<unknown> = Promise.resolve()
  #inTransaction = false

  constructor(url: string) {
    this.#url = url
  }

  get inTransaction(): boolean {
    return this.#inTransaction
  }

  async execute({ name, sql, parameters }: Query): Promise<Answer> {
    const client = this.#client
    if (!client) throw new ConnectionLost()
    const query = () => client.query<Row>({ name, text: sql, values: parameters as unknown[] })
    const answer = this.#last.then(query, query) // one at a time, also for a body that asks for several at once
    this.#last = answer
    try {
      const { rows, rowCount } = await answer
      return { rows, changes: rowCount ?? 0 }
    } catch (error) {
      throw this.#client === client ? error : new ConnectionLost(error)
    }
  }

  begin(): Promise<void> {
    return this.#begin('BEGIN ISOLATION LEVEL SERIALIZABLE')
  }

  beginRead(): Promise<void> {
    return this.#begin('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  }

  async commit(): Promise<void> {
    const command = await this.#end('COMMIT')
    if (command !== 'COMMIT') throw new Error('PostgreSQL rolled the transaction back instead of committing it')
  }

  async endRead(): Promise<void> {
    await this.#end('COMMIT')
  }

  async rollback(): Promise<void> {
    await this.#end('ROLLBACK')
  }

  async savepoint(): Promise<void> {
    await this.#control('SAVEPOINT body')
  }

  async release(): Promise<void> {
    await this.#control('RELEASE body')
  }

  async rollbackToSavepoint(): Promise<void> {
    await this.#control('ROLLBACK TO body; RELEASE body')
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#forget(client)
    await client?.end()
  }

  /** A connection that was lost while nobody used it is noticed here, where nothing is lost with it. */
  async #begin(sql: string): Promise<void> {
    const kept = this.#client
    if (!kept || !(await this.#beginsOn(kept, sql))) {
      this.#client = await this.#connect()
      await this.#control(sql)
    }
    this.#inTransaction = true
  }

  async #beginsOn(client: pg.Client, sql: string): Promise<boolean> {
    try {
      await this.#control(sql)
      return true
    } catch (error) {
      if (!isLost(error)) throw error
      this.#forget(client)
      client.end().catch(() => {})
      return false
    }
  }

  async #connect(): Promise<pg.Client> {
    try {
      const client = await connect(this.#url)
      client.once('end', () => this.#forget(client))
      client.once('error', () => this.#forget(client))
      return client
    } catch (error) {
      throw new ConnectionLost(error)
    }
  }

  #forget(client: pg.Client | undefined): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#inTransaction = false
  }

  async #end(sql: string): Promise<string> {
    this.#inTransaction = false
    return this.#control(sql)
  }

  async #control(sql: string): Promise<string> {
    const client = this.#client
    if (!client) throw new ConnectionLost()
    const query = () => client.query(sql)
    const answer = this.#last.then(query, query)
    this.#last = answer
    try {
      return (await answer).command
    } catch (error) {
      throw this.#client === client ? error : new ConnectionLost(error)
    }
  }
}
