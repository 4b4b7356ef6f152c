// What changed in a folder since a token, in the order of positions (RFC 6578).
//
// Every file and folder is told at its own last position, with its present path. A folder that came from
// elsewhere is told with all that is in it and is older than the token: the client cannot know it there.
// What is in a folder that comes only after this page is left to that folder's own telling. A page ends at
// a position, and tells what is gone up to there; where a folder was replaced by another of the same
// name, a page ends between the two, so that no page says both of one address.
// Without a token everything is listed, also by position, but with a token that remembers where the
// listing began: what left before that was never told.
import { sinceExpanded, sinceRows } from '../../limits.ts'
import { prepared } from '../engine/prepared.ts'
import type { View } from '../engine/types.ts'
import type { Journal, Tombstone } from '../journal.ts'
import { type Received, receivedSince } from '../shares/share.ts'
import { type Ancestor, child, columns, list, type Node, toNode } from './node.ts'

export type Change = { path: string[]; node: Node }

export type Changes = {
  /** What is new or changed, with its path below the folder. */
  changed: Change[]
  /** At the top of somebody's files: what others share with them that is new or changed there. */
  shared: Received[]
  /** Paths below the folder at which nothing is any more. */
  gone: string[][]
  token: string
  /** More is to be told: ask again with the token. A page can be empty and truncated. */
  truncated: boolean
}

type Place = { path: string[]; above: readonly Ancestor[] }
type Gone = { position: number; path: string[]; collection: number; name: string; isFolder: boolean }
type Page = { folder: Node; from: number; to: number; limit: number }

const changedNodes = prepared((db, p: { accountId: number; after: number; limit: number }) =>
  db
    .selectFrom('node')
    .select(columns)
    .where('accountId', '=', p.accountId)
    .where('changed', '>', p.after)
    .orderBy('changed')
    .limit(p.limit),
)

/** The state of a folder now, as `since` takes it. */
export async function syncToken(view: View, journal: Journal, folder: Node): Promise<string> {
  const { position } = await journal.clock(view, folder.accountId)
  return writeToken(journal, folder, position)
}

/** 'tooOld' when the token is of another folder or epoch, or what it would take is no longer known, or is too much. */
export async function since(
  view: View,
  journal: Journal,
  folder: Node,
  token: string | undefined,
  { limit }: { limit: number },
): Promise<Changes | 'tooOld'> {
  const { position: to } = await journal.clock(view, folder.accountId)
  if (token === undefined) return new Telling(view, journal, { folder, from: 0, to, limit }).list(to)
  const parsed = readToken(token, folder)
  if (!parsed) return 'tooOld'
  const began = await journal.position(view, folder.accountId, parsed.journal)
  if (began === 'tooOld') return 'tooOld'
  if (parsed.listed === undefined) return new Telling(view, journal, { folder, from: began, to, limit }).tell()
  return new Telling(view, journal, { folder, from: parsed.listed, to, limit }).list(began)
}

/** `epoch.position.folder`, and in a listing `epoch.its begin.folder.position`. */
function writeToken(journal: Journal, folder: Node, position: number, listed?: number): string {
  return [journal.token(position), folder.id, ...(listed === undefined ? [] : [listed])].join('.')
}

function readToken(token: string, folder: Node): { journal: string; listed: number | undefined } | undefined {
  const match = /^([0-9a-f]+\.[0-9]+)\.([0-9]+)(?:\.([0-9]{1,16}))?$/.exec(token)
  if (!match || match[2] !== String(folder.id)) return undefined
  return { journal: match[1] as string, listed: match[3] === undefined ? undefined : Number(match[3]) }
}

class Telling {
  readonly #view: View
  readonly #journal: Journal
  readonly #page: Page
  readonly #folders = new Map<number, Ancestor>()

  constructor(view: View, journal: Journal, page: Page) {
    this.#view = view
    this.#journal = journal
    this.#page = page
  }

  /** A page of everything, up to where the clock was when the listing began. */
  async list(began: number): Promise<Changes> {
    const { folder, from, to, limit } = this.#page
    const rows = await this.#changedNodes(from, sinceRows)
    const shared = await this.#shared()
    const nodes = rows.filter((node) => node.changed <= began)
    await this.#learn(nodes.map((node) => node.parentId))
    const changed: Change[] = []
    let end = rows.length < sinceRows || nodes.length < rows.length ? began : (nodes.at(-1)?.changed ?? began)
    for (const node of nodes) {
      const place = this.#locate(node)
      if (!place) continue
      if (changed.length === limit) {
        end = (changed.at(-1) as Change).node.changed
        break
      }
      changed.push({ path: place.path, node })
    }
    end = fitShared(
      shared,
      changed.map(({ node }) => node.changed),
      end,
      limit,
    )
    const told = changed.filter(({ node }) => node.changed <= end)
    const token = writeToken(this.#journal, folder, began, end < began ? end : undefined)
    return {
      changed: told,
      shared: shared.filter((share) => share.changed <= end),
      gone: [],
      token,
      truncated: end < to,
    }
  }

  /** A page of what changed, left and came. */
  async tell(): Promise<Changes | 'tooOld'> {
    const { folder, from, to } = this.#page
    const nodes = await this.#changedNodes(from, sinceRows + 1)
    const { accountId } = folder
    const left = await this.#journal.left(this.#view, { accountId, kind: 'files', after: from, limit: sinceRows + 1 })
    await this.#learn([...nodes.map((node) => node.parentId), ...left.map((stone) => stone.collection)])
    const known = Math.min(
      to,
      lastWhole(nodes.map((node) => node.changed)),
      lastWhole(left.map(({ position }) => position)),
    )
    const gone = left.flatMap((stone) => this.#gone(stone) ?? [])
    const present = await this.#presentAt(gone.filter(({ position }) => position <= known))
    const shared = await this.#shared()
    const end = this.#end(known, [...nodes.filter((node) => this.#locate(node)), ...shared], gone, present)
    const told = this.#told(nodes, end)
    const more = await this.#arrived(left, told, end)
    if (more === 'tooOld') return 'tooOld'
    const here = shared.filter((share) => share.changed <= end)
    const isThere = (one: Gone) =>
      (present.get(one)?.created ?? end + 1) <= end ||
      (one.collection === folder.id && here.some(({ name }) => name === one.name))
    return {
      changed: [...told.values(), ...more],
      shared: here,
      gone: distinct(gone.filter((one) => one.position <= end && !isThere(one))),
      token: writeToken(this.#journal, folder, end),
      truncated: end < to,
    }
  }

  async #changedNodes(after: number, limit: number): Promise<Node[]> {
    const rows = await changedNodes.all(this.#view, { accountId: this.#page.folder.accountId, after, limit })
    return rows.map(toNode)
  }

  /** What others share is at the top of the tree; its positions there are of the same clock. */
  async #shared(): Promise<Received[]> {
    const { folder, from } = this.#page
    return folder.parentId === null ? receivedSince(this.#view, { accountId: folder.accountId, after: from }) : []
  }

  /** A tombstone's address, if it is in the folder and the client can know it. */
  #gone({ collection, name, position }: Tombstone): Gone | undefined {
    const [own = '', id] = name.split('/')
    const place = this.#locate({ parentId: collection, name: own })
    // What is in a folder that the client has yet to be told of, or is told of anew, was never there for it.
    if (!place || place.above.some(({ created }) => created > this.#page.from)) return undefined
    return { position, path: place.path, collection, name: own, isFolder: id !== undefined }
  }

  async #presentAt(gone: readonly Gone[]): Promise<Map<Gone, Node>> {
    const present = new Map<Gone, Node>()
    for (const one of gone) {
      const node = await child(this.#view, one.collection, one.name)
      if (node) present.set(one, node)
    }
    return present
  }

  /** Where the page ends: when it is full, or before a folder that takes the name of another. */
  #end(
    known: number,
    told: readonly { changed: number }[],
    gone: readonly Gone[],
    present: ReadonlyMap<Gone, Node>,
  ): number {
    const { limit } = this.#page
    let end = known
    const positions = [...told.map(({ changed }) => changed), ...gone.map((one) => one.position)]
      .filter((position) => position <= known)
      .sort((a, b) => a - b)
    const first = positions[0]
    const beyond = positions[limit]
    if (first !== undefined && beyond !== undefined) end = Math.max(first, beyond - 1)
    for (const [one, node] of present) {
      if (one.isFolder && node.isFolder && one.position <= end) end = Math.min(end, node.created - 1)
    }
    return end
  }

  #told(nodes: readonly Node[], end: number): Map<number, Change> {
    const told = new Map<number, Change>()
    for (const node of nodes) {
      if (node.changed > end) break
      const place = this.#locate(node)
      if (place?.above.every(({ created }) => created <= end)) told.set(node.id, { path: place.path, node })
    }
    return told
  }

  /** What older things came with the folders that came from elsewhere, and the folders themselves if they changed later. */
  async #arrived(left: readonly Tombstone[], told: ReadonlyMap<number, Change>, end: number) {
    const { from } = this.#page
    const more: Change[] = []
    let room = sinceExpanded
    for (const { name, position } of left) {
      const id = name.split('/')[1]
      if (id === undefined || position > end) continue
      const arrived = told.get(Number(id)) ?? (await this.#laterChanged(Number(id), end))
      if (arrived?.node.created !== position) continue
      if (!told.has(arrived.node.id)) more.push(arrived)
      const open = [arrived]
      for (let folder = open.pop(); folder; folder = open.pop()) {
        const members = await list(this.#view, folder.node.id, { limit: room + 1 })
        room -= members.length
        if (room < 0) return 'tooOld' as const
        for (const node of members) {
          const member = { path: [...folder.path, node.name], node }
          if (node.changed <= from) more.push(member)
          if (node.isFolder && node.created <= from) open.push(member)
        }
      }
    }
    return more
  }

  async #laterChanged(id: number, end: number): Promise<Change | undefined> {
    const [row] = await folderById.all(this.#view, { id })
    if (!row || row.created > end) return undefined
    const node = toNode(row)
    await this.#learn([node.parentId])
    const place = this.#locate(node)
    return place?.above.every(({ created }) => created <= end) ? { path: place.path, node } : undefined
  }

  /** Reads the folders above, level by level, so that `#locate` finds them. */
  async #learn(ids: readonly (number | null)[]): Promise<void> {
    let wanted = new Set<number>()
    const want = (id: number | null) => {
      if (id !== null && !this.#folders.has(id)) wanted.add(id)
    }
    for (const id of ids) want(id)
    while (wanted.size > 0) {
      const rows = await this.#view.db
        .selectFrom('node')
        .select(['id', 'parentId', 'name', 'created'])
        .where('id', 'in', [...wanted])
        .execute()
      wanted = new Set()
      for (const row of rows) this.#folders.set(row.id, row)
      for (const row of rows) want(row.parentId)
    }
  }

  /** The path below the page's folder and the folders between; undefined for what is not in it. */
  #locate({ parentId, name }: Pick<Node, 'parentId' | 'name'>): Place | undefined {
    const path = [name]
    const above: Ancestor[] = []
    for (let id = parentId; id !== this.#page.folder.id; ) {
      const folder = id === null ? undefined : this.#folders.get(id)
      if (!folder) return undefined
      path.push(folder.name)
      above.push(folder)
      id = folder.parentId
    }
    return { path: path.reverse(), above }
  }
}

const folderById = prepared((db, p: { id: number }) =>
  db.selectFrom('node').select(columns).where('id', '=', p.id).where('isFolder', '=', 1),
)

/** Where a page of a listing ends that has room for `limit`, what is shared included. */
function fitShared(shared: readonly Received[], told: readonly number[], end: number, limit: number): number {
  const positions = [...told, ...shared.map(({ changed }) => changed)].filter((position) => position <= end)
  return positions.length <= limit ? end : (positions.sort((a, b) => a - b)[limit - 1] as number)
}

/** Up to which position a list of at most `sinceRows` + 1 positions is complete. */
function lastWhole(positions: readonly number[]): number {
  return positions.length > sinceRows ? (positions.at(-1) as number) - 1 : Number.POSITIVE_INFINITY
}

function distinct(gone: readonly Gone[]): string[][] {
  return [...new Map(gone.map((one) => [`${one.collection}/${one.name}`, one.path])).values()]
}
