// The order of a list: folders first, then by one column, then by name as people count (`2` before `10`).

import type { Entry } from './entry.ts'

export type Column = 'name' | 'modified' | 'size'
export type Order = { readonly by: Column; readonly descending: boolean }

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

export const byName = (a: Entry, b: Entry): number => names.compare(a.name, b.name) || (a.href < b.href ? -1 : 1)

const measures: Readonly<Record<Column, (a: Entry, b: Entry) => number>> = {
  name: byName,
  modified: (a, b) => (a.at || a.modified) - (b.at || b.modified) || byName(a, b),
  size: (a, b) => a.size - b.size || byName(a, b),
}

export const sorted = (entries: Iterable<Entry>, { by, descending }: Order): readonly Entry[] => {
  const measure = measures[by]
  const turn = descending ? -1 : 1
  return [...entries].sort((a, b) => (a.folder === b.folder ? turn * measure(a, b) : a.folder ? -1 : 1))
}

/** A header pressed: the other way round, or the column's own first direction (names up, dates and sizes down). */
export const pressed = (order: Order, by: Column): Order =>
  order.by === by ? { by, descending: !order.descending } : { by, descending: by !== 'name' }
