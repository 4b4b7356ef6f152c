// Which rows of a long list are in sight: all rows have one height, so 100,000 of them cost what thirty cost.

export type Sight = {
  /** Indexes of items: first inclusive, last exclusive. */
  readonly first: number
  readonly last: number
  /** Pixels above the first row drawn, and of all rows together. */
  readonly top: number
  readonly total: number
}

export const inSight = (list: {
  readonly count: number
  readonly columns: number
  readonly rowHeight: number
  readonly scrollTop: number
  readonly height: number
  /** Rows drawn beyond each edge. */
  readonly spare: number
}): Sight => {
  const rows = Math.ceil(list.count / list.columns)
  const from = Math.max(0, Math.min(rows, Math.floor(list.scrollTop / list.rowHeight) - list.spare))
  const to = Math.min(rows, Math.ceil((list.scrollTop + list.height) / list.rowHeight) + list.spare)
  return {
    first: from * list.columns,
    last: Math.min(list.count, to * list.columns),
    top: from * list.rowHeight,
    total: rows * list.rowHeight,
  }
}

/** Where to scroll so that a row is in sight; the present place when it already is. */
export const scrollTo = (row: number, rowHeight: number, scrollTop: number, height: number): number => {
  const start = row * rowHeight
  if (start < scrollTop) return start
  if (start + rowHeight > scrollTop + height) return start + rowHeight - height
  return scrollTop
}
