import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { collectionCommands, type ImportValues, type Outcome } from '../control/collections.ts'
import { DomainError } from '../errors.ts'
import { CalendarSplitter, type SplitObject } from '../formats/icalendar/split.ts'
import { calendarStreamBytes, controlObjectBytes } from '../limits.ts'
import { type Command, UsageError } from './command.ts'
import { onTheTwin } from './on-the-twin.ts'

const choices = ['refuse', 'skip', 'update'] as const

const importCalendar: Command = {
  usage: 'import --account NAME --calendar NAME [--existing refuse|skip|update] FILE',
  summary: 'read a file of events (.ics) into a calendar, while the twin runs; - is standard input',
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        account: { type: 'string' },
        calendar: { type: 'string' },
        existing: { type: 'string', default: 'refuse' },
      },
    })
    const { account, calendar: name } = values
    const existing = choices.find((choice) => choice === values.existing)
    const [file, ...others] = positionals
    if (
      account === undefined ||
      name === undefined ||
      existing === undefined ||
      file === undefined ||
      others.length > 0
    )
      throw new UsageError('import needs an account, a calendar and one file')
    const objects = await readObjects(file)
    return tell(objects, await importAll(objects, { account, kind: 'calendar', name, existing }))
  },
}

export default importCalendar

async function readObjects(file: string): Promise<SplitObject[]> {
  const splitter = new CalendarSplitter()
  let bytes = 0
  for await (const chunk of (file === '-' ? process.stdin : createReadStream(file)) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > calendarStreamBytes)
      throw new DomainError('TooLarge', `A file has ${calendarStreamBytes} bytes at the most.`)
    splitter.push(chunk)
  }
  return splitter.end()
}

/** Some at a time, as the twin's socket takes them. */
async function importAll(objects: readonly SplitObject[], about: Omit<ImportValues, 'objects'>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let batch: string[] = []
  let bytes = 0
  const flush = async () => {
    if (batch.length === 0) return
    const values = { ...about, objects: batch }
    const answered = await onTheTwin(loadConfig(), collectionCommands, { command: 'collection.import', values })
    outcomes.push(...(answered as Outcome[]))
    batch = []
    bytes = 0
  }
  for (const object of objects) {
    const content = object.bytes()
    if (bytes + content.length > controlObjectBytes) await flush()
    if (content.length > controlObjectBytes)
      outcomes.push({ refused: 'It is too large for the command line: POST it.' })
    else {
      batch.push(content.toString('base64'))
      bytes += content.length
    }
  }
  await flush()
  return outcomes
}

/** Exit code 1 when something was refused. */
function tell(objects: readonly SplitObject[], outcomes: readonly Outcome[]): number {
  const counts = { imported: 0, updated: 0, skipped: 0, refused: 0 }
  for (const [index, outcome] of outcomes.entries()) {
    if (typeof outcome === 'string') counts[outcome]++
    else {
      counts.refused++
      const { line, uid, name = '' } = objects[index] as SplitObject
      process.stderr.write(`line ${line}: ${[uid || 'no UID', name].filter(Boolean).join(', ')}: ${outcome.refused}\n`)
    }
  }
  process.stdout.write(
    `${Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}\n`,
  )
  return counts.refused > 0 ? 1 : 0
}
