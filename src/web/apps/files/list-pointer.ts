// What clicks and drags on the list mean.

import { openEntry } from './commands.ts'
import type { FileActions } from './contexts.ts'
import { dragged, isOurs, startDrag } from './drag.ts'
import type { Entry } from './entry.ts'
import { extend, nothing, only, toggle } from './selection.ts'
import type { FilesStore } from './store.ts'

type Hit = { readonly entry: Entry | undefined; readonly index: number; readonly part: string }

/** The entry under an event, and which part of it. */
export const hitOf = (event: Event, shown: readonly Entry[]): Hit => {
  let part = ''
  for (const node of event.composedPath()) {
    if (!(node instanceof HTMLElement)) continue
    part ||= node.dataset.part ?? ''
    if (node.dataset.index === undefined) continue
    const index = Number(node.dataset.index)
    return { entry: shown[index], index, part }
  }
  return { entry: undefined, index: -1, part }
}

/** A finger opens what a mouse chooses, unless something is chosen already. */
export const click = (event: MouseEvent, store: FilesStore, touch: boolean, menu: (entry: Entry) => void): void => {
  const { selection, keys } = store
  const { entry, part } = hitOf(event, store.shown)
  if (entry !== undefined && (part !== '' || event.shiftKey)) event.preventDefault()
  if (entry === undefined) store.select(nothing)
  else if (part === 'menu') menu(entry)
  else if (event.shiftKey) store.select(extend(selection, keys, entry.href))
  else if (event.ctrlKey || event.metaKey || part === 'check' || (touch && selection.chosen.size > 0)) {
    store.select(toggle(selection, entry.href))
  } else if (part === 'open' || touch) openEntry(store, entry)
  else if (store.renaming !== entry.href) store.select(only(entry.href))
}

export const doubleClick = (event: MouseEvent, store: FilesStore): void => {
  const { entry, part } = hitOf(event, store.shown)
  if (entry !== undefined && part === '' && store.renaming === undefined) openEntry(store, entry)
}

/** What is taken hold of goes along with all else that is chosen, or alone. */
export const drag = (event: DragEvent, store: FilesStore): void => {
  const { entry } = hitOf(event, store.shown)
  if (entry === undefined) return
  if (!store.selection.chosen.has(entry.href)) store.select(only(entry.href))
  startDrag(event, store.chosen)
  store.drag(true)
}

/** The row that would take the drop: a folder that is not itself among what is dragged. */
export const dragOver = (event: DragEvent, store: FilesStore): number | undefined => {
  const { entry, index } = hitOf(event, store.shown)
  if (
    store.place?.kind === 'trash' ||
    !isOurs(event) ||
    entry?.folder !== true ||
    store.selection.chosen.has(entry.href)
  )
    return undefined
  event.preventDefault()
  return index
}

export const drop = (event: DragEvent, store: FilesStore, actions: FileActions): void => {
  const { entry } = hitOf(event, store.shown)
  if (!isOurs(event) || entry?.folder !== true) return
  event.preventDefault()
  void actions.move(dragged(store, event), entry.href)
}
