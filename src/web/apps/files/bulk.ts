// The same for each of many entries: a few at once, each on its own, shown under "under way" when it takes a while.

import { ApiError } from '../../api/client.ts'
import { t } from '../../i18n/i18n.ts'
import { activity } from '../../ui/activity.ts'
import type { Entry } from './entry.ts'
import { Pool } from './pool.ts'

export type Outcome<T> = {
  readonly done: readonly { readonly entry: Entry; readonly result: T }[]
  readonly failed: readonly { readonly entry: Entry; readonly error: unknown }[]
}

const width = 6
/** Milliseconds; what takes longer than a second shows its progress. */
const patience = 1_000

export const forEach = async <T>(
  title: string,
  entries: readonly Entry[],
  work: (entry: Entry, signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> => {
  const stop = new AbortController()
  const done: { entry: Entry; result: T }[] = []
  const failed: { entry: Entry; error: unknown }[] = []
  const progress = (): number => (done.length + failed.length) / entries.length
  const detail = (): string => t('activity.of', { done: done.length + failed.length, count: entries.length })
  let task: number | undefined
  const timer = setTimeout(() => {
    task = activity.add({
      title,
      state: 'running',
      progress: progress(),
      detail: detail(),
      failures: [],
      cancel: () => stop.abort(),
    })
  }, patience)
  const pool = new Pool(width)
  await Promise.all(
    entries.map((entry) =>
      pool.run(async () => {
        try {
          stop.signal.throwIfAborted()
          done.push({ entry, result: await work(entry, stop.signal) })
        } catch (error) {
          failed.push({ entry, error: stop.signal.aborted ? new ApiError('Cancelled', 0, 'cancelled') : error })
        }
        if (task !== undefined) activity.update(task, { progress: progress(), detail: detail() })
      }),
    ),
  )
  clearTimeout(timer)
  if (task !== undefined)
    activity.update(task, { state: stop.signal.aborted ? 'cancelled' : failed.length > 0 ? 'failed' : 'done' })
  return { done, failed }
}
