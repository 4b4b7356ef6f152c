// What a person chose or dropped: files with the folders they were in.

export type Picked = {
  /** None for a folder that is empty. */
  readonly file: File | undefined
  readonly folders: readonly string[]
}

/** From an <input type=file>, with or without webkitdirectory. */
export const fromInput = (files: FileList): readonly Picked[] =>
  [...files].map((file) => ({
    file,
    folders: file.webkitRelativePath
      .split('/')
      .slice(0, -1)
      .filter((name) => name !== ''),
  }))

const children = async (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> => {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  // readEntries hands out a hundred at a time until it hands out none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

const walk = async (entry: FileSystemEntry, folders: readonly string[]): Promise<readonly Picked[]> => {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    return [{ file, folders }]
  }
  const inner = [...folders, entry.name]
  const members = await children(entry as FileSystemDirectoryEntry)
  if (members.length === 0) return [{ file: undefined, folders: inner }]
  return (await Promise.all(members.map((member) => walk(member, inner)))).flat()
}

/** From a drop; what is dropped has to be taken before the first await, the list is empty after the event. */
export const fromDrop = async (data: DataTransfer): Promise<readonly Picked[]> => {
  const items = [...data.items].filter(({ kind }) => kind === 'file')
  // What another program hands over as bytes has no entry.
  const dropped = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const picked = dropped.map(async (one): Promise<readonly Picked[]> => {
    if (one === null) return []
    return one instanceof File ? [{ file: one, folders: [] }] : walk(one, [])
  })
  return (await Promise.all(picked)).flat()
}
