// Names are kept exactly as they were sent: NFC and NFD are different names.
import { DomainError } from '../../errors.ts'
import { nameBytes } from '../../limits.ts'

/** Throws BadRequest for what cannot be the name of a file or folder. */
export function checkName(name: string): void {
  const wrong = whatIsWrong(name)
  if (wrong) throw new DomainError('BadRequest', wrong, { name })
}

function whatIsWrong(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'A file needs a name of its own.'
  if (name.includes('/') || name.includes('\0')) return 'A name cannot have a slash or a NUL in it.'
  if (!name.isWellFormed()) return 'A name must be well-formed Unicode.'
  if (Buffer.byteLength(name) > nameBytes) return `A name has at most ${nameBytes} bytes.`
  return undefined
}

/** `report.pdf` with ` (2)` is `report (2).pdf`, shortened to what a name may have. */
export function withSuffix(name: string, suffix: string): string {
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : ''
  const stem = [...name.slice(0, name.length - extension.length)]
  while (Buffer.byteLength(stem.join('')) + Buffer.byteLength(suffix + extension) > nameBytes) stem.pop()
  return stem.join('') + suffix + extension
}
