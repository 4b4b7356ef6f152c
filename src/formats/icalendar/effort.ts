// What one object's recurrences may cost, counted in steps: a day looked at, an instance found, a time of day listed.
// Steps, not time: the same object is always refused or always answered.
import { DomainError } from '../../errors.ts'
import { recurrenceSteps } from '../../limits.ts'

export class Effort {
  #left: number

  constructor(steps: number = recurrenceSteps) {
    this.#left = steps
  }

  get left(): number {
    return this.#left
  }

  /** @throws DomainError TooLarge when more was asked for than there is. */
  spend(steps = 1): void {
    this.#left -= steps
    if (this.#left < 0) throw tooManyInstances()
  }
}

/** RFC 4791 §5.2.8: the precondition of a recurrence with more instances than the server bears. */
export const tooManyInstances = (): DomainError =>
  new DomainError('TooLarge', 'The recurrence has too many instances', { precondition: 'max-instances' })
