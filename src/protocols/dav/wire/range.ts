import { DomainError } from '../../../errors.ts'
import { rangesInRequest } from '../../../limits.ts'

/** Bytes from `start` up to and without `end`. */
export type ByteRange = { readonly start: number; readonly end: number }

const integer = (digits: string): number => {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : Number.MAX_SAFE_INTEGER
}

/**
 * RFC 9110 §14.1.2: `Range` against a content of `size` bytes.
 *
 * @returns undefined when the header is to be ignored (another unit, not the grammar, or more ranges than the bound:
 *   §14.2 lets a server ignore it); an empty list when nothing in it can be satisfied (416).
 */
export const parseRange = (value: string, size: number): readonly ByteRange[] | undefined => {
  const match = /^bytes[ \t]*=(.*)$/i.exec(value.trim())
  if (match === null) return undefined
  const ranges: ByteRange[] = []
  const specs = (match[1] ?? '')
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '')
  if (specs.length === 0 || specs.length > rangesInRequest) return undefined
  for (const spec of specs) {
    const range = parseSpec(spec, size)
    if (range === 'invalid') return undefined
    if (range !== 'unsatisfiable') ranges.push(range)
  }
  return overlapsMuch(ranges) ? undefined : ranges
}

const parseSpec = (spec: string, size: number): ByteRange | 'invalid' | 'unsatisfiable' => {
  const match = /^(\d*)-(\d*)$/.exec(spec)
  if (match === null) return 'invalid'
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return 'invalid'
    const suffix = integer(last)
    return suffix === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - suffix), end: size }
  }
  const start = integer(first)
  if (last !== '' && integer(last) < start) return 'invalid'
  if (start >= size) return 'unsatisfiable'
  return { start, end: last === '' ? size : Math.min(size, integer(last) + 1) }
}

// RFC 9110 §17.15: many overlapping ranges ask for more than the content itself.
const overlapsMuch = (ranges: readonly ByteRange[]): boolean => {
  const sorted = ranges.toSorted((a, b) => a.start - b.start)
  let overlaps = 0
  for (let index = 1; index < sorted.length; index++)
    if ((sorted[index]?.start ?? 0) < (sorted[index - 1]?.end ?? 0)) overlaps++
  return overlaps > 1
}

/**
 * RFC 9110 §14.5: `Content-Range` of a partial PUT.
 *
 * @throws DomainError BadRequest: to take part of a content for the whole would destroy it.
 */
export const parseContentRange = (value: string): ByteRange & { readonly complete: number | undefined } => {
  const match = /^bytes[ \t]+(\d+)-(\d+)\/(\d+|\*)$/i.exec(value.trim())
  const [, first = '', last = '', total = '*'] = match ?? []
  const start = integer(first)
  const end = integer(last) + 1
  const complete = total === '*' ? undefined : integer(total)
  if (match === null || end <= start || end > Number.MAX_SAFE_INTEGER || (complete !== undefined && end > complete))
    throw new DomainError('BadRequest', 'Content-Range names no bytes')
  return { start, end, complete }
}

/** Where a partial update goes: an `end` that is undefined is wherever the body ends. */
export type UpdateRange = { readonly start: number; readonly end: number | undefined }

/**
 * sabre/dav's `X-Update-Range`: `append`, `bytes=3-6`, `bytes=4-` or `bytes=-2`, on a content of `size` bytes.
 *
 * @throws DomainError BadRequest
 */
export const parseUpdateRange = (value: string, size: number): UpdateRange => {
  if (value.trim() === 'append') return { start: size, end: undefined }
  const match = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i.exec(value.trim())
  if (match === null) throw new DomainError('BadRequest', 'X-Update-Range is append or one range of bytes')
  const [, first, last, suffix] = match
  if (first === undefined) return { start: Math.max(0, size - integer(suffix ?? '')), end: undefined }
  const start = integer(first)
  const end = last === undefined || last === '' ? undefined : integer(last) + 1
  if (end !== undefined && end <= start) throw new DomainError('BadRequest', 'X-Update-Range ends before it starts')
  return { start, end }
}
