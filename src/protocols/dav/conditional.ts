// RFC 9110 §13: conditional requests, in the order of §13.2.2.

import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../errors.ts'
import { header } from './exchange.ts'
import type { Resource } from './resource.ts'
import { matchesStrongly, matchesWeakly, parseEntityTags, readEntityTag } from './wire/entity-tag.ts'
import { parseHttpDate } from './wire/headers.ts'

const failed = (condition: string): never => {
  throw new DomainError('PreconditionFailed', `${condition} does not hold`)
}

/** A date of HTTP has whole seconds. */
const inSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

/**
 * Evaluates the conditional headers against what is there now.
 *
 * @returns 'not-modified' where GET and HEAD answer 304.
 * @throws DomainError PreconditionFailed
 */
export const checkConditions = (request: IncomingMessage, resource: Resource | undefined): 'go-on' | 'not-modified' => {
  const { headers, method } = request
  const reads = method === 'GET' || method === 'HEAD'
  const ifMatch = header(request, 'if-match')
  if (ifMatch !== undefined) {
    const tags = parseEntityTags(ifMatch)
    const holds = resource !== undefined && (tags === '*' || tags.some((tag) => matchesStrongly(tag, resource.etag)))
    if (!holds) failed('If-Match')
  } else if (headers['if-unmodified-since'] !== undefined) {
    const since = parseHttpDate(headers['if-unmodified-since'])
    if (since !== undefined && resource?.modifiedAt !== undefined && inSeconds(resource.modifiedAt) > inSeconds(since))
      failed('If-Unmodified-Since')
  }
  const ifScheduleTag = header(request, 'if-schedule-tag-match')
  if (ifScheduleTag !== undefined) {
    // RFC 6638 §8.3: the tag says what If-Match would, but for the answers of others.
    const tags = parseEntityTags(ifScheduleTag)
    const holds = tags !== '*' && tags.some((tag) => matchesStrongly(tag, resource?.scheduleTag))
    if (!holds) failed('If-Schedule-Tag-Match')
  }
  const ifNoneMatch = header(request, 'if-none-match')
  if (ifNoneMatch !== undefined) {
    const tags = parseEntityTags(ifNoneMatch)
    const matches = resource !== undefined && (tags === '*' || tags.some((tag) => matchesWeakly(tag, resource.etag)))
    if (matches && reads) return 'not-modified'
    if (matches) failed('If-None-Match')
  } else if (reads && resource?.modifiedAt !== undefined) {
    const since = parseHttpDate(headers['if-modified-since'])
    if (since !== undefined && inSeconds(resource.modifiedAt) <= inSeconds(since)) return 'not-modified'
  }
  return 'go-on'
}

/** RFC 9110 §13.1.5: whether a Range may be answered, because the content is still the one the client has a part of. */
export const rangeMayBeUsed = (request: IncomingMessage, resource: Resource): boolean => {
  const ifRange = header(request, 'if-range')
  if (ifRange === undefined) return true
  const tag = readEntityTag(ifRange, 0)
  if (tag !== undefined) return matchesStrongly(tag.entityTag, resource.etag)
  // A date is a strong validator only when it is old enough; the entity tags here always are, so it must be exact.
  const date = parseHttpDate(ifRange)
  return date !== undefined && resource.modifiedAt !== undefined && inSeconds(date) === inSeconds(resource.modifiedAt)
}
