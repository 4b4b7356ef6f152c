import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Store, type StoreOptions } from '../../src/store/store.ts'
import { createDatabase } from './postgresql.ts'

/** A PostgreSQL server on which the stores of these tests keep their databases; SQLite without it. */
export const testServer = process.env.TWIN_TEST_DATABASE

/** A folder that goes away with `await using`. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'twin-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A store in a folder and a database of its own; all go away with `await using`. `reopen` closes and opens it again. */
export async function openTestStore(
  options: Partial<StoreOptions> = {},
): Promise<{ store: Store; reopen(): Promise<Store> } & AsyncDisposable> {
  const folder = await temporaryFolder()
  const database = testServer === undefined ? undefined : await createDatabase(testServer)
  const open = () => Store.open({ directory: folder.path, ...(database && { database: database.url }), ...options })
  let store = await open()
  return {
    get store() {
      return store
    },
    async reopen() {
      await store.close()
      store = await open()
      return store
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await database?.[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
