// The keys of the list: as in a file manager of the desktop.

import { commandsFor, openEntry } from './commands.ts'
import type { FileActions } from './contexts.ts'
import { all, nothing, step, toggle } from './selection.ts'
import type { FilesStore } from './store.ts'

/** What the list knows of its own shape. */
export type Shape = { readonly columns: number; readonly rowsInSight: number }

const steps = (shape: Shape, rightToLeft: boolean): Readonly<Record<string, number>> => ({
  ArrowDown: shape.columns,
  ArrowUp: -shape.columns,
  ...(shape.columns > 1 ? { ArrowRight: rightToLeft ? -1 : 1, ArrowLeft: rightToLeft ? 1 : -1 } : {}),
  PageDown: shape.rowsInSight * shape.columns,
  PageUp: -shape.rowsInSight * shape.columns,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
})

/** Does what a key means; false when it means nothing here. */
export const pressKey = (
  event: KeyboardEvent,
  store: FilesStore,
  actions: FileActions,
  shape: Shape,
  menu: () => void,
): boolean => {
  const { selection, keys, shown } = store
  const command = event.ctrlKey || event.metaKey
  const move = steps(shape, getComputedStyle(event.currentTarget as Element).direction === 'rtl')[event.key]
  const current = shown.find(({ href }) => href === selection.cursor)
  const run = (id: string): boolean => {
    const wanted = commandsFor(store, actions, store.chosen).find((candidate) => candidate.id === id)
    wanted?.run()
    return wanted !== undefined
  }
  if (move !== undefined && !event.altKey) {
    store.select(step(selection, keys, move, event.shiftKey ? 'extend' : command ? 'look' : 'choose'))
    return true
  }
  if (command && event.key === 'a') {
    store.select(all(keys))
    return true
  }
  switch (event.key) {
    case ' ':
      if (selection.cursor !== undefined) store.select(toggle(selection, selection.cursor))
      return true
    case 'Enter':
      if (current !== undefined) openEntry(store, current)
      return true
    case 'Escape':
      if (selection.chosen.size === 0) return false
      store.select({ ...nothing, cursor: selection.cursor })
      return true
    case 'Delete':
    case 'Backspace':
      return run(store.place?.kind === 'trash' ? 'purge' : 'remove')
    case 'F2':
      return run('rename')
    case 'ContextMenu':
      menu()
      return true
    case 'F10':
      if (event.shiftKey) menu()
      return event.shiftKey
    default:
      return false
  }
}
