// One count of failed sign-ins for all protocols.
// - A guess is counted when it begins and taken back when it was right: a hundred at once are not all let through.
// - A network that signed in to the account within 30 days has a budget of its own. All others share one for the account,
//   and each of them has one over all accounts: an attack from elsewhere can use up theirs, never the owner's.
// - The same wrong password again is answered without being counted or hashed: it is a device with an old password, and
//   tells a guesser nothing.
// - A guess that comes too early is refused and not counted, so that no client prolongs its own wait.
import {
  failureCounts,
  failureMemoryMilliseconds,
  failureWaitFirst,
  failureWaitMost,
  freeFailures,
  freeFailuresShared,
  wrongPasswordsRemembered,
} from '../../limits.ts'

type Count = { name: string; free: number; failures: number; last: number; wrong: string[] }

export type Guess = {
  /** The account's name as it was given; it need not exist. */
  account: string
  network: string
  /** The network signed in to this account within the last 30 days. */
  known: boolean
  /** Stands for the password (a keyed hash): the same for the same one. */
  key: string
}

export type Verdict =
  | { allowed: true; succeeded(): void; failed(): void; cancelled(): void }
  | { allowed: false; reason: 'wait' /** Milliseconds. */; wait: number }
  | { allowed: false; reason: 'wrong-again' }

export class FailureLimiter {
  readonly #counts = new Map<string, Count>()
  readonly #now: () => number
  readonly #most: number

  constructor(now: () => number, most: number = failureCounts) {
    this.#now = now
    this.#most = most
  }

  get size(): number {
    return this.#counts.size
  }

  /** Counts a guess as failed until it is told otherwise, or refuses it. */
  begin({ account, network, known, key }: Guess): Verdict {
    const own = this.#peek(`own ${network} ${account}`, freeFailures)
    if (own.wrong.includes(key)) return { allowed: false, reason: 'wrong-again' }
    const counts = known
      ? [own]
      : [
          own,
          this.#peek(`account ${account}`, freeFailuresShared),
          this.#peek(`network ${network}`, freeFailuresShared),
        ]
    const wait = Math.max(...counts.map((count) => this.#wait(count)))
    if (wait > 0) return { allowed: false, reason: 'wait', wait }
    for (const count of counts) {
      count.failures++
      count.last = this.#now()
      this.#keep(count)
    }
    const takeBack = () => {
      for (const count of counts) count.failures = Math.max(0, count.failures - 1)
    }
    return {
      allowed: true,
      failed: () => {
        own.wrong = [...own.wrong, key].slice(-wrongPasswordsRemembered)
      },
      cancelled: takeBack,
      succeeded: () => {
        takeBack()
        own.failures = 0
      },
    }
  }

  /** Whether the network must wait before it may use the account's password again, right or wrong. */
  mustWait(account: string, network: string): boolean {
    const own = this.#counts.get(`own ${network} ${account}`)
    return own !== undefined && this.#wait(own) > 0
  }

  /** A new count is kept only once something is counted: what is refused takes no memory. */
  #peek(name: string, free: number): Count {
    const present = this.#counts.get(name)
    const fresh = present !== undefined && present.last + failureMemoryMilliseconds > this.#now()
    return fresh ? present : { name, free, failures: 0, last: this.#now(), wrong: [] }
  }

  #keep(count: Count): void {
    this.#counts.delete(count.name)
    this.#counts.set(count.name, count)
    if (this.#counts.size > this.#most) this.#counts.delete(this.#counts.keys().next().value as string)
  }

  #wait({ failures, free, last }: Count): number {
    if (failures < free) return 0
    const wait = Math.min(failureWaitFirst * 2 ** (failures - free), failureWaitMost)
    return Math.max(0, last + wait - this.#now())
  }
}
