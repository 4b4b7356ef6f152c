import type { Config } from './config.ts'
import { Store } from './store/store.ts'

/** The store that the settings describe. Throws Conflict while a twin runs on it. */
export function openStore({ data, database, domain, files }: Config): Promise<Store> {
  const { defaultQuota, versions, trashDays } = files
  return Store.open({
    directory: data,
    domain,
    ...(database && { database }),
    defaultQuota,
    files: { versions, trashDays },
  })
}
