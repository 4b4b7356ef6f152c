// What `twin queue` does, inside the running twin or over a store of its own.
import type { QueuedMail } from '../store/mail/queue.ts'
import type { Store } from '../store/store.ts'
import type { ControlCommands } from './socket.ts'

export type QueueValues = {
  /** Of rows; all of them without it. */
  ids?: readonly number[]
}

export const queueCommands = (store: Store): ControlCommands => {
  const change = (
    values: unknown,
    body: (tx: Parameters<Store['mailQueue']['remove']>[0], ids: number[]) => Promise<number>,
  ) =>
    store.write(async (tx) => {
      const { ids } = values as QueueValues
      const all = (await store.mailQueue.list(tx)).map((row) => row.id)
      const chosen = all.filter((id) => ids === undefined || ids.includes(id))
      return chosen.length === 0 ? 0 : body(tx, chosen)
    })
  return {
    'queue.list': (): Promise<QueuedMail[]> => store.read((view) => store.mailQueue.list(view)),
    'queue.retry': (values) => change(values, (tx, ids) => store.mailQueue.setHeld(tx, ids, false)),
    'queue.hold': (values) => change(values, (tx, ids) => store.mailQueue.setHeld(tx, ids, true)),
    'queue.drop': (values) => change(values, (tx, ids) => store.mailQueue.remove(tx, ids)),
  }
}
