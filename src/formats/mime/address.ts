// Address lists (RFC 5322 §3.4) as ENVELOPE tells them: bounded, never failing, in octet strings. What cannot be an
// address keeps its text as a display name, so that a client can show what was sent.

import { messageAddresses } from '../../limits.ts'

export type Address =
  | { readonly name: string | undefined; readonly mailbox: string; readonly host: string | undefined }
  /** The beginning of a group, and with undefined its end. */
  | { readonly group: string | undefined }

type Token = { readonly kind: 'word' | 'string' | 'special'; readonly text: string; readonly spaced: boolean }

const specials = '<>@,;:'

/** Addresses in their order, at most `messageAddresses` of them. */
export function readAddresses(text: string): Address[] {
  const found: Address[] = []
  let pending: Token[] = []
  let inGroup = false
  let inAngle = false
  const flush = (): void => {
    const address = toAddress(pending)
    pending = []
    if (address !== undefined && found.length < messageAddresses) found.push(address)
  }
  for (const token of tokens(text)) {
    if (token.kind !== 'special') pending.push(token)
    else if (token.text === ',' && !inAngle) flush()
    else if (token.text === ':' && !inAngle && !inGroup && found.length < messageAddresses) {
      found.push({ group: phrase(pending) })
      pending = []
      inGroup = true
    } else if (token.text === ';' && !inAngle) {
      flush()
      if (inGroup) found.push({ group: undefined })
      inGroup = false
    } else {
      if (token.text === '<') inAngle = true
      if (token.text === '>') inAngle = false
      pending.push(token)
    }
  }
  flush()
  if (inGroup) found.push({ group: undefined })
  return found
}

function toAddress(tokens: readonly Token[]): Address | undefined {
  if (tokens.length === 0) return undefined
  const open = tokens.findIndex(isSpecial('<'))
  if (open === -1) return specOf(undefined, tokens)
  const close = tokens.findIndex(isSpecial('>'))
  const name = phrase(tokens.slice(0, open)) || undefined
  return specOf(name, withoutRoute(tokens.slice(open + 1, close === -1 ? undefined : close)))
}

/** `@one,@two:ann@example.org` (RFC 5322 §4.4): the route is not told. */
function withoutRoute(tokens: readonly Token[]): readonly Token[] {
  const colon = tokens.findIndex(isSpecial(':'))
  return colon === -1 ? tokens : tokens.slice(colon + 1)
}

function specOf(name: string | undefined, tokens: readonly Token[]): Address {
  const at = tokens.findLastIndex(isSpecial('@'))
  const joined = (some: readonly Token[]): string => some.map(({ text }) => text).join('')
  if (at === -1) return { name, mailbox: name === undefined ? phrase(tokens) : joined(tokens), host: undefined }
  return { name, mailbox: joined(tokens.slice(0, at)), host: joined(tokens.slice(at + 1)) }
}

const isSpecial =
  (character: string) =>
  ({ kind, text }: Token): boolean =>
    kind === 'special' && text === character

/** Words with one space where there was any. */
const phrase = (tokens: readonly Token[]): string =>
  tokens.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join('')

function* tokens(text: string): Generator<Token> {
  let at = 0
  let spaced = false
  while (at < text.length) {
    const character = text[at] as string
    if (character === ' ' || character === '\t' || character === '\r' || character === '\n') {
      spaced = true
      at++
      continue
    }
    if (character === '(') {
      at = afterComment(text, at)
      spaced = true
      continue
    }
    const [token, next] = character === '"' ? string(text, at) : word(text, at)
    yield { ...token, spaced }
    at = next
    spaced = false
  }
}

function word(text: string, at: number): [Omit<Token, 'spaced'>, number] {
  if (specials.includes(text[at] as string)) return [{ kind: 'special', text: text[at] as string }, at + 1]
  let end = at + 1
  while (end < text.length && !` \t\r\n("${specials}`.includes(text[end] as string)) end++
  return [{ kind: 'word', text: text.slice(at, end) }, end]
}

function string(text: string, at: number): [Omit<Token, 'spaced'>, number] {
  let content = ''
  let end = at + 1
  for (; end < text.length && text[end] !== '"'; end++) {
    if (text[end] === '\\' && end + 1 < text.length) end++
    content += text[end]
  }
  return [{ kind: 'string', text: content }, end + 1]
}

function afterComment(text: string, at: number): number {
  let depth = 0
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return at
}
