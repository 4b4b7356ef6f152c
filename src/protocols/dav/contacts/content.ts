import type { Content } from '../resource.ts'

/** A content that is in memory. */
export const contentOf = (bytes: Buffer): Content => {
  const part: (range?: { start: number; end: number }) => Buffer = (range) =>
    range === undefined ? bytes : bytes.subarray(range.start, range.end)
  return {
    size: bytes.length,
    bytes,
    open: part,
    async *pieces(range) {
      yield part(range)
    },
  }
}

/** The whole of a content, which is no larger than a card may be. */
export const textOf = async (content: Content): Promise<string> => {
  const bytes = content.open()
  return (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(await bytes.toArray())).toString()
}
