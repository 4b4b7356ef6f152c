import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { maintenanceCommands } from '../control/maintenance.ts'
import type { Report } from '../store/verify/verify.ts'
import type { Command } from './command.ts'
import { onTheTwin } from './on-the-twin.ts'

const verify: Command = {
  usage: 'verify',
  summary: 'hash every content again and check every reference, while the twin runs',
  async run(args) {
    parseArgs({ args, options: {} })
    const call = { command: 'verify', values: {} }
    const report = (await onTheTwin(loadConfig(), maintenanceCommands, call)) as Report
    for (const problem of report.problems) process.stderr.write(`twin: ${problem}\n`)
    const more = report.problemCount - report.problems.length
    if (more > 0) process.stderr.write(`twin: and ${more} more\n`)
    process.stdout.write(summary(report))
    return report.problemCount > 0 ? 1 : 0
  },
}

export default verify

function summary({ blobs, bytes, orphanFiles, problemCount }: Report): string {
  const size = `${(bytes / 2 ** 20).toFixed(1)} MiB`
  const orphans = orphanFiles > 0 ? `; ${orphanFiles} files that a crash left will be collected` : ''
  const verdict = problemCount === 0 ? 'nothing is wrong' : `${problemCount} things are wrong`
  return `${blobs} contents (${size}) and all references checked: ${verdict}${orphans}\n`
}
