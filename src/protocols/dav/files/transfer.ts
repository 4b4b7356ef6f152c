// COPY and MOVE into a person's files, from there, from the trash and from the versions. What is overwritten is not
// lost: a file under another file becomes a version of it, anything else goes to the trash. Between a person's own
// files and folders that others share with them a move is a copy, and what was moved goes to its owner's trash.

import { DomainError } from '../../../errors.ts'
import type { Node } from '../../../store/files/files.ts'
import type { Store, Tx } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import type { CopyOptions, Place, Removal } from '../resource.ts'
import type { NodeResource } from './node-resource.ts'

type Target = {
  readonly accountId: number
  readonly parentId: number
  readonly name: string
  readonly present: Node | undefined
}

/** The destination in the tree of files. @throws DomainError for one that is anywhere else. */
export const targetOf = (source: NodeResource, { space, parent, name, resource }: Place): Target => {
  const folder = parent as NodeResource | undefined
  if (space.name !== 'files' || folder?.node === undefined)
    throw refusal('same-resource', 'It goes into files and nowhere else')
  const { accountId, id: parentId } = folder
  // Trash and versions are their owner's alone.
  if (accountId !== source.accountId && source.space.name !== 'files')
    throw new DomainError('Forbidden', 'It stays with its account')
  return { accountId, parentId, name, present: (resource as NodeResource | undefined)?.node }
}

/** Moves a node, as files and the trash do it. */
export const moveTo = async (
  store: Store,
  tx: Tx,
  source: NodeResource,
  to: Place,
): Promise<Pick<Removal, 'finish'>> => {
  const share = source.grant?.isRoot ? source.grant.share : undefined
  if (share !== undefined) {
    await store.shares.rename(tx, share, nameInHome(share.accountId, to))
    return {}
  }
  const target = targetOf(source, to)
  const { accountId, parentId, name, present } = target
  const node = requireNode(source)
  if (accountId !== node.accountId) {
    await copyFile(store, tx, node, target)
    await store.files.remove(tx, node)
    return {}
  }
  if (present !== undefined && !present.isFolder && !node.isFolder) {
    await store.files.moveOnto(tx, node, present)
    return { finish: () => store.files.trash.erase(node.accountId) }
  }
  if (present !== undefined) await store.files.remove(tx, present)
  await store.files.move(tx, node, { parentId, name })
  return {}
}

/** What others share is in one's home, under any name that is free there: so no folder can be in itself. */
const nameInHome = (accountId: number, { space, parent, name, resource }: Place): string => {
  const home = (parent as NodeResource | undefined)?.node
  if (space.name !== 'files' || home?.accountId !== accountId || home.parentId !== null)
    throw new DomainError('Forbidden', 'What others share stays at the top of your files')
  if (resource !== undefined) throw new DomainError('Conflict', 'Something of that name is there already')
  return name
}

/** Copies a node with its tree. */
export const copyTo = async (
  store: Store,
  source: NodeResource,
  { shallow, guard, after, to }: CopyOptions,
): Promise<void> => {
  const node = requireNode(source)
  const { parentId, name } = targetOf(source, to)
  if (!node.isFolder) {
    await store.write(async (tx) => {
      await copyFile(store, tx, node, targetOf(source, await guard(tx)))
      await after?.(tx)
    })
    return
  }
  await store.files.copy(node, {
    parentId,
    name,
    deep: !shallow,
    async before(tx) {
      const now = targetOf(source, await guard(tx))
      if (now.parentId !== parentId) throw new DomainError('Conflict', 'The destination was moved meanwhile')
      if (now.present !== undefined) await store.files.remove(tx, now.present)
    },
    ...(after && { after }),
  })
}

const copyFile = async (store: Store, tx: Tx, source: Node, { parentId, name, present }: Target): Promise<void> => {
  if (present !== undefined && !present.isFolder) {
    await store.files.copyOnto(tx, source, present)
    return
  }
  if (present !== undefined) await store.files.remove(tx, present)
  await store.files.copyFile(tx, source, { parentId, name })
}

const requireNode = ({ node }: NodeResource): Node => {
  if (node === undefined) throw refusal('method-not-allowed', 'It stays where it is')
  return node
}
