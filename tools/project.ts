import { type Dirent, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export const root = resolve(import.meta.dirname, '..')

/** All files below `folder/inside`, named from `folder`, sorted; none where there is no such folder. */
export function filesBelow(folder: string, inside: string): string[] {
  let entries: Dirent[]
  try {
    entries = readdirSync(join(folder, inside), { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return entries
    .flatMap((entry) => {
      const path = `${inside}/${entry.name}`
      return entry.isDirectory() ? filesBelow(folder, path) : [path]
    })
    .sort()
}

export const runsAsProgram = (url: string): boolean => url === pathToFileURL(process.argv[1] ?? '').href
