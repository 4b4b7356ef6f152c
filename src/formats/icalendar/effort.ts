// What recurrences may cost, counted in steps: a day looked at, an instance found, a time of day listed.
// Steps, not time: the same question is always refused or always answered.
import { DomainError } from '../../errors.ts'
import { recurrenceSteps } from '../../limits.ts'

type Pot = { left: number }

/** What everything inside `spendingAtMost` draws from. */
let shared: Pot | undefined

export class Effort {
  readonly #pot: Pot

  /** @param steps of its own; without them it shares what it is given by `spendingAtMost`. */
  constructor(steps?: number) {
    this.#pot = steps === undefined ? (shared ?? { left: recurrenceSteps }) : { left: steps }
  }

  get left(): number {
    return this.#pot.left
  }

  /** @throws DomainError TooLarge when more was asked for than there is. */
  spend(steps = 1): void {
    this.#pot.left -= steps
    if (this.#pot.left < 0) throw tooManyInstances()
  }
}

/**
 * Runs a body that returns at once: all that it asks about recurrences costs so many steps together, at the most.
 *
 * @throws DomainError TooLarge, precondition 'max-instances', where that is not enough.
 */
export function spendingAtMost<T>(steps: number, body: () => T): T {
  const before = shared
  shared = { left: steps }
  try {
    return body()
  } finally {
    shared = before
  }
}

/** RFC 4791 §5.2.8: the precondition of a recurrence with more instances than the server bears. */
export const tooManyInstances = (): DomainError =>
  new DomainError('TooLarge', 'The recurrence has too many instances', { precondition: 'max-instances' })
