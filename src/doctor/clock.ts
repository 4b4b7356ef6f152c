import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { clockSkewMilliseconds } from '../limits.ts'
import { type Check, ok, wrong } from './finding.ts'

const mend = 'set the clock, and keep it right: timedatectl set-ntp true'

/** Without asking the network: nothing that was made can be from the future, and this program is not older than itself. */
export const checkClock: Check = async ({ config, now }) => {
  const files = ['twin.db-wal', 'twin.db', 'keys'].map((name) => join(config.data, name))
  for (const path of files) {
    const found = await stat(path).catch(() => undefined)
    if (found && found.mtimeMs > now + clockSkewMilliseconds) {
      return [wrong(`the clock says ${iso(now)}, but ${path} was written at ${iso(found.mtimeMs)}`, mend)]
    }
  }
  const { mtimeMs } = await stat(import.meta.filename)
  if (mtimeMs > now + clockSkewMilliseconds) {
    return [wrong(`the clock says ${iso(now)}, which is before this program was installed`, mend)]
  }
  return [ok(`the clock says ${iso(now)}`)]
}

const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
