// Dragging inside the page: what travels are addresses, in a type that no other page's drag has.

import type { Entry } from './entry.ts'
import type { FilesStore } from './store.ts'

const type = 'application/x-twin-files'

export const isOurs = (event: DragEvent): boolean => event.dataTransfer?.types.includes(type) === true
export const hasFiles = (event: DragEvent): boolean =>
  !isOurs(event) && event.dataTransfer?.types.includes('Files') === true

export const startDrag = (event: DragEvent, entries: readonly Entry[]): void => {
  event.dataTransfer?.setData(type, JSON.stringify(entries.map(({ href }) => href)))
  if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'copyMove'
}

export const dragged = (store: FilesStore, event: DragEvent): readonly Entry[] => {
  const hrefs = new Set<string>(JSON.parse(event.dataTransfer?.getData(type) || '[]'))
  return store.shown.filter(({ href }) => hrefs.has(href))
}
