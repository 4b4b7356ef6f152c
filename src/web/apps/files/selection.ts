// What is chosen in a list and where the cursor is, as people know it from their desktop. Pure: the list is an argument.

export type Selection = {
  readonly chosen: ReadonlySet<string>
  /** The row that keys start from. */
  readonly cursor: string | undefined
  /** Where a range with Shift begins. */
  readonly anchor: string | undefined
}

export const nothing: Selection = { chosen: new Set(), cursor: undefined, anchor: undefined }

const range = (keys: readonly string[], from: string | undefined, to: string): readonly string[] => {
  const end = keys.indexOf(to)
  const start = from === undefined ? end : keys.indexOf(from)
  if (start < 0) return [to]
  return start < end ? keys.slice(start, end + 1) : keys.slice(end, start + 1)
}

export const only = (key: string): Selection => ({ chosen: new Set([key]), cursor: key, anchor: key })

export const toggle = ({ chosen }: Selection, key: string): Selection => {
  const next = new Set(chosen)
  if (!next.delete(key)) next.add(key)
  return { chosen: next, cursor: key, anchor: key }
}

/** From the anchor to `key`; what was chosen elsewhere is let go. */
export const extend = (selection: Selection, keys: readonly string[], key: string): Selection => {
  const anchor = selection.anchor ?? selection.cursor ?? key
  return { chosen: new Set(range(keys, anchor, key)), cursor: key, anchor }
}

export const all = (keys: readonly string[]): Selection => ({ chosen: new Set(keys), cursor: keys[0], anchor: keys[0] })

/** The cursor moves by `step` rows, stopping at the ends; the choice goes along unless only the cursor shall move. */
export const step = (
  selection: Selection,
  keys: readonly string[],
  by: number,
  how: 'choose' | 'extend' | 'look',
): Selection => {
  const last = keys.length - 1
  const at = selection.cursor === undefined ? -1 : keys.indexOf(selection.cursor)
  // Without a cursor a step enters at the end that it comes from.
  const entry = by > 0 ? 0 : last
  const target = at < 0 && Number.isFinite(by) ? entry : Math.min(last, Math.max(0, at + by))
  const key = keys[target]
  if (key === undefined) return selection
  if (how === 'extend') return extend(selection, keys, key)
  if (how === 'look') return { ...selection, cursor: key }
  return only(key)
}

/** Without what is not in the list any more; a cursor that is gone goes to the row that took its place. */
export const kept = (selection: Selection, before: readonly string[], now: readonly string[]): Selection => {
  const present = new Set(now)
  const chosen = new Set([...selection.chosen].filter((key) => present.has(key)))
  const moved = (key: string | undefined): string | undefined => {
    if (key === undefined || present.has(key)) return key
    return now[Math.min(before.indexOf(key), now.length - 1)]
  }
  return { chosen, cursor: moved(selection.cursor), anchor: moved(selection.anchor) }
}
