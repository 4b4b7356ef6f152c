import type { Version } from '../../../formats/vcard/card.ts'

/** The version that an Accept header prefers; undefined where any will do: then a card stays as it is stored. */
export const acceptedVersion = (accept: string | undefined): Version | undefined => {
  let best: { version: Version | undefined; weight: number } | undefined
  for (const range of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (type !== 'text/vcard' && type !== 'text/*' && type !== '*/*') continue
    const value = (name: string) =>
      parameters
        .find((one) => one.startsWith(`${name}=`))
        ?.slice(name.length + 1)
        .replaceAll('"', '')
    const version = value('version')
    if (version !== undefined && version !== '3.0' && version !== '4.0') continue
    const weight = Number(value('q') ?? 1)
    if (weight > (best?.weight ?? 0)) best = { version, weight }
  }
  return best?.version
}
