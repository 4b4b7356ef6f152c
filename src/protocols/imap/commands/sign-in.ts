// LOGIN, AUTHENTICATE (RFC 9051 §6.2): only where nobody listens.

import { isDomainError } from '../../../errors.ts'
import { type Command, No, type Session } from '../session.ts'
import { type Scanner, SyntaxProblem } from '../wire/scanner.ts'

async function signIn(session: Session, name: string, password: string): Promise<string> {
  const { store, remoteAddress: address } = session
  const text = (octets: string): string => Buffer.from(octets, 'latin1').toString()
  try {
    const attempt = { name: text(name), password: text(password), address, protocol: 'imap', scope: 'mail' }
    session.principal = await store.signIn.password(attempt)
  } catch (error) {
    if (isDomainError(error, 'Forbidden')) throw new No(error.message, 'AUTHORIZATIONFAILED')
    throw error
  }
  return 'Welcome'
}

function requireSecure({ isSecure }: Session): void {
  if (!isSecure) throw new No('Passwords are taken over TLS alone: STARTTLS first', 'PRIVACYREQUIRED')
}

export const login: Command = {
  state: 'guest',
  async run(session, scanner) {
    scanner.space()
    const name = scanner.astring()
    scanner.space()
    const password = scanner.astring()
    scanner.end()
    requireSecure(session)
    return signIn(session, name, password)
  },
}

export const authenticate: Command = {
  state: 'guest',
  async run(session, scanner) {
    scanner.space()
    const mechanism = scanner.word()
    requireSecure(session)
    if (mechanism !== 'PLAIN') throw new No(`${mechanism} is not offered`, 'CANNOT')
    const [, name, password] = await readPlain(session, scanner)
    return signIn(session, name as string, password as string)
  },
}

/** RFC 4616: authorization identity, authentication identity, password. */
async function readPlain(session: Session, scanner: Scanner): Promise<string[]> {
  const encoded = scanner.skip(' ') ? initialResponse(scanner) : await ask(session)
  const parts = Buffer.from(encoded, 'base64').toString('latin1').split('\0')
  if (parts.length !== 3) throw new SyntaxProblem('The answer is not that of PLAIN')
  if (parts[0] !== '' && parts[0] !== parts[1])
    throw new No('Nobody acts for somebody else here', 'AUTHORIZATIONFAILED')
  return parts
}

/** RFC 4959: `=` is an empty one. */
function initialResponse(scanner: Scanner): string {
  if (scanner.skip('=')) return ''
  return scanner.astring()
}

async function ask({ out, line }: Session): Promise<string> {
  out.write('+ \r\n')
  out.flush()
  const answer = await line()
  if (answer === undefined || answer === '*') throw new SyntaxProblem('Cancelled')
  return answer
}
