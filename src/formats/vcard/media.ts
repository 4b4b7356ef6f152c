// PHOTO, LOGO, SOUND and KEY: version 3 says base64 with ENCODING=b and the format in TYPE (RFC 2426 §3.1.4), version 4
// says all of it in a data: URI (RFC 6350 §6.2.4, RFC 2397).

import type { ContentLine } from '../content-line.ts'
import { types, withoutParameters, withParameter } from './parameters.ts'

const families: Readonly<Record<string, string>> = {
  PHOTO: 'image/',
  LOGO: 'image/',
  SOUND: 'audio/',
  KEY: 'application/',
}

export const isMedia = ({ name }: ContentLine): boolean => Object.hasOwn(families, name)

/** What version 3 calls otherwise than the registry of media types (RFC 2426 §3.6.6, §3.7.2). */
const formats = [
  ['JPG', 'image/jpeg'],
  ['JPEG', 'image/jpeg'],
  ['WAVE', 'audio/wav'],
  ['PGP', 'application/pgp-keys'],
  ['X509', 'application/pkix-cert'],
] as const

const unknown = 'application/octet-stream'

const mediaTypeOf = (name: string, format: string): string =>
  format.includes('/')
    ? format.toLowerCase()
    : (formats.find(([short]) => short === format.toUpperCase())?.[1] ?? `${families[name]}${format.toLowerCase()}`)

const formatOf = (name: string, mediaType: string): string => {
  const short = formats.findLast(([, type]) => type === mediaType)?.[0]
  const family = families[name] ?? ''
  return short ?? (mediaType.startsWith(family) ? mediaType.slice(family.length).toUpperCase() : mediaType)
}

/** RFC 6350 §5.6: the only types that are no formats. */
const isPlace = (type: string): boolean => /^(home|work)$/i.test(type)

const isBase64 = (text: string | undefined): boolean => /^(b|base64)$/i.test(text ?? '')

/** @param encoding the line's ENCODING, which version 4 has not. */
export const mediaToVersion4 = (line: ContentLine, encoding: string | undefined): ContentLine => {
  const said = types(line)
  const format = said.find((type) => !isPlace(type) && !isBase64(type))
  const bare = withParameter(withoutParameters(line, 'TYPE', 'VALUE'), 'TYPE', ...said.filter(isPlace))
  // vCard 2.1 said BASE64 alone.
  if (isBase64(encoding) || said.some(isBase64)) {
    const type = format === undefined ? unknown : mediaTypeOf(line.name, format)
    return { ...bare, value: `data:${type};base64,${line.value.replace(/\s/g, '')}` }
  }
  const media = format === undefined ? bare : withParameter(bare, 'MEDIATYPE', mediaTypeOf(line.name, format))
  return isUri(line.value) ? media : withParameter(media, 'VALUE', 'text')
}

export const mediaToVersion3 = (line: ContentLine): ContentLine => {
  const bare = withoutParameters(line, 'VALUE', 'MEDIATYPE', 'TYPE')
  const places = types(line).filter(isPlace)
  const data = parseData(line.value)
  if (data !== undefined) {
    const format = data.type === unknown ? [] : [formatOf(line.name, data.type)]
    return { ...withParameter(withParameter(bare, 'ENCODING', 'b'), 'TYPE', ...format, ...places), value: data.base64 }
  }
  const mediaType = line.parameters.find(({ name }) => name === 'MEDIATYPE')?.values[0]
  const format = mediaType === undefined ? [] : [formatOf(line.name, mediaType.toLowerCase())]
  const media = withParameter(bare, 'TYPE', ...format, ...places)
  return isUri(line.value) ? withParameter(media, 'VALUE', 'uri') : media
}

/** RFC 2397. Some programs escape the comma as if the value were text. */
const parseData = (value: string): { type: string; base64: string } | undefined => {
  const match = /^data:([^,;\\]*)((?:\\?;[^,;\\]*)*?)(\\?;base64)?\\?,/i.exec(value)
  if (match === null) return undefined
  const type = match[1]?.toLowerCase() || 'text/plain'
  const content = value.slice(match[0].length)
  if (match[3] !== undefined) return { type, base64: content }
  const bytes = content.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return { type, base64: Buffer.from(bytes, 'latin1').toString('base64') }
}

/** RFC 3986 §3.1 */
export const isUri = (value: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(value)
