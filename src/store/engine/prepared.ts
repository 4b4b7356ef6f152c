// Compiling a Kysely query costs more than running it. A hot query is compiled once for each
// dialect with placeholders in place of its parameters, and afterwards only bound and run.
import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import type { DB } from '../schema.ts'
import { kyselyOver } from './kysely.ts'
import type { Answer, Dialect, View } from './types.ts'

class Placeholder {
  readonly key: string
  constructor(key: string) {
    this.key = key
  }
}

let count = 0 // names the statements of this process

export type Prepared<P, R> = {
  all(view: View, parameters: P): Promise<R[]>
  first(view: View, parameters: P): Promise<R | undefined>
  /** Rows changed. */
  run(view: View, parameters: P): Promise<number>
}

/**
 * `prepared((db, p: { id: number }) => db.selectFrom('node').selectAll().where('id', '=', p.id))`.
 * A parameter is a single value: a list of variable length needs `view.db`.
 */
export function prepared<P extends object, R>(build: (db: Kysely<DB>, p: P) => Compilable<R>): Prepared<P, R> {
  const compiled: Partial<Record<Dialect, CompiledQuery>> = {}
  const name = `prepared${++count}`
  const execute = (view: View, parameters: P): Answer | Promise<Answer> => {
    compiled[view.dialect] ??= compile(view.dialect, build)
    const { sql, parameters: template } = compiled[view.dialect] as CompiledQuery
    return view.execute({ name, sql, parameters: template.map((value) => bind(value, parameters)) })
  }
  // An await costs even where there is nothing to wait for, and SQLite has answered already.
  return {
    async all(view, parameters) {
      const answer = execute(view, parameters)
      return (answer instanceof Promise ? await answer : answer).rows as R[]
    },
    async first(view, parameters) {
      const answer = execute(view, parameters)
      return (answer instanceof Promise ? await answer : answer).rows[0] as R | undefined
    },
    async run(view, parameters) {
      const answer = execute(view, parameters)
      return (answer instanceof Promise ? await answer : answer).changes
    },
  }
}

const neverRun = async (): Promise<never> => {
  throw new Error('a prepared query is only compiled here')
}

function compile<P extends object, R>(dialect: Dialect, build: (db: Kysely<DB>, p: P) => Compilable<R>): CompiledQuery {
  const placeholders = new Proxy({} as P, { get: (_, key) => new Placeholder(String(key)) })
  return build(kyselyOver(dialect, neverRun), placeholders).compile()
}

function bind(value: unknown, parameters: object): unknown {
  return value instanceof Placeholder ? (parameters as Record<string, unknown>)[value.key] : value
}
