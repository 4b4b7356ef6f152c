// A name is a path segment, a folder name and the local part of addresses (mail, Matrix, XMPP), so it is made
// of what is safe and spelt alike in all of them. It never changes and is never given to somebody else.
import { DomainError } from '../../errors.ts'
import { accountNameCharacters, displayNameCharacters } from '../../limits.ts'

/** Letters, digits and single separators between them, beginning with a letter: a name of digits looks like an id. */
const shape = /^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/

/**
 * CA/Browser Forum Baseline Requirements §3.2.2.4.4 and RFC 2142: whoever reads mail for these can get a
 * certificate for the domain, or is taken for its operator.
 */
const reserved = new Set([
  'abuse',
  'admin',
  'administrator',
  'hostmaster',
  'mailer-daemon',
  'noreply',
  'postmaster',
  'root',
  'security',
  'twin',
  'webmaster',
])

/** What a person typed, as it is looked up: phones begin with a capital and end with a space. */
export const foldName = (typed: string): string => typed.trim().toLowerCase()

/** The same for who signs in: programs send the whole address where a person typed one (RFC 6764 §6). */
export const foldSignInName = (typed: string, domain: string): string => {
  const name = foldName(typed)
  return name.endsWith(`@${domain}`) ? name.slice(0, -domain.length - 1) : name
}

/** Throws BadRequest (field `name`) unless a new account may have this name. */
export function checkName(name: string): void {
  if (name.length > accountNameCharacters || !shape.test(name)) {
    throw new DomainError(
      'BadRequest',
      `A name is 1 to ${accountNameCharacters} of a-z and 0-9, with single dots, hyphens or underscores between them, and begins with a letter.`,
      { field: 'name' },
    )
  }
  if (reserved.has(name))
    throw new DomainError('BadRequest', `The name ${name} is kept for the twin.`, { field: 'name' })
}

/** The name that people see: one line without control characters. Throws BadRequest (field `displayName`). */
export function checkDisplayName(typed: string): string {
  const name = typed.normalize('NFC').trim()
  if (name === '' || [...name].length > displayNameCharacters || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    throw new DomainError('BadRequest', `A display name is one line of 1 to ${displayNameCharacters} characters.`, {
      field: 'displayName',
    })
  }
  return name
}
