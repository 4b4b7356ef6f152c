// The command line. Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage.
import { type Command, UsageError } from './commands/command.ts'
import { ConfigError } from './config.ts'
import { isDomainError } from './errors.ts'

const commands: Record<string, () => Promise<{ default: Command }>> = {
  start: () => import('./commands/start.ts'),
  account: () => import('./commands/account.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  export: () => import('./commands/export.ts'),
  import: () => import('./commands/import.ts'),
  queue: () => import('./commands/queue.ts'),
  verify: () => import('./commands/verify.ts'),
  doctor: () => import('./commands/doctor.ts'),
}

async function help(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map(async (load) => (await load()).default))
  const width = Math.max(...loaded.map(({ usage }) => usage.length))
  const lines = loaded.map(({ usage, summary }) => `  twin ${usage.padEnd(width)}  ${summary}`)
  return ['Usage:', ...lines, ''].join('\n')
}

async function main([name = 'help', ...args]: string[]): Promise<number> {
  if (name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(await help())
    return 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) {
    process.stderr.write(`twin: there is no command ${name}\n${await help()}`)
    return 2
  }
  const { default: command } = await load()
  try {
    return await command.run(args)
  } catch (error) {
    if (error instanceof UsageError || isParseArgsError(error)) {
      process.stderr.write(`twin: ${error.message}\nUsage: twin ${command.usage}\n`)
      return 2
    }
    process.stderr.write(`twin: ${describe(error)}\n`)
    return 1
  }
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
}

/** What a person can mend is one line; anything else is a defect and keeps its stack. */
function describe(error: unknown): string {
  if (error instanceof ConfigError || isDomainError(error)) return error.message
  if (error instanceof Error && 'syscall' in error) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

process.exitCode = await main(process.argv.slice(2))
