import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** For a test's `skip`: why memory of a process cannot be looked at here, or false. */
export const lacksProc = (): string | false => (existsSync('/proc/self/clear_refs') ? false : 'needs Linux (/proc)')

const megabytes = (pid: number, key: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Megabytes that a process holds now, and begins its peak anew. proc(5): clear_refs, 5. */
export function residentNow(pid: number): number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return megabytes(pid, 'VmRSS')
}

/** The most that it has held since. */
export const residentPeak = (pid: number): number => megabytes(pid, 'VmHWM')
