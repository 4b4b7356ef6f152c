// What was seen before shows at once. A cache only: whatever goes wrong with it, the page works without.

const open = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open('twin', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('seen')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

let database: Promise<IDBDatabase> | undefined

const withStore = async <T>(
  mode: IDBTransactionMode,
  body: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> => {
  try {
    database ??= open()
    const store = (await database).transaction('seen', mode).objectStore('seen')
    return await new Promise<T>((resolve, reject) => {
      const request = body(store)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  } catch {
    return undefined
  }
}

export const remember = (key: string, value: unknown): Promise<unknown> =>
  withStore('readwrite', (store) => store.put(value, key))

export const recall = <T>(key: string): Promise<T | undefined> =>
  withStore('readonly', (store) => store.get(key) as IDBRequest<T>)

export const forget = (key: string): Promise<unknown> => withStore('readwrite', (store) => store.delete(key))

export const forgetAll = (): Promise<unknown> => withStore('readwrite', (store) => store.clear())
