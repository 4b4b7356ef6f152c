// One item of a file that is imported: new, there already, or another version of what is there.
import { DomainError } from '../../errors.ts'
import type { Staged } from '../blobs/blobs.ts'
import type { Tx } from '../engine/types.ts'
import type { Collection, Collections, ItemFacts } from './collections.ts'

/** What becomes of an item whose UID is in the collection already. */
export type Existing = 'refuse' | 'skip' | 'update'

export type Imported = 'imported' | 'updated' | 'skipped'

/**
 * Stores an item under a name, or under the one that it has. What is the same byte for byte is skipped.
 *
 * @throws DomainError Conflict 'no-uid-conflict' with `detail.existing`, its name; QuotaExceeded.
 */
export async function importItem(
  collections: Collections,
  tx: Tx,
  collection: Collection,
  item: ItemFacts & { name: string; staged: Staged },
  existing: Existing,
): Promise<Imported> {
  const there = await collections.itemByUid(tx, collection, item.uid)
  if (there && Buffer.compare(there.hash, item.staged.hash) === 0) return 'skipped'
  if (there && existing === 'skip') return 'skipped'
  if (there && existing === 'refuse')
    throw new DomainError('Conflict', 'It is there already.', { precondition: 'no-uid-conflict', existing: there.name })
  await collections.put(tx, collection, { ...item, name: there?.name ?? item.name })
  return there ? 'updated' : 'imported'
}
