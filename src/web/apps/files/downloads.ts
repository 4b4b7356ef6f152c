// Downloads are plain links, so that the browser streams them to the disk: one file by WebDAV, several or a folder as a zip.

import { notices } from '../../ui/notices.ts'
import type { Entry } from './entry.ts'

/** The address that downloads a selection. */
export const downloadAddress = (entries: readonly Entry[]): string => {
  const [first] = entries
  if (first !== undefined && entries.length === 1 && !first.folder) return first.href
  const query = new URLSearchParams(entries.map(({ href, folder }) => ['path', folder ? `${href}/` : href]))
  return `/api/zip?${query}`
}

export const download = (entries: readonly Entry[], name?: string): void => {
  const anchor = document.createElement('a')
  anchor.href = downloadAddress(entries)
  anchor.download = name ?? (entries.length === 1 && entries[0]?.folder === false ? entries[0].name : '')
  anchor.click()
  notices.show('info', 'files.downloading')
}
