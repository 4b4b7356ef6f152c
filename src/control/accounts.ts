// What `twin account` does, inside the running twin or over a store of its own. The values come from this program's own
// command line, which has checked their shape.

import { DomainError } from '../errors.ts'
import { type Account, type AccountKind, requirePerson } from '../store/accounts/accounts.ts'
import type { Scope } from '../store/accounts/credentials.ts'
import type { Tx, View } from '../store/engine/types.ts'
import type { Store } from '../store/store.ts'
import type { ControlCommands } from './socket.ts'

export type AccountValues = {
  name: string
  displayName?: string
  kind: AccountKind
  /** Undefined for what nobody signs in as. */
  password: string | undefined
  isAdmin: boolean
  label: string
  scopes: Scope[]
}

type Values<K extends keyof AccountValues> = Pick<AccountValues, K>

export const accountCommands = (store: Store, url: string): ControlCommands => {
  const change = <T>(name: string, body: (tx: Tx, account: Account) => Promise<T>): Promise<T> =>
    store.write(async (tx) => body(tx, await find(store, tx, name)))

  const changePerson = <T>(name: string, body: (tx: Tx, account: Account) => Promise<T>): Promise<T> =>
    change(name, (tx, account) => {
      requirePerson(account)
      return body(tx, account)
    })

  return {
    async 'account.add'(values) {
      const { password, ...rest } = values as Values<'name' | 'displayName' | 'kind' | 'password' | 'isAdmin'>
      const secret = password === undefined ? undefined : await store.credentials.hash(password)
      await store.write(async (tx) => {
        const account = await store.accounts.create(tx, rest)
        if (secret !== undefined) await store.credentials.setPassword(tx, account.id, secret)
      })
    },
    async 'account.list'(_values, { send }) {
      for (const account of await store.read((view) => store.accounts.list(view))) await send(account)
    },
    async 'account.password'(values) {
      const { name, password = '' } = values as Values<'name' | 'password'>
      const secret = await store.credentials.hash(password)
      await changePerson(name, (tx, account) => store.credentials.setPassword(tx, account.id, secret))
    },
    'account.app-password'(values) {
      const { name, label, scopes } = values as Values<'name' | 'label' | 'scopes'>
      return changePerson(name, async (tx, account) => {
        const made = await store.credentials.createAppPassword(tx, account.id, { label, scopes })
        return made.password
      })
    },
    async 'account.disable'(values) {
      await change((values as Values<'name'>).name, (tx, account) =>
        store.accounts.update(tx, account, { disabled: true }),
      )
    },
    async 'account.enable'(values) {
      await change((values as Values<'name'>).name, (tx, account) =>
        store.accounts.update(tx, account, { disabled: false }),
      )
    },
    async 'account.delete'(values) {
      await change((values as Values<'name'>).name, (tx, account) => store.accounts.delete(tx, account))
      await store.erasures.settled()
    },
    'account.recovery-link'(values) {
      return changePerson((values as Values<'name'>).name, async (tx, account) => {
        const { token } = await store.links.createRecovery(tx, account.id)
        return `${url}recover#${token}`
      })
    },
    async 'account.invite'() {
      const { token } = await store.write((tx) => store.links.createInvitation(tx))
      return `${url}join#${token}`
    },
  }
}

async function find(store: Store, view: View, name: string): Promise<Account> {
  const account = await store.accounts.byName(view, name)
  if (!account) throw new DomainError('NotFound', `there is no account ${name}`)
  return account
}
