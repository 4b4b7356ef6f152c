// The records of shim.c.

/** What happened, in order. Paths are below the recorded folder; '' is that folder. */
export type Event =
  | { type: 'process' }
  | {
      type: 'open'
      open: number
      path: string
      created: boolean
      readOnly: boolean
      isFolder: boolean
      mainThread: boolean
    }
  | { type: 'close'; open: number }
  | { type: 'write'; open: number; offset: number; data: Buffer }
  | { type: 'truncate'; open: number; size: number }
  | { type: 'sync'; open: number; sync: number; mainThread: boolean }
  | { type: 'synced'; open: number; sync: number }
  | { type: 'mkdir' | 'unlink'; path: string }
  | { type: 'rename' | 'link'; path: string; to: string }
  | { type: 'told'; text: string }

const headerBytes = 24
const CREATED = 1
const READ_ONLY = 2
const FOLDER = 4

/** Opens and syncs are numbered anew by each process: here they are unique in the whole trace. */
export function readTrace(trace: Buffer): Event[] {
  const events: Event[] = []
  let process = 0
  for (let at = 0; at + headerBytes <= trace.length; ) {
    const length = trace.readUInt32LE(at + 12)
    const end = at + headerBytes + length
    if (end > trace.length) break
    if (trace[at] === 'N'.charCodeAt(0)) process++
    events.push(readEvent(trace.subarray(at, end), process * 2 ** 32))
    at = end
  }
  return events
}

function readEvent(record: Buffer, base: number): Event {
  const flags = record[1] as number
  const mainThread = record.readUInt16LE(2) === 1
  const open = base + record.readUInt32LE(4)
  const sync = base + record.readUInt32LE(8)
  const offset = Number(record.readBigInt64LE(16))
  const data = record.subarray(headerBytes)
  const [path = '', to = ''] = 'ACELSTUMNOR'.includes(String.fromCharCode(record[0] as number))
    ? data.toString().split('\0')
    : []
  switch (String.fromCharCode(record[0] as number)) {
    case 'N':
      return { type: 'process' }
    case 'O': {
      const is = (flag: number) => (flags & flag) !== 0
      return {
        type: 'open',
        open,
        path,
        created: is(CREATED),
        readOnly: is(READ_ONLY),
        isFolder: is(FOLDER),
        mainThread,
      }
    }
    case 'C':
      return { type: 'close', open }
    case 'W':
      return { type: 'write', open, offset, data }
    case 'T':
      return { type: 'truncate', open, size: offset }
    case 'S':
      return { type: 'sync', open, sync, mainThread }
    case 'E':
      return { type: 'synced', open, sync }
    case 'M':
      return { type: 'mkdir', path }
    case 'U':
      return { type: 'unlink', path }
    case 'R':
      return { type: 'rename', path, to }
    case 'L':
      return { type: 'link', path, to }
    case 'A':
      return { type: 'told', text: path.trim() }
    default:
      throw new Error('the trace is damaged')
  }
}
