// The disk under the recorded twin: for each file and folder what is surely there, and what has been done
// to it since. A name, new or gone, is sure only after a sync of its folder (strictly POSIX; ext4 is kinder).
// A process that is killed is no power cut: what it wrote stays in the page cache, neither sure nor lost.
import { applyAll, type Change, crashImage, type Mood } from './crash-image.ts'
import type { Event } from './trace.ts'

type NameChange = { name: string; inode: Inode | undefined }
type Pending = { upTo: number }

class Inode {
  readonly isFolder: boolean
  content: Buffer = Buffer.alloc(0)
  readonly changes: { number: number; change: Change }[] = []
  /** Of a folder: as the processes see it, and as it surely is on the disk. */
  readonly members = new Map<string, Inode>()
  readonly sureMembers = new Map<string, Inode>()
  readonly nameChanges: { number: number; change: NameChange }[] = []

  constructor(isFolder: boolean) {
    this.isFolder = isFolder
  }

  sync({ upTo }: Pending): void {
    this.content = applyAll(this.content, takeUpTo(this.changes, upTo))
    for (const { name, inode } of takeUpTo(this.nameChanges, upTo)) {
      if (inode) this.sureMembers.set(name, inode)
      else this.sureMembers.delete(name)
    }
  }
}

function takeUpTo<T>(pending: { number: number; change: T }[], upTo: number): T[] {
  const later = pending.findIndex(({ number }) => number > upTo)
  return pending.splice(0, later === -1 ? pending.length : later).map(({ change }) => change)
}

export type ImageFile = { path: string; content: Buffer | undefined }

export class Disk {
  readonly #root = new Inode(true)
  readonly #opens = new Map<number, Inode>()
  readonly #syncs = new Map<number, Pending>()
  #number = 0

  apply(event: Event): void {
    this.#number++
    if (event.type === 'open') this.#open(event)
    else if (event.type === 'close') this.#opens.delete(event.open)
    else if (event.type === 'write') this.#change(event.open, { at: event.offset, data: event.data })
    else if (event.type === 'truncate') this.#change(event.open, { size: event.size })
    else if (event.type === 'sync') this.#syncs.set(event.sync, { upTo: this.#number })
    else if (event.type === 'synced') this.#synced(event.open, event.sync)
    else if (event.type === 'mkdir') this.#setName(event.path, new Inode(true))
    else if (event.type === 'unlink') this.#setName(event.path, undefined)
    else if (event.type === 'link') this.#setName(event.to, this.#at(event.path))
    else if (event.type === 'rename') this.#rename(event.path, event.to)
  }

  /** What a power cut now may leave; `moodOf` a path says how unkind the disk is to that file. */
  image(moodOf: (path: string) => Mood, next: () => number): ImageFile[] {
    const files: ImageFile[] = []
    const visit = (inode: Inode, path: string): void => {
      if (!inode.isFolder) {
        const changes = inode.changes.map(({ change }) => change)
        files.push({ path, content: crashImage(inode.content, changes, moodOf(path), next) })
        return
      }
      files.push({ path, content: undefined })
      for (const [name, member] of this.#membersAfter(inode, moodOf(path), next)) visit(member, `${path}/${name}`)
    }
    visit(this.#root, '')
    return files
  }

  #membersAfter(folder: Inode, mood: Mood, next: () => number): Map<string, Inode> {
    const arrived = mood === 'nothing' ? 0 : mood === 'everything' ? 1 : next()
    const members = new Map(folder.sureMembers)
    for (const { change } of folder.nameChanges.slice(0, Math.round(arrived * folder.nameChanges.length))) {
      if (change.inode) members.set(change.name, change.inode)
      else members.delete(change.name)
    }
    return members
  }

  #open({ open, path, created }: Extract<Event, { type: 'open' }>): void {
    if (created) this.#setName(path, new Inode(false))
    this.#opens.set(open, this.#at(path))
  }

  #rename(path: string, to: string): void {
    const inode = this.#at(path)
    this.#setName(path, undefined)
    this.#setName(to, inode)
  }

  #change(open: number, change: Change): void {
    this.#opens.get(open)?.changes.push({ number: this.#number, change })
  }

  /** A sync whose begin was left out of the trace changes nothing. */
  #synced(open: number, sync: number): void {
    const pending = this.#syncs.get(sync)
    if (pending) this.#opens.get(open)?.sync(pending)
    this.#syncs.delete(sync)
  }

  #setName(path: string, inode: Inode | undefined): void {
    const slash = path.lastIndexOf('/')
    const folder = this.#at(slash === -1 ? '' : path.slice(0, slash))
    const name = path.slice(slash + 1)
    if (inode) folder.members.set(name, inode)
    else folder.members.delete(name)
    folder.nameChanges.push({ number: this.#number, change: { name, inode } })
  }

  #at(path: string): Inode {
    let inode: Inode | undefined = this.#root
    if (path !== '') for (const name of path.split('/')) inode = inode?.members.get(name)
    if (!inode) throw new Error(`the trace has no ${path}`)
    return inode
  }
}
