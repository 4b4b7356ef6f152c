// What can be done with files. Each shows at once, is taken back where the server refuses, and can be undone.

import { ApiError } from '../../api/client.ts'
import { dav } from '../../dav/client.ts'
import { encodePath, freeName, join, nameOf, parentOf, pathBelow, within } from '../../dav/paths.ts'
import { type Key, t } from '../../i18n/i18n.ts'
import { notices } from '../../ui/notices.ts'
import { forEach, type Outcome } from './bulk.ts'
import { type Entry, isFromOthers } from './entry.ts'
import type { Listing } from './listing.ts'
import type { FilesStore } from './store.ts'

const isTaken = (error: unknown): boolean => error instanceof ApiError && error.code === 'Exists'
/** How many other names are tried for what comes back to a name that is taken. */
const mostNames = 20
const naming = (entries: readonly Entry[]): { count: number; name: string } => ({
  count: entries.length,
  name: entries[0]?.name ?? '',
})

/** Shows `entries` gone, runs `work` for each, brings back those it failed for, and says so. */
const take = async <T>(
  listing: Listing | undefined,
  entries: readonly Entry[],
  title: Key,
  failure: Key,
  work: (entry: Entry, signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>['done']> => {
  const run = async (): Promise<Outcome<T>['done']> => {
    const { done, failed } = await forEach(t(title, naming(entries)), entries, work)
    const first = failed[0]
    if (first !== undefined) notices.failed(failure, first.error, naming(failed.map(({ entry }) => entry)))
    // What failed is still there: the refresh after the change cannot know, its token is newer than these rows.
    listing?.put(failed.map(({ entry }) => entry))
    return done
  }
  if (listing === undefined) return run()
  return listing.change((shown) => {
    for (const entry of entries) shown.delete(entry.href)
  }, run)
}

export const createActions = (store: FilesStore) => {
  const back = (label: Key, run: () => Promise<unknown>) => ({
    label: t(label),
    run: () => void run().then(() => store.refresh()),
  })

  const makeFolder = async (name: string): Promise<void> => {
    const href = join(store.folder, name)
    try {
      await dav.mkcol(href)
      await store.refresh()
      store.select({ chosen: new Set([href]), cursor: href, anchor: href })
    } catch (error) {
      notices.failed('files.newFolder.failed', error, { name })
    }
  }

  const rename = async (entry: Entry, name: string): Promise<void> => {
    store.rename(undefined)
    if (name === entry.name || name === '') return
    const href = join(parentOf(entry.href), name)
    const move = () => dav.move(entry.href, href, { folder: entry.folder })
    try {
      await store.listing?.change((shown) => {
        shown.delete(entry.href)
        shown.set(href, { ...entry, href, name, busy: true })
        store.select({ chosen: new Set([href]), cursor: href, anchor: href })
      }, move)
      if (store.listing === undefined) await move()
      const undo = back('undo', () => dav.move(href, entry.href, { folder: entry.folder }))
      notices.show('done', 'files.renamed', { name }, undo)
    } catch (error) {
      notices.failed('files.rename.failed', error, { name: entry.name })
    }
    await store.refresh()
  }

  const remove = async (entries: readonly Entry[]): Promise<void> => {
    const done = await take(store.listing, entries, 'files.removing', 'files.remove.failed', (entry) =>
      dav.remove(entry.href, entry.folder),
    )
    const kept = done.flatMap(({ entry, result }) => (result === undefined ? [] : [{ entry, trashed: result }]))
    const undo = back('undo', () =>
      Promise.all(kept.map(({ entry, trashed }) => dav.move(trashed, entry.href, { folder: entry.folder }))).catch(
        (error) => notices.failed('files.restore.failed', error, naming(entries)),
      ),
    )
    const [first] = done
    if (first !== undefined && done.every(({ entry }) => isFromOthers(entry)))
      notices.show('done', 'share.left', { name: first.entry.name })
    else if (done.length > 0)
      notices.show('done', 'files.removed', naming(done.map(({ entry }) => entry)), kept.length > 0 ? undo : undefined)
    if (store.place?.kind === 'search') await store.refresh()
  }

  const move = async (entries: readonly Entry[], folder: string): Promise<void> => {
    const moving = entries.filter((entry) => parentOf(entry.href) !== folder && !within(entry.href, folder))
    if (moving.length === 0) return
    const done = await take(store.listing, moving, 'files.moving', 'files.move.failed', (entry, signal) =>
      dav.move(entry.href, join(folder, entry.name), { folder: entry.folder, signal }),
    )
    const undo = back('undo', () =>
      Promise.all(
        done.map(({ entry }) => dav.move(join(folder, entry.name), entry.href, { folder: entry.folder })),
      ).catch((error) => notices.failed('files.move.failed', error, naming(entries))),
    )
    const target = folder === store.root ? t('files.root') : nameOf(folder)
    if (done.length > 0)
      notices.show('done', 'files.moved', { ...naming(done.map(({ entry }) => entry)), target }, undo)
  }

  const copy = async (entries: readonly Entry[], folder: string): Promise<void> => {
    const { done, failed } = await forEach(t('files.copying', naming(entries)), entries, async (entry, signal) => {
      const here = parentOf(entry.href) === folder
      const taken = (name: string): boolean => here && store.listing?.entries.has(join(folder, name)) === true
      await dav.copy(entry.href, join(folder, freeName(entry.name, taken)), { folder: entry.folder, signal })
    })
    const first = failed[0]
    if (first !== undefined) notices.failed('files.copy.failed', first.error, naming(failed.map(({ entry }) => entry)))
    const target = folder === store.root ? t('files.root') : nameOf(folder)
    if (done.length > 0) notices.show('done', 'files.copied', { ...naming(done.map(({ entry }) => entry)), target })
    await store.refresh()
  }

  /** Back to where it was: folders that are gone are made again, a name that is taken gets a number. */
  const restoreOne = async (entry: Entry): Promise<string> => {
    const home = parentOf(entry.origin)
    const tried = new Set<string>()
    let made = false
    for (;;) {
      const name = freeName(entry.name, (candidate) => tried.has(candidate))
      try {
        const target = join(home, name)
        await dav.move(entry.href, target, { folder: entry.folder })
        return target
      } catch (error) {
        if (error instanceof ApiError && error.code === 'FolderGone' && !made) {
          await makeParents(home)
          made = true
        } else if (isTaken(error) && tried.size < mostNames) tried.add(name)
        else throw error
      }
    }
  }

  const makeParents = async (folder: string): Promise<void> => {
    const path = pathBelow(store.root, folder) ?? []
    for (let depth = 1; depth <= path.length; depth += 1) {
      await dav.mkcol(`${store.root}/${encodePath(path.slice(0, depth))}`).catch((error) => {
        if (!isTaken(error)) throw error
      })
    }
  }

  const restore = async (entries: readonly Entry[]): Promise<void> => {
    const done = await take(store.listing, entries, 'files.restoring', 'files.restore.failed', restoreOne)
    const first = done[0]
    if (first === undefined) return
    const path = pathBelow(store.root, parentOf(first.result)) ?? []
    notices.show('done', 'files.restored', {
      ...naming(done.map(({ entry }) => entry)),
      target: path.at(-1) ?? t('files.root'),
    })
  }

  const purge = async (entries: readonly Entry[]): Promise<void> => {
    const done = await take(store.listing, entries, 'files.purging', 'files.purge.failed', (entry) =>
      dav.remove(entry.href, entry.folder),
    )
    if (done.length > 0) notices.show('done', 'files.purged', naming(done.map(({ entry }) => entry)))
  }

  const emptyTrash = async (): Promise<void> => {
    try {
      await dav.remove(store.trash, true)
      notices.show('done', 'trash.emptied')
    } catch (error) {
      notices.failed('trash.empty.failed', error)
    }
    await store.refresh()
  }

  return { makeFolder, rename, remove, move, copy, restore, purge, emptyTrash }
}

export type Actions = ReturnType<typeof createActions>
