/** A command of the command line. `run` answers the exit code; it throws UsageError, ConfigError or DomainError. */
export type Command = {
  usage: string
  summary: string
  run: (args: string[]) => Promise<number>
}

/** The words after the command make no sense: exit code 2, with the usage. */
export class UsageError extends Error {}
