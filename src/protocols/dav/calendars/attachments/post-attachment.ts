// POST to a calendar object: adds, replaces or removes an attachment that the twin keeps (RFC 8607 §3). The object and
// what it refers to change in one write; it is read and rewritten before that, and again if it changed meanwhile.

import { Readable } from 'node:stream'
import { DomainError, isDomainError } from '../../../../errors.ts'
import {
  addAttachment,
  type ManagedAttachment,
  managedIdsOf,
  removeAttachment,
  updateAttachment,
} from '../../../../formats/icalendar/attach.ts'
import type { Component } from '../../../../formats/icalendar/component.ts'
import { writeComponent } from '../../../../formats/icalendar/component.ts'
import { componentsOf, withComponents } from '../../../../formats/icalendar/itip/instances.ts'
import { type CalendarObject, parseObject } from '../../../../formats/icalendar/object.ts'
import { attachmentBytes, attachmentsPerObject, largestCalendarObject, writeRetries } from '../../../../limits.ts'
import type { Staged } from '../../../../store/blobs/blobs.ts'
import { newManagedId } from '../../../../store/collections/attachments.ts'
import type { Item } from '../../../../store/collections/collections.ts'
import type { Tx, View } from '../../../../store/store.ts'
import { originOf } from '../../../http/origin.ts'
import type { CollectionResource } from '../../collections/resource.ts'
import { answerEmpty, type Exchange, header, locateRequest } from '../../exchange.ts'
import { guard } from '../../guard.ts'
import { putAt } from '../../methods/place-content.ts'
import { requireAllowed, requireResource } from '../../methods/require.ts'
import { requirePrivileges } from '../../privileges.ts'
import type { Place, Written } from '../../resource.ts'
import { parsePreferences } from '../../wire/headers.ts'
import { calendarType } from '../properties.ts'
import { type AttachmentRequest, fileNameOf, parseAttachmentRequest } from './request.ts'
import { attachmentHref } from './space.ts'

type Kept = { readonly attachment: ManagedAttachment; readonly staged: Staged }

export const postAttachment = async (exchange: Exchange): Promise<void> => {
  const { context, store } = exchange
  const asked = parseAttachmentRequest(context.query)
  await store.read((view) => objectAt(exchange, view))
  const kept = asked.action === 'attachment-remove' ? undefined : await receiveAttachment(exchange)
  try {
    const { written, text } = await rewrite(exchange, asked, kept)
    answer(exchange, asked, kept, written, text)
  } catch (error) {
    await kept?.staged.discard()
    throw error
  }
}

type ObjectPlace = { readonly place: Place; readonly item: Item; readonly accountId: number }

/** The object that the request is sent to, if it may be changed. @throws DomainError */
const objectAt = async (exchange: Exchange, view: View): Promise<ObjectPlace> => {
  const place = await locateRequest(exchange, view)
  const resource = requireResource(place) as CollectionResource
  requireAllowed(resource, 'PUT')
  requirePrivileges([resource, 'write-content'])
  await guard(exchange, view, place, { self: true })
  if (resource.item === undefined) throw new DomainError('Forbidden', 'Objects have attachments')
  return { place, item: resource.item, accountId: resource.accountId }
}

const receiveAttachment = async ({ request, store }: Exchange): Promise<Kept> => {
  const tooLarge = new DomainError('TooLarge', `At most ${attachmentBytes} bytes`, {
    precondition: 'max-attachment-size',
  })
  const announced = Number(header(request, 'content-length') ?? Number.NaN)
  if (announced > attachmentBytes) throw tooLarge
  const staged = await store.blobs
    .receive(request, { limit: attachmentBytes, ...(Number.isSafeInteger(announced) && { expectedSize: announced }) })
    .catch((error) => {
      throw isDomainError(error, 'TooLarge') ? tooLarge : error
    })
  const managedId = newManagedId()
  const name = fileNameOf(request)
  const url = originOf(request) + attachmentHref(managedId, name)
  const contentType = mediaType(header(request, 'content-type'))
  return { staged, attachment: { managedId, name, url, contentType, size: staged.size } }
}

/** RFC 5545 §3.2.8: type and subtype, nothing else. */
const mediaType = (contentType: string | undefined): string | null => {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(type) ? type : null
}

type Rewritten = { readonly written: Written; readonly text: string }

const rewrite = async (exchange: Exchange, asked: AttachmentRequest, kept: Kept | undefined): Promise<Rewritten> => {
  for (let attempt = 0; attempt < writeRetries; attempt++) {
    const done = await rewriteOnce(exchange, asked, kept)
    if (done !== 'changed') return done
  }
  throw new DomainError('Conflict', 'The object changes all the time: try again.')
}

const rewriteOnce = async (
  exchange: Exchange,
  asked: AttachmentRequest,
  kept: Kept | undefined,
): Promise<Rewritten | 'changed'> => {
  const { store } = exchange
  const { place, item } = await store.read((view) => objectAt(exchange, view))
  const [now] = await store.read((view) => store.collections.itemsNamed(view, { id: item.collectionId }, [item.name]))
  if (now === undefined) return 'changed'
  const object = parseObject((await store.collections.read(now)).toString())
  const changed = withComponents(object, edited(object, asked, kept?.attachment))
  if (managedIdsOf(changed).length > attachmentsPerObject)
    throw new DomainError('Forbidden', `At most ${attachmentsPerObject} attachments`, {
      precondition: 'max-attachments-per-resource',
    })
  const text = writeComponent(changed.calendar)
  const staged = await store.blobs.receive(Readable.from([Buffer.from(text)]))
  try {
    if (staged.size > largestCalendarObject)
      throw new DomainError('TooLarge', 'The object is too large', { precondition: 'max-resource-size' })
    const findings = await place.space.examine?.(staged, undefined)
    const written = await store.write((tx) => put(exchange, tx, { before: now, staged, findings, kept }))
    if (written !== 'changed') return { written, text }
    await staged.discard()
    return 'changed'
  } catch (error) {
    await staged.discard()
    throw error
  }
}

const edited = (
  object: CalendarObject,
  asked: AttachmentRequest,
  attachment: ManagedAttachment | undefined,
): readonly Component[] => {
  if (asked.action !== 'attachment-add' && !managedIdsOf(object).includes(asked.managedId))
    throw new DomainError('Forbidden', 'The object has no such attachment', { precondition: 'valid-managed-id' })
  if (asked.action === 'attachment-remove') return removeAttachment(object, asked.managedId, asked.rid)
  if (attachment === undefined) return componentsOf(object)
  return asked.action === 'attachment-add'
    ? addAttachment(object, attachment, asked.rid)
    : updateAttachment(object, asked.managedId, attachment)
}

type ToPut = {
  readonly before: Item
  readonly staged: Staged
  readonly findings: unknown
  readonly kept: Kept | undefined
}

const put = async (
  exchange: Exchange,
  tx: Tx,
  { before, staged, findings, kept }: ToPut,
): Promise<Written | 'changed'> => {
  const { place, item, accountId } = await objectAt(exchange, tx)
  if (item.id !== before.id || item.changed !== before.changed) return 'changed'
  if (kept !== undefined) {
    const { managedId, name, contentType } = kept.attachment
    await exchange.store.collections.attach(tx, { accountId, managedId, name, contentType, staged: kept.staged })
  }
  return putAt(tx, place, { staged, findings, contentType: undefined, modifiedAt: undefined })
}

/** §3.4 to §3.6: with `Prefer: return=representation` the client gets the object as it is now. */
const answer = (
  { request, response }: Exchange,
  { action }: AttachmentRequest,
  kept: Kept | undefined,
  { resource, altered = false }: Written,
  text: string,
): void => {
  if (kept !== undefined) response.setHeader('Cal-Managed-ID', kept.attachment.managedId) // §5.1
  if (kept !== undefined) response.setHeader('Location', kept.attachment.url)
  const status = action === 'attachment-add' ? 201 : 200
  // What an attendee is told may have changed the object once more: then the client reads it.
  if (!altered && resource.etag !== undefined) response.setHeader('ETag', `"${resource.etag}"`)
  const { representation } = parsePreferences(header(request, 'prefer'), undefined)
  if (!representation || altered) {
    answerEmpty(response, status === 201 ? 201 : 204)
    return
  }
  response.statusCode = status
  response.setHeader('Preference-Applied', 'return=representation')
  response.setHeader('Content-Location', resource.href)
  response.setHeader('Content-Type', calendarType)
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}
