import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { type QueueValues, queueCommands } from '../control/queue.ts'
import type { QueuedMail } from '../store/mail/queue.ts'
import { type Command, UsageError } from './command.ts'
import { onTheTwin } from './on-the-twin.ts'

const done = { retry: 'tried again now', hold: 'held', drop: 'dropped' } as const

const queue: Command = {
  usage: 'queue [list] | queue retry|hold|drop NUMBER…|--all',
  summary: 'mail that waits for other servers: see it, send it now, hold it, throw it away',
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: { all: { type: 'boolean' } }, allowPositionals: true })
    const [verb = 'list', ...numbers] = positionals
    if (verb === 'list' && numbers.length === 0 && !values.all) {
      const rows = await call('queue.list', {})
      process.stdout.write(listOf(rows as QueuedMail[]))
      return 0
    }
    if (!Object.hasOwn(done, verb)) throw new UsageError(`queue has no ${verb}`)
    const ids = numbers.map(Number)
    if (!ids.every(Number.isSafeInteger)) throw new UsageError(`queue ${verb} needs the numbers that queue list shows`)
    if (ids.length > 0 === (values.all ?? false)) throw new UsageError(`queue ${verb} needs numbers, or --all`)
    const count = await call(`queue.${verb}`, values.all ? {} : { ids })
    process.stdout.write(`${count} ${done[verb as keyof typeof done]}\n`)
    return values.all || count === ids.length ? 0 : 1
  },
}

export default queue

function call(command: string, values: QueueValues): Promise<unknown> {
  return onTheTwin(loadConfig(), queueCommands, { command, values })
}

function listOf(rows: readonly QueuedMail[]): string {
  if (rows.length === 0) return 'No mail waits.\n'
  return rows
    .map((row) => {
      const when = row.isHeld ? 'held' : `${row.attempts} tries, next ${new Date(row.dueAt).toISOString()}`
      const why = row.lastError === null ? '' : `\n        ${row.lastError}`
      return `${String(row.id).padStart(6)}  ${row.sender} to ${row.recipient}, ${row.size} bytes, ${when}${why}\n`
    })
    .join('')
}
