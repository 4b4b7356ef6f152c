import { DomainError } from '../../../errors.ts'

/** RFC 9110 §8.8.3: the opaque tag stands here without its quotes. */
export type EntityTag = { readonly weak: boolean; readonly opaque: string }

// Spaces are not in RFC 9110's grammar, but they are in the examples of RFC 4918 §10.4.
const syntax = /(W\/)?"([\x20\x21\x23-\x7e\x80-\uffff]*)"/y

/** Reads one entity tag at a position of a header. */
export const readEntityTag = (text: string, at: number): { entityTag: EntityTag; end: number } | undefined => {
  syntax.lastIndex = at
  const match = syntax.exec(text)
  if (match === null) return undefined
  return { entityTag: { weak: match[1] !== undefined, opaque: match[2] ?? '' }, end: syntax.lastIndex }
}

/**
 * RFC 9110 §13.1.1, §13.1.2: the value of If-Match or If-None-Match.
 *
 * @throws DomainError BadRequest
 */
export const parseEntityTags = (value: string): '*' | readonly EntityTag[] => {
  if (value.trim() === '*') return '*'
  const tags: EntityTag[] = []
  const separator = /[ \t]*(?:,[ \t]*)*/y
  let at = 0
  while (at < value.length) {
    separator.lastIndex = at
    separator.test(value)
    at = separator.lastIndex
    if (at >= value.length) break
    const found = readEntityTag(value, at)
    if (found === undefined) throw new DomainError('BadRequest', 'An entity tag is written in double quotes')
    tags.push(found.entityTag)
    at = found.end
  }
  return tags
}

/** RFC 9110 §8.8.3.2: both strong and the same. `etag` is a strong one, without quotes. */
export const matchesStrongly = (tag: EntityTag, etag: string | undefined): boolean => !tag.weak && tag.opaque === etag

/** RFC 9110 §8.8.3.2: the same but for weakness. */
export const matchesWeakly = (tag: EntityTag, etag: string | undefined): boolean => tag.opaque === etag
