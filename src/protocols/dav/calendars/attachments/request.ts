// What a POST to a calendar object asks for (RFC 8607 §3.3).

import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../../errors.ts'
import { nameBytes } from '../../../../limits.ts'
import { header } from '../../exchange.ts'

export type AttachmentRequest =
  | { readonly action: 'attachment-add'; readonly rid: string | undefined }
  | { readonly action: 'attachment-update'; readonly managedId: string }
  | { readonly action: 'attachment-remove'; readonly managedId: string; readonly rid: string | undefined }

const refused = (precondition: string, message: string) => new DomainError('Forbidden', message, { precondition })

/** @throws DomainError Forbidden with the precondition valid-action, valid-rid or valid-managed-id (§3.11) */
export const parseAttachmentRequest = (query: string): AttachmentRequest => {
  const parameters = new URLSearchParams(query)
  const one = (name: string, precondition: string): string | undefined => {
    const values = parameters.getAll(name)
    if (values.length > 1 || values[0] === '') throw refused(precondition, `${name} is given once`)
    return values[0]
  }
  const action = one('action', 'valid-action')
  const managedId = one('managed-id', 'valid-managed-id')
  const rid = one('rid', 'valid-rid')
  switch (action) {
    case 'attachment-add':
      if (managedId !== undefined) throw refused('valid-managed-id', 'What is added has no managed-id yet')
      return { action, rid }
    case 'attachment-update':
      if (rid !== undefined) throw refused('valid-rid', 'An attachment is replaced wherever it is')
      return { action, managedId: required(managedId) }
    case 'attachment-remove':
      return { action, managedId: required(managedId), rid }
    default:
      throw refused('valid-action', 'action is attachment-add, attachment-update or attachment-remove')
  }
}

const required = (managedId: string | undefined): string => {
  if (managedId === undefined) throw refused('valid-managed-id', 'A managed-id says which attachment is meant')
  return managedId
}

/** The name of the file that is sent (RFC 6266 §4.3), as one that a file can have. */
export const fileNameOf = (request: IncomingMessage): string => {
  const disposition = header(request, 'content-disposition') ?? ''
  const extended = /;\s*filename\*\s*=\s*UTF-8''([^;\s]*)/i.exec(disposition)?.[1]
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1]?.replaceAll(/\\(.)/g, '$1')
  const plain = /;\s*filename\s*=\s*([^";\s]+)/i.exec(disposition)?.[1]
  const name = decoded(extended) ?? latin1ToText(quoted ?? plain ?? '')
  return cleaned(name) || 'attachment'
}

const decoded = (encoded: string | undefined): string | undefined => {
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** Node reads headers as Latin-1; what clients write there is UTF-8. */
const latin1ToText = (text: string): string => {
  const bytes = Buffer.from(text, 'latin1')
  const read = bytes.toString()
  return read.includes('\uFFFD') ? text : read
}

/** Its last segment, without what no file name has. */
const cleaned = (name: string): string => {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const plain = last.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').trim()
  if (plain === '.' || plain === '..') return ''
  let short = plain
  while (Buffer.byteLength(short) > nameBytes) short = short.slice(0, -1)
  return short.toWellFormed()
}
