// Writes zip archives (PKWARE APPNOTE 6.3.10) as a stream of bytes, stored and not compressed, of any length.
// An entry costs its central record, some hundred bytes, until the end; nothing else is kept. Contents whose CRC is not
// known beforehand are followed by it (§4.4.4, bit 3).
import { crc32 } from 'node:zlib'

export type ZipEntry = {
  /** With slashes between folders; a folder's own entry ends in one. */
  name: string
  /** Bytes; 0 for a folder. */
  size: number
  /** Milliseconds since 1970. */
  modifiedAt: number
}

type Open = { entry: ZipEntry; name: Buffer; offset: number; streamed: boolean; crc: number; written: number }

const most16 = 0xffff
const most32 = 0xffffffff
const utf8Names = 0x0800
const crcFollows = 0x0008
/** §4.4.3: 2.0 has folders, 4.5 has 64-bit sizes. */
const version = { plain: 20, zip64: 45 }
/** §4.4.2: made on Unix, so that the upper half of the external attributes is a mode. */
const madeBy = (3 << 8) | 63
const modes = { file: 0o100644, folder: 0o40755 }

/** One archive. Write what each call returns, in that order: `whole`, or `begin`, `content`… and `end`; then `finish`. */
export class ZipWriter {
  readonly #central: Buffer[] = []
  #open: Open | undefined
  #offset = 0

  /** A folder, or a file whose content is in memory. */
  whole(entry: ZipEntry, content: Uint8Array = new Uint8Array()): Uint8Array[] {
    return [this.#begin(entry, { streamed: false, crc: crc32(content) }), this.content(content), this.end()]
  }

  /** The header of a file whose content follows. */
  begin(entry: ZipEntry): Uint8Array {
    return this.#begin(entry, { streamed: true, crc: 0 })
  }

  /** The next bytes of the file that was begun. */
  content(bytes: Uint8Array): Uint8Array {
    const open = this.#opened()
    if (open.streamed) open.crc = crc32(bytes, open.crc)
    open.written += bytes.length
    this.#offset += bytes.length
    return bytes
  }

  /** Ends the file. Throws when its content was not as long as `size` said: the header has gone out already. */
  end(): Uint8Array {
    const open = this.#opened()
    if (open.written !== open.entry.size)
      throw new Error(`${open.entry.name} is ${open.written} bytes, not ${open.entry.size}`)
    this.#open = undefined
    this.#central.push(centralRecord(open))
    return this.#count(open.streamed ? dataDescriptor(open) : Buffer.alloc(0))
  }

  /** The directory at the end of the archive. */
  *finish(): Generator<Uint8Array> {
    const start = this.#offset
    for (const record of this.#central) yield this.#count(record)
    yield endOfDirectory({ entries: this.#central.length, start, size: this.#offset - start })
  }

  #begin(entry: ZipEntry, { streamed, crc }: { streamed: boolean; crc: number }): Uint8Array {
    if (this.#open) throw new Error(`${this.#open.entry.name} has not ended`)
    const name = Buffer.from(entry.name)
    if (name.length > most16) throw new Error('a name in a zip is at most 65,535 bytes')
    this.#open = { entry, name, offset: this.#offset, streamed, crc, written: 0 }
    return this.#count(localHeader(this.#open))
  }

  #opened(): Open {
    if (!this.#open) throw new Error('no file was begun')
    return this.#open
  }

  #count(bytes: Uint8Array): Uint8Array {
    this.#offset += bytes.length
    return bytes
  }
}

/** §4.3.7 */
function localHeader({ entry, name, streamed, crc }: Open): Buffer {
  const large = entry.size >= most32
  const extra = Buffer.concat([...(large ? [zip64Extra([entry.size, entry.size])] : []), timeExtra(entry.modifiedAt)])
  const size = large ? most32 : entry.size
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(large ? version.zip64 : version.plain, 4)
  header.writeUInt16LE(streamed ? utf8Names | crcFollows : utf8Names, 6)
  header.writeUInt32LE(dosTime(entry.modifiedAt), 10)
  header.writeUInt32LE(streamed ? 0 : crc, 14)
  header.writeUInt32LE(size, 18)
  header.writeUInt32LE(size, 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

/** §4.3.9: sizes of 8 bytes where the local header has the zip64 field. */
function dataDescriptor({ entry, crc }: Open): Buffer {
  const large = entry.size >= most32
  const descriptor = Buffer.alloc(large ? 24 : 16)
  descriptor.writeUInt32LE(0x08074b50, 0)
  descriptor.writeUInt32LE(crc, 4)
  if (large) {
    descriptor.writeBigUInt64LE(BigInt(entry.size), 8)
    descriptor.writeBigUInt64LE(BigInt(entry.size), 16)
  } else {
    descriptor.writeUInt32LE(entry.size, 8)
    descriptor.writeUInt32LE(entry.size, 12)
  }
  return descriptor
}

/** §4.3.12 */
function centralRecord({ entry, name, offset, streamed, crc }: Open): Buffer {
  const large = entry.size >= most32 || offset >= most32
  const extra = Buffer.concat([
    ...(large ? [zip64Extra([entry.size, entry.size, offset])] : []),
    timeExtra(entry.modifiedAt),
  ])
  const isFolder = entry.name.endsWith('/')
  const record = Buffer.alloc(46)
  record.writeUInt32LE(0x02014b50, 0)
  record.writeUInt16LE(madeBy, 4)
  record.writeUInt16LE(large ? version.zip64 : version.plain, 6)
  record.writeUInt16LE(streamed ? utf8Names | crcFollows : utf8Names, 8)
  record.writeUInt32LE(dosTime(entry.modifiedAt), 12)
  record.writeUInt32LE(crc, 16)
  record.writeUInt32LE(large ? most32 : entry.size, 20)
  record.writeUInt32LE(large ? most32 : entry.size, 24)
  record.writeUInt16LE(name.length, 28)
  record.writeUInt16LE(extra.length, 30)
  // The upper half is the mode; 0x10 is the folder of MS-DOS.
  record.writeUInt32LE((((isFolder ? modes.folder : modes.file) << 16) | (isFolder ? 0x10 : 0)) >>> 0, 38)
  record.writeUInt32LE(large ? most32 : offset, 42)
  return Buffer.concat([record, name, extra])
}

/** §4.3.14 to §4.3.16 */
function endOfDirectory({ entries, start, size }: { entries: number; start: number; size: number }): Buffer {
  const large = entries >= most16 || size >= most32 || start >= most32
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(large ? most16 : entries, 8)
  end.writeUInt16LE(large ? most16 : entries, 10)
  end.writeUInt32LE(large ? most32 : size, 12)
  end.writeUInt32LE(large ? most32 : start, 16)
  if (!large) return end
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(madeBy, 12)
  end64.writeUInt16LE(version.zip64, 14)
  end64.writeBigUInt64LE(BigInt(entries), 24)
  end64.writeBigUInt64LE(BigInt(entries), 32)
  end64.writeBigUInt64LE(BigInt(size), 40)
  end64.writeBigUInt64LE(BigInt(start), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(start + size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}

/** §4.5.3 */
function zip64Extra(values: number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(0x0001, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  for (const [i, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i)
  return extra
}

/** Info-ZIP's extended timestamp: seconds since 1970, where the MS-DOS time has neither zone nor odd seconds. */
function timeExtra(modifiedAt: number): Buffer {
  const seconds = Math.floor(modifiedAt / 1000)
  if (seconds < -0x80000000 || seconds > 0x7fffffff) return Buffer.alloc(0)
  const extra = Buffer.alloc(9)
  extra.writeUInt16LE(0x5455, 0)
  extra.writeUInt16LE(5, 2)
  extra.writeUInt8(1, 4)
  extra.writeInt32LE(seconds, 5)
  return extra
}

/** §4.4.6: time in the lower half, date in the upper, between 1980 and 2107; UTC, as no zone is known. */
function dosTime(modifiedAt: number): number {
  const first = Date.UTC(1980, 0, 1)
  const date = new Date(Math.min(Math.max(modifiedAt, first), Date.UTC(2107, 11, 31, 23, 59, 58)))
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  return ((day << 16) | time) >>> 0
}
