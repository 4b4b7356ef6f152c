import { pino } from 'pino'
import { type Config, loadConfig } from '../../src/config.ts'
import { createTwin, type Outside, type Twin } from '../../src/twin.ts'
import { temporaryFolder } from './store.ts'

export type TestTwin = Twin & {
  readonly config: Config
  /** Makes an account with a password; answers its id. */
  account(name: string, password: string, options?: { isAdmin?: boolean }): Promise<number>
} & AsyncDisposable

/** A whole twin on free ports with a data folder of its own; all of it goes away with `await using`. */
export async function createTestTwin(
  change: (config: Config) => Config = (config) => config,
  outside: Outside = {},
): Promise<TestTwin> {
  const folder = await temporaryFolder()
  const config = change(loadConfig({ TWIN_DATA: folder.path, TWIN_PORTS_PRESET: 'free' }))
  const twin = await createTwin(config, pino({ level: process.env.TWIN_TEST_LOG ?? 'silent' }), outside)
  return {
    ...twin,
    config,
    account: (name, password, options) => createAccount(twin, name, password, options),
    async [Symbol.asyncDispose]() {
      await twin.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function createAccount(
  { store }: Twin,
  name: string,
  password: string,
  { isAdmin = false }: { isAdmin?: boolean } = {},
): Promise<number> {
  const secret = await store.credentials.hash(password)
  return store.write(async (tx) => {
    const account = await store.accounts.create(tx, { name, isAdmin })
    await store.credentials.setPassword(tx, account.id, secret)
    return account.id
  })
}
