// Apple's property lists in XML, as far as a configuration profile needs them.

import { escapeText } from '../../../formats/xml/write.ts'

export type PlistValue =
  | string
  | number
  | boolean
  | Uint8Array
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue }

const write = (value: PlistValue): string => {
  if (typeof value === 'string') return `<string>${escapeText(value)}</string>`
  if (typeof value === 'number') return `<integer>${Math.trunc(value)}</integer>`
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>'
  if (value instanceof Uint8Array) return `<data>${Buffer.from(value).toString('base64')}</data>`
  if (isList(value)) return `<array>${value.map(write).join('')}</array>`
  const members = Object.entries(value).map(([key, one]) => `<key>${escapeText(key)}</key>${write(one)}`)
  return `<dict>${members.join('')}</dict>`
}

const isList = (value: object): value is readonly PlistValue[] => Array.isArray(value)

export const writePlist = (value: PlistValue): string =>
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
  `<plist version="1.0">${write(value)}</plist>\n`
