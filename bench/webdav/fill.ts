// What is there before anything is measured, the same in both: Apache's is made as plain files, the twin's through
// the store (`bench/webdav/load.ts`), since neither is about making it.
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const small = Buffer.alloc(1024, 'small file ')
export const member = Buffer.from('member\n')

type Owner = { uid: number; gid: number } | undefined

/** Folder names and how many files are in each; `tree` is spread over 100 folders. */
export const folders = { thousand: 1_000, hundredThousand: 100_000, put: 0, big: 0 } as const
export const tree = { folders: 100, filesInEach: 100 } as const

export const fileName = (index: number): string => `file-${String(index).padStart(6, '0')}.txt`

/** Makes all of it as plain files below `root`. */
export const fillFolder = async (root: string, owner: Owner): Promise<void> => {
  await writeFile(join(root, 'small.txt'), small)
  for (const [name, count] of Object.entries(folders)) await makeFolder(join(root, name), count, owner)
  await makeFolder(join(root, 'tree'), 0, owner)
  for (let folder = 0; folder < tree.folders; folder++) {
    await makeFolder(join(root, 'tree', `folder-${folder}`), tree.filesInEach, owner)
  }
}

export const makeFolder = async (path: string, files: number, owner: Owner): Promise<void> => {
  await mkdir(path)
  if (owner) await chown(path, owner.uid, owner.gid)
  for (let index = 0; index < files; index++) await writeFile(join(path, fileName(index)), member)
}
