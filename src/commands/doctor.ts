import { Resolver } from 'node:dns/promises'
import { parseArgs } from 'node:util'
import { type Config, ConfigError, loadConfig } from '../config.ts'
import { callControl, NotRunning } from '../control/socket.ts'
import { examine } from '../doctor/doctor.ts'
import type { Finding, RunningTwin } from '../doctor/finding.ts'
import { dnsQuestion } from '../limits.ts'
import type { Command } from './command.ts'

const doctor: Command = {
  usage: 'doctor',
  summary: 'look at ports, DNS, certificate, disk, clock and versions: what is wrong, and how to mend it',
  async run(args) {
    parseArgs({ args, options: {} })
    const config = readConfig()
    if (typeof config === 'string') {
      process.stdout.write(`config\n  wrong    ${config}\n`)
      return 1
    }
    const running = await runningTwin(config.data)
    process.stdout.write(running ? `the twin runs (process ${running.pid})\n` : 'no twin runs on these data\n')
    const results = await examine({ config, running, now: Date.now(), resolver: new Resolver(dnsQuestion) })
    for (const { name, findings } of results) process.stdout.write(`${name}\n${findings.map(line).join('')}`)
    return results.some(({ findings }) => findings.some(({ level }) => level === 'wrong')) ? 1 : 0
  },
}

export default doctor

/** The settings, or what is wrong with them. */
function readConfig(): Config | string {
  try {
    return loadConfig()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

async function runningTwin(directory: string): Promise<RunningTwin | undefined> {
  try {
    return (await callControl(directory, 'status')) as RunningTwin
  } catch (error) {
    if (error instanceof NotRunning) return undefined
    throw error
  }
}

const line = ({ level, text, mend }: Finding): string =>
  `  ${level.padEnd(8)} ${text}\n${mend === undefined ? '' : `${' '.repeat(11)}→ ${mend}\n`}`
