import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** A process and all below it. */
export const family = (pid: number): number[] => {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      // `pid (name) state parent …`, where the name may hold anything
      const parent = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) \S /s, '')
        .split(' ', 1)[0]
      parents.set(Number(entry), Number(parent))
    } catch {} // it ended meanwhile
  }
  const members = [pid]
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child)
  }
  return members
}

const megabytes = (pid: number, key: 'VmRSS' | 'VmHWM'): number => {
  const line = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) / 1024
}

/** The member of a family that holds the most memory: the server itself, not its launcher. */
export const largest = (pid: number): number =>
  family(pid).reduce((most, member) => (megabytes(member, 'VmRSS') > megabytes(most, 'VmRSS') ? member : most), pid)

export const residentMegabytes = (pid: number): number => megabytes(pid, 'VmRSS')

export const peakMegabytes = (pid: number): number => megabytes(pid, 'VmHWM')

/** Begins the peak anew (proc(5): clear_refs, 5). */
export const resetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

const clockTicks = 100

/** Seconds of CPU that a process and all below it have used. */
export const cpuSeconds = (pid: number): number => {
  let ticks = 0
  for (const member of family(pid)) {
    const fields = readFileSync(`/proc/${member}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / clockTicks
}
