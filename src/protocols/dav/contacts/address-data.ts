// CARDDAV:address-data (RFC 6352 §10.4): a card in a report, as it is stored, in another version, or some of its
// properties. Nothing is parsed where the stored text is what is asked for.

import { DomainError } from '../../../errors.ts'
import { type Card, parseCard, type Version, writeCard } from '../../../formats/vcard/card.ts'
import { convertCard } from '../../../formats/vcard/convert.ts'
import { attribute, child, type Element, elements, isNamed } from '../../../formats/xml/element.ts'
import { CARDDAV } from '../wire/names.ts'

export type AddressData = {
  /** Undefined for the one that is stored. */
  readonly version: Version | undefined
  /** Names in capitals, and whether the value is wanted; undefined for all of the card. */
  readonly properties: ReadonlyMap<string, { readonly value: boolean }> | undefined
}

/** @throws DomainError with the precondition supported-address-data. */
export const parseAddressData = (element: Element): AddressData => {
  const type = attribute(element, '', 'content-type')?.trim().toLowerCase() ?? 'text/vcard'
  const version = attribute(element, '', 'version')?.trim()
  if (type !== 'text/vcard' || (version !== undefined && version !== '3.0' && version !== '4.0'))
    throw new DomainError('Unsupported', 'Cards are vCard 3.0 or 4.0', { precondition: 'supported-address-data' })
  const names = elements(element).filter((one) => isNamed(one, CARDDAV, 'prop'))
  if (names.length === 0 || child(element, CARDDAV, 'allprop') !== undefined) return { version, properties: undefined }
  const properties = new Map<string, { value: boolean }>()
  for (const one of names)
    properties.set((attribute(one, '', 'name') ?? '').toUpperCase(), {
      value: attribute(one, '', 'novalue') !== 'yes', // §10.4.2
    })
  return { version, properties }
}

/** The text of a card as it is asked for. */
export const selectAddressData = (text: string, { version, properties }: AddressData): string => {
  if (version === undefined && properties === undefined) return text
  const card = parseCard(text)
  if (properties === undefined && version === card.version) return text
  const converted = convertCard(card, version ?? card.version)
  return writeCard(properties === undefined ? converted : withProperties(converted, properties))
}

const withProperties = (card: Card, wanted: NonNullable<AddressData['properties']>): Card => ({
  version: card.version,
  properties: card.properties.flatMap((line) => {
    const { group, name } = line
    const asked = wanted.get(name) ?? (group === undefined ? undefined : wanted.get(`${group}.${name}`.toUpperCase()))
    if (asked === undefined) return []
    return [asked.value ? line : { ...line, value: '' }]
  }),
})
