import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { shutdownMilliseconds } from '../limits.ts'
import { createLog } from '../log.ts'
import type { Command } from './command.ts'

const start: Command = {
  usage: 'start',
  summary: 'run the twin until it is told to stop',
  async run(args) {
    parseArgs({ args, options: {} })
    const config = loadConfig()
    const log = createLog(config.log.level)
    const stopped = stopSignal()
    const { createTwin } = await import('../twin.ts') // not loaded for the sake of a line of help
    const twin = await createTwin(config, log)
    if (twin.setupLink) process.stdout.write(`Open this link to begin (it works once): ${twin.setupLink}\n`)
    process.stdout.write(`twin ready ${twin.url}\n`)
    log.info({ signal: await stopped }, 'stopping')
    // What does not end in time is cut off; everything acknowledged is already durable.
    setTimeout(() => process.exit(0), shutdownMilliseconds).unref()
    await twin.close()
    process.exit(0)
  },
}

export default start

/** Resolves on the first; a terminal and npm may both send one, so that a second must not kill. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => resolve(signal))
    // The launcher that this process has a channel to was killed. The channel alone keeps no process alive.
    process.once('disconnect', () => resolve('the launcher is gone'))
    process.channel?.unref()
  })
}
