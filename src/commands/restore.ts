import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { restore as restoreBackup } from '../store/backup/restore.ts'
import { type Command, UsageError } from './command.ts'

const restore: Command = {
  usage: 'restore FILE [--force]',
  summary: 'put a backup into an empty data folder; --force moves present data aside; - is standard input',
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: { force: { type: 'boolean' } }, allowPositionals: true })
    const [file, ...others] = positionals
    if (file === undefined || others.length > 0) throw new UsageError('restore takes one file')
    const config = loadConfig()
    if (file !== '-') await access(file)
    const source = file === '-' ? process.stdin : createReadStream(file)
    const { manifest, blobs, damaged, aside } = await restoreBackup(source, {
      directory: config.data,
      force: values.force === true,
      database: config.database,
    })
    const from = new Date(manifest.createdAt).toISOString()
    process.stdout.write(`restored the twin of ${from} into ${config.data}, with ${blobs} large contents\n`)
    if (aside !== undefined)
      process.stdout.write(`the data from before are in ${aside}: delete them when all is well\n`)
    for (const hash of damaged) process.stderr.write(`twin: content ${hash} was damaged before the backup was made\n`)
    return damaged.length > 0 ? 1 : 0
  },
}

export default restore
