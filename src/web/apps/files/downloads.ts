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

/** Characters: the whole address has to fit into the head of one request. */
const longestAddress = 16_000

/** The name is the server's word; without one the browser would open what it can show. */
export const download = (entries: readonly Entry[]): void => {
  const address = downloadAddress(entries)
  if (address.length > longestAddress) {
    notices.show('error', 'files.tooManyForZip')
    return
  }
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.download = ''
  anchor.click()
  notices.show('info', 'files.downloading')
}
