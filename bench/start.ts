// How long `bin/twin start` takes from the command to its ready line, and what it then holds. The first start makes
// the data folder, the keys and the compile cache; the ones after it are what an owner sees.
//   node bench/start.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { largest, residentMegabytes } from './webdav/processes.ts'
import { startTwin } from './webdav/twin.ts'

const goal = { seconds: 1.5, megabytes: 150 }
const idleMilliseconds = 5000

const folder = await mkdtemp(join(tmpdir(), 'bench-start-'))
try {
  for (const round of ['first', 'second', 'third']) {
    const started = performance.now()
    const twin = await startTwin({ folder, name: 'ann' })
    const seconds = (performance.now() - started) / 1000
    await pause(idleMilliseconds)
    const megabytes = residentMegabytes(largest(twin.pid))
    await twin.close()
    const short = round !== 'first' && (seconds > goal.seconds || megabytes > goal.megabytes)
    console.log(
      `${round.padEnd(6)} start: ready after ${seconds.toFixed(2)} s, idle ${megabytes.toFixed(0)} MB${short ? ' (short)' : ''}`,
    )
  }
  console.log(`goal: ${goal.seconds} s from the second start on, ${goal.megabytes} MB`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
