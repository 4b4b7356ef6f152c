// Where one is in Files, as the address bar says it: a folder of the tree, the trash, or the hits of a search.

import { encodePath, type Path, pathBelow } from '../../dav/paths.ts'

export type Place =
  | { readonly kind: 'folder'; readonly path: Path }
  | { readonly kind: 'trash' }
  | { readonly kind: 'search'; readonly text: string }

export const placeOf = (path: string, query: URLSearchParams): Place => {
  if (path === '/trash' || path.startsWith('/trash/')) return { kind: 'trash' }
  if (path === '/search') return { kind: 'search', text: query.get('q') ?? '' }
  return { kind: 'folder', path: pathBelow('/files', path) ?? [] }
}

/** The page's address of a folder. */
export const folderAddress = (path: Path): string => (path.length === 0 ? '/files/' : `/files/${encodePath(path)}/`)

/** The page's address of what has a DAV address: a folder opens, a file (or its versions) is shown in its folder. */
export const addressOf = (root: string, href: string, folder: boolean, view: 'open' | 'versions' = 'open'): string => {
  const path = pathBelow(root, href) ?? []
  if (folder) return folderAddress(path)
  return `${folderAddress(path.slice(0, -1))}?${new URLSearchParams({ [view]: path.at(-1) ?? '' })}`
}

export const samePlace = (a: Place | undefined, b: Place): boolean => JSON.stringify(a) === JSON.stringify(b)
