import { once } from 'node:events'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { maintenanceCommands } from '../control/maintenance.ts'
import type { Backup } from '../store/backup/write-backup.ts'
import { type Command, UsageError } from './command.ts'
import { onTheTwin } from './on-the-twin.ts'

const backup: Command = {
  usage: 'backup FILE',
  summary: 'write everything to one file, while the twin runs; - is standard output',
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    const [file, ...others] = positionals
    if (file === undefined || others.length > 0) throw new UsageError('backup takes one file')
    const { damaged } = file === '-' ? await write(toStandardOutput) : await toFile(file)
    for (const hash of damaged) {
      process.stderr.write(`twin: content ${hash} is damaged, and not in the backup: twin verify says more\n`)
    }
    return damaged.length > 0 ? 1 : 0
  },
}

export default backup

const write = (take: (bytes: Buffer) => Promise<void>): Promise<Backup> =>
  onTheTwin(loadConfig(), maintenanceCommands, {
    command: 'backup',
    values: {},
    onItem: (item) => take(Buffer.from(item as string, 'base64')),
  }) as Promise<Backup>

async function toStandardOutput(bytes: Buffer): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
}

/** A file of that name is replaced only by a whole backup that is on the disk. */
async function toFile(path: string): Promise<Backup> {
  const part = `${path}.part`
  const file = await open(part, 'w', 0o600)
  try {
    const result = await write((bytes) => writeAll(file, bytes))
    await file.sync()
    await rename(part, path)
    await syncFolder(dirname(resolve(path)))
    return result
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync().finally(() => folder.close())
}
