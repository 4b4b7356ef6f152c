import { kyselyOver } from './kysely.ts'
import type { Answer, Query, Session, View } from './types.ts'

/** What one body sees of a session. It answers nothing after a query of it failed, and nothing once it has ended. */
export class Scope implements View {
  readonly now: number
  readonly dialect: View['dialect']
  readonly #session: Session
  #db: View['db'] | undefined
  #failure: unknown
  #ended = false

  constructor(session: Session, now: number) {
    this.#session = session
    this.dialect = session.dialect
    this.now = now
  }

  get db(): View['db'] {
    this.#db ??= kyselyOver(this.dialect, (query) => this.execute(query))
    return this.#db
  }

  /** What the first failed query threw. */
  get failure(): unknown {
    return this.#failure
  }

  execute(query: Query): Answer | Promise<Answer> {
    if (this.#ended) throw new Error('the body of this view has already settled')
    if (this.#failure !== undefined) throw this.#failure
    try {
      const answer = this.#session.execute(query)
      return answer instanceof Promise ? answer.catch((error) => this.#fail(error)) : answer
    } catch (error) {
      return this.#fail(error)
    }
  }

  end(): void {
    this.#ended = true
  }

  #fail(error: unknown): never {
    this.#failure ??= error
    throw error
  }
}
