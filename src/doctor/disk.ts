import { randomUUID } from 'node:crypto'
import { open, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFreeBytesWrong, diskFreePartWarning, slowSyncMilliseconds } from '../limits.ts'
import { type Check, type Finding, ok, warning, wrong } from './finding.ts'

/** Room, and whether a write reaches the disk and how fast: every change waits for that. */
export const checkDisk: Check = async ({ config }) => {
  try {
    await stat(config.data)
  } catch {
    return [ok(`the data folder ${config.data} is not there yet: the first start makes it`)]
  }
  return [await freeSpace(config.data), await syncedWrite(config.data), ...(await sameFileSystem(config.data))]
}

async function freeSpace(folder: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${(free / 2 ** 30).toFixed(1)} GiB free on the disk of ${folder}`
  if (free < diskFreeBytesWrong)
    return wrong(text, 'make room there, or move the data folder to a larger disk (TWIN_DATA)')
  if (bavail < blocks * diskFreePartWarning) return warning(text, 'make room there before it is full')
  return ok(text)
}

async function syncedWrite(folder: string): Promise<Finding> {
  const path = join(folder, `doctor-${randomUUID()}`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      const milliseconds = await medianSync(file)
      const text = `a durable write takes ${milliseconds.toFixed(1)} ms`
      return milliseconds > slowSyncMilliseconds
        ? warning(
            text,
            'every change waits that long: put the data folder on a local disk, not a network share or SD card',
          )
        : ok(text)
    } finally {
      await file.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return wrong(`${folder} cannot be written to (${code})`, writeMend(code))
  } finally {
    await rm(path, { force: true }).catch(() => {})
  }
}

type SyncedFile = { write(data: Buffer): Promise<unknown>; datasync(): Promise<void> }

async function medianSync(file: SyncedFile): Promise<number> {
  const block = Buffer.alloc(4096)
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    await file.write(block)
    await file.datasync()
    times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)[2] ?? 0
}

function writeMend(code: string | undefined): string {
  switch (code) {
    case 'EROFS':
      return 'the file system is read-only: mount it writable (mount -o remount,rw), and look in dmesg for disk errors'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full: make room there'
    case 'EACCES':
    case 'EPERM':
      return `give it to the user that runs the twin: chown -R ${process.getuid?.() ?? 'USER'} on it`
    default:
      return 'look in dmesg for disk errors'
  }
}

/** A content is renamed into its place, which only works within one file system. */
async function sameFileSystem(folder: string): Promise<Finding[]> {
  const above = await stat(folder)
  const findings: Finding[] = []
  for (const name of ['blobs', 'blobs/tmp', 'keys']) {
    const inner = await stat(join(folder, name)).catch(() => undefined)
    if (inner === undefined || inner.dev === above.dev) continue
    findings.push(
      wrong(
        `${join(folder, name)} is on another file system than ${folder}`,
        `mount the whole data folder there instead: set TWIN_DATA to a folder on it`,
      ),
    )
  }
  return findings
}
