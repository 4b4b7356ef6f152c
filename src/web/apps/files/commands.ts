// All that can be done with a selection: one list for the menu, the bar over the list, and the keys.

import type { Key } from '../../i18n/i18n.ts'
import { router } from '../../shell/router.ts'
import type { FileActions } from './contexts.ts'
import { download } from './downloads.ts'
import { type Entry, isFromOthers } from './entry.ts'
import { previewOf } from './kinds.ts'
import { addressOf } from './place.ts'
import type { FilesStore } from './store.ts'

export type Command = {
  readonly id: string
  readonly icon: string
  readonly label: Key
  /** In the bar over the list, too; the others only in the menu. */
  readonly inBar: boolean
  readonly danger?: boolean
  readonly run: () => void
}

/** Opens a folder, shows a file, or downloads what cannot be shown. */
export const openEntry = (store: FilesStore, entry: Entry): void => {
  if (store.place?.kind === 'trash') return
  if (entry.folder) router.go(addressOf(store.root, entry.href, true))
  else if (previewOf(entry) === 'none') download([entry])
  else if (store.place?.kind === 'folder') router.ask({ open: entry.name })
  else router.go(addressOf(store.root, entry.href, false))
}

export const commandsFor = (store: FilesStore, actions: FileActions, entries: readonly Entry[]): readonly Command[] => {
  const [first] = entries
  if (first === undefined) return []
  if (store.place?.kind === 'trash') {
    return [
      { id: 'restore', icon: 'restore', label: 'files.restore', inBar: true, run: () => void actions.restore(entries) },
      {
        id: 'purge',
        icon: 'trash',
        label: 'files.purge',
        inBar: true,
        danger: true,
        run: () => store.ask({ kind: 'purge', entries }),
      },
    ]
  }
  const single = entries.length === 1
  const commands: (Command | false)[] = [
    single && {
      id: 'open',
      icon: first.folder ? 'files' : 'eye',
      label: 'files.open',
      inBar: false,
      run: () => openEntry(store, first),
    },
    {
      id: 'download',
      icon: 'download',
      label: single && !first.folder ? 'files.download' : 'files.downloadZip',
      inBar: true,
      run: () => download(entries),
    },
    single && { id: 'rename', icon: 'rename', label: 'files.rename', inBar: true, run: () => store.rename(first.href) },
    { id: 'move', icon: 'move', label: 'files.move', inBar: true, run: () => store.ask({ kind: 'move', entries }) },
    { id: 'copy', icon: 'copy', label: 'files.copy', inBar: false, run: () => store.ask({ kind: 'copy', entries }) },
    single &&
      (first.share === 'not-shared' || first.share === 'shared-owner') && {
        id: 'share',
        icon: 'user-plus',
        label: 'share.title',
        inBar: true,
        run: () => store.ask({ kind: 'share', entries }),
      },
    single &&
      !first.folder &&
      first.id !== '' && {
        id: 'versions',
        icon: 'versions',
        label: 'versions.title',
        inBar: false,
        run: () => router.go(addressOf(store.root, first.href, false, 'versions')),
      },
    {
      id: 'remove',
      icon: 'trash',
      label: entries.every(isFromOthers) ? 'share.leave' : 'files.remove',
      inBar: true,
      danger: true,
      run: () => void actions.remove(entries),
    },
  ]
  return commands.filter((command) => command !== false)
}
