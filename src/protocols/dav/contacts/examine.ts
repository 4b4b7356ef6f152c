// What a body has to be to be a card (RFC 6352 §5.1, §6.3.2.1).

import { randomUUID } from 'node:crypto'
import { DomainError, isDomainError } from '../../../errors.ts'
import { type Card, parseCard, property } from '../../../formats/vcard/card.ts'
import type { Examined } from '../collections/space.ts'

const refuse = (message: string, precondition = 'valid-address-data'): never => {
  throw new DomainError('BadRequest', message, { precondition })
}

/** What clients say a card is; RFC 6352 §5.1.1. */
const cardTypes = /^(text\/(x-)?vcard|text\/directory|text\/plain)\s*(;|$)/i

/** @throws DomainError with the precondition supported-address-data. */
export const requireCardType = (contentType: string | undefined): void => {
  if (contentType !== undefined && !cardTypes.test(contentType))
    refuse('Cards are text/vcard', 'supported-address-data')
}

/**
 * Reads one card.
 *
 * @throws DomainError with the precondition valid-address-data or supported-address-data.
 */
export const examineCard = (content: Buffer, contentType: string | undefined): Examined => {
  requireCardType(contentType)
  const text = decode(content)
  const card = parse(text)
  // RFC 2426 §3.1.1, RFC 6350 §6.2.1
  if (property(card, 'FN') === undefined) return refuse('A card has a formatted name (FN)')
  if (card.properties.filter(({ name }) => name === 'UID').length > 1) return refuse('A card has one UID')
  const uid = property(card, 'UID')?.value.trim()
  if (uid !== undefined && uid !== '') return { facts: facts(uid) }
  // RFC 6352 §5.1: a stored card has a UID.
  const made = `urn:uuid:${randomUUID()}`
  const without = text.replace(/^UID[;:].*(\r?\n[ \t].*)*\r?\n/im, '')
  return { facts: facts(made), altered: Buffer.from(without.replace(/^END:VCARD/im, `UID:${made}\r\nEND:VCARD`)) }
}

const facts = (uid: string): Examined['facts'] => ({ uid, component: 'VCARD' })

const decode = (content: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return refuse('A card is in UTF-8')
  }
}

const parse = (text: string): Card => {
  try {
    return parseCard(text)
  } catch (error) {
    if (!isDomainError(error)) throw error
    return refuse(error.message, error.code === 'Unsupported' ? 'supported-address-data' : 'valid-address-data')
  }
}
