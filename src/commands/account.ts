import { text } from 'node:stream/consumers'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { accountCommands } from '../control/accounts.ts'
import { type Account, type AccountKind, accountKinds } from '../store/accounts/accounts.ts'
import { type Scope, scopes } from '../store/accounts/credentials.ts'
import { type Command, UsageError } from './command.ts'
import { onTheTwin } from './on-the-twin.ts'

type Verb = { words: string; options: ParseArgsOptionsConfig }

const password = { 'password-stdin': { type: 'boolean' } } as const

/** Each with the words that follow it: a name or nothing. */
const verbs: Readonly<Record<string, Verb>> = {
  add: {
    words: 'NAME --password-stdin|--kind room|resource [--admin] [--display-name TEXT]',
    options: {
      ...password,
      admin: { type: 'boolean' },
      'display-name': { type: 'string' },
      kind: { type: 'string', default: 'person' },
    },
  },
  list: { words: '', options: {} },
  password: { words: 'NAME --password-stdin', options: password },
  'app-password': {
    words: `NAME [--label TEXT] [--scope ${scopes.join('|')}]…`,
    options: { label: { type: 'string' }, scope: { type: 'string', multiple: true } },
  },
  disable: { words: 'NAME', options: {} },
  enable: { words: 'NAME', options: {} },
  delete: { words: 'NAME', options: {} },
  'recovery-link': { words: 'NAME', options: {} },
  invite: { words: '', options: {} },
}

const usage = Object.entries(verbs)
  .map(([verb, { words }]) => `twin account ${verb} ${words}`.trimEnd())
  .join('\n  ')

const account: Command = {
  usage: `account ${Object.keys(verbs).join('|')} …`,
  summary: 'make, list, change and delete accounts',
  async run([name = '', ...args]) {
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (!verb) throw new UsageError(`account needs one of these:\n  ${usage}`)
    const values = await readValues(name, verb, args)
    const accounts: Account[] = []
    const result = await onTheTwin(loadConfig(), accountCommands, {
      command: `account.${name}`,
      values,
      onItem: (item) => void accounts.push(item as Account),
    })
    if (name === 'list') process.stdout.write(table(accounts))
    else if (typeof result === 'string') process.stdout.write(`${result}\n`)
    return 0
  },
}

export default account

async function readValues(name: string, verb: Verb, args: string[]): Promise<Record<string, unknown>> {
  const { values, positionals } = parseArgs({ args, options: verb.options, allowPositionals: true })
  const named = verb.words.startsWith('NAME') ? 1 : 0
  if (positionals.length !== named) throw new UsageError(`account ${name} takes ${named ? 'one name' : 'no name'}`)
  const wanted = (values.scope as string[] | undefined) ?? ['all']
  const unknown = wanted.find((scope) => !scopes.includes(scope as Scope))
  if (unknown !== undefined) throw new UsageError(`there is no scope ${unknown}: it is one of ${scopes.join(', ')}`)
  const kind = (values.kind ?? 'person') as AccountKind
  if (!accountKinds.includes(kind))
    throw new UsageError(`there is no kind ${kind}: it is one of ${accountKinds.join(', ')}`)
  const asksPassword = 'password-stdin' in verb.options && kind === 'person'
  if (!asksPassword && values['password-stdin'] === true) throw new UsageError(`nobody signs in as a ${kind}`)
  return {
    name: positionals[0],
    ...('kind' in verb.options && { kind }),
    ...(asksPassword && { password: await readPassword(values['password-stdin'] === true) }),
    isAdmin: values.admin === true,
    label: values.label ?? 'made on the command line',
    scopes: wanted,
    ...(values['display-name'] !== undefined && { displayName: values['display-name'] }),
  }
}

/** A password among the arguments could be read by every user of the machine. */
async function readPassword(fromStdin: boolean): Promise<string> {
  if (!fromStdin) throw new UsageError('give --password-stdin, and the password on standard input')
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

function table(accounts: readonly Account[]): string {
  const rows = accounts.map(({ name, displayName, kind, isAdmin, disabled, used, quota }) => [
    name,
    [kind !== 'person' ? kind : isAdmin ? 'owner' : 'member', ...(disabled ? ['disabled'] : [])].join(', '),
    `${used} of ${quota ?? 'any'} bytes`,
    displayName,
  ])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('')
}
