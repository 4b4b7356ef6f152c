// Uploads go on whatever view is open. Folders are made first, four files travel at once, a lost connection is waited for.
// A name that is taken is not asked about: the former content becomes a version, nothing is lost.

import { ApiError, errorKey } from '../../api/client.ts'
import { dav } from '../../dav/client.ts'
import { join } from '../../dav/paths.ts'
import { size, t } from '../../i18n/i18n.ts'
import { activity } from '../../ui/activity.ts'
import { notices } from '../../ui/notices.ts'
import { Batch } from './batch.ts'
import type { Picked } from './picked.ts'
import { Pool } from './pool.ts'

const width = 4
/** Milliseconds between two renderings of the progress. */
const betweenLooks = 250
/** Milliseconds to wait before each further attempt when nobody answers. */
const waits = [1_000, 3_000, 10_000, 30_000, 60_000]
const failuresShown = 50

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

export class Uploads {
  readonly #pool = new Pool(width)
  /** Is told of a folder in which something new lies. */
  arrived: (folder: string) => void = () => undefined
  #running = 0

  constructor() {
    addEventListener('beforeunload', (event) => {
      if (this.#running > 0) event.preventDefault()
    })
  }

  /** Puts picked files, with the folders they were in, below `folder`. */
  async add(picked: readonly Picked[], folder: string): Promise<void> {
    if (picked.length === 0) return
    const stop = new AbortController()
    const batch = new Batch(
      picked.map(({ file }) => file?.size ?? 0),
      performance.now(),
    )
    const failed: { picked: Picked; error: unknown }[] = []
    const title = t('upload.title', {
      count: picked.length,
      name: picked[0]?.file?.name ?? picked[0]?.folders.at(-1) ?? '',
    })
    const task = activity.add({
      title,
      state: 'running',
      progress: 0,
      detail: t('upload.begins'),
      failures: [],
      cancel: () => stop.abort(),
    })
    const look = setInterval(() => this.#show(task, batch), betweenLooks)
    const made = new Map<string, Promise<void>>()
    this.#running += 1
    await Promise.all(
      picked.map((one) =>
        this.#pool.run(async () => {
          try {
            await this.#send(one, folder, made, batch, stop.signal)
          } catch (error) {
            if (!stop.signal.aborted) failed.push({ picked: one, error })
          }
          batch.finished += 1
          if (batch.finished % 16 === 0) this.arrived(folder)
        }),
      ),
    )
    this.#running -= 1
    clearInterval(look)
    this.arrived(folder)
    const state = stop.signal.aborted ? 'cancelled' : failed.length > 0 ? 'failed' : 'done'
    const detail =
      state === 'done'
        ? t('upload.done', { size: size(batch.total) })
        : t(state === 'failed' ? 'upload.failed' : 'upload.cancelled', { count: failed.length })
    if (state === 'done')
      notices.show('done', 'upload.finished', { count: picked.length, name: picked[0]?.file?.name ?? '' })
    const again = (): void => {
      activity.remove(task)
      void this.add(
        failed.map((failure) => failure.picked),
        folder,
      )
    }
    const failures = failed
      .slice(0, failuresShown)
      .map(({ picked: { file, folders }, error }) =>
        t('error.item', { what: [...folders, file?.name ?? ''].join('/'), why: t(errorKey(error)) }),
      )
    activity.update(task, {
      state,
      progress: 1,
      detail,
      failures,
      cancel: undefined,
      ...(failed.length > 0 ? { retry: again } : {}),
    })
  }

  #show(task: number, batch: Batch): void {
    const { fraction, bytesPerSecond, secondsLeft } = batch.progress(performance.now())
    const speed = t('upload.speed', { done: batch.finished, count: batch.count, speed: size(bytesPerSecond) })
    const left =
      secondsLeft === undefined
        ? ''
        : secondsLeft < 60
          ? t('upload.soon')
          : t('upload.left', { count: Math.ceil(secondsLeft / 60) })
    activity.update(task, { progress: fraction, detail: left === '' ? speed : `${speed} · ${left}` })
  }

  async #send(
    { file, folders }: Picked,
    root: string,
    made: Map<string, Promise<void>>,
    batch: Batch,
    signal: AbortSignal,
  ): Promise<void> {
    const folder = await this.#folder(folders, root, made, signal)
    if (file === undefined) return
    await this.#persist(async () => {
      batch.sent(file, 0)
      await dav.put(join(folder, file.name), file, (bytes) => batch.sent(file, Math.min(bytes, file.size)), signal)
    }, signal)
  }

  /** Makes the folders on the way, each once. */
  async #folder(
    folders: readonly string[],
    root: string,
    made: Map<string, Promise<void>>,
    signal: AbortSignal,
  ): Promise<string> {
    let href = root
    for (const name of folders) {
      href = join(href, name)
      const target = href
      const making =
        made.get(target) ??
        this.#persist(() => dav.mkcol(target), signal).catch((error) => {
          // RFC 4918 §9.3.1: 405, it is there already.
          if (!(error instanceof ApiError && error.code === 'Exists')) throw error
        })
      made.set(target, making)
      await making
    }
    return href
  }

  /** Tries again while there is no answer at all; what the server refuses is refused. */
  async #persist(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted()
      try {
        await work()
        return
      } catch (error) {
        const wait = waits[attempt]
        const waitable = error instanceof ApiError && (error.code === 'Offline' || error.code === 'Unavailable')
        if (signal.aborted || !waitable || wait === undefined) throw error
        await pause(wait, signal)
      }
    }
  }
}
