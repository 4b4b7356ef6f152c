// Setting and removing properties: all of them or none (RFC 4918 §9.2).

import { DomainError, isDomainError } from '../../../errors.ts'
import { propertyCharacters } from '../../../limits.ts'
import type { Store, Tx } from '../../../store/store.ts'
import { refusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import type { Resource } from '../resource.ts'
import { keyOf } from '../wire/names.ts'
import type { PropertyUpdate } from '../wire/proppatch.ts'
import { liveTable } from './plan.ts'

/** @throws DomainError cannot-modify-protected-property, with `detail.update` the one that stood in the way. */
export const applyUpdates = async (
  { store }: Exchange,
  tx: Tx,
  resource: Resource,
  updates: readonly PropertyUpdate[],
): Promise<void> => {
  const { space, kind, id } = resource
  const live = liveTable(space)
  for (const update of updates) {
    if (await setLive(tx, resource, update)) continue
    const { namespace, name, value, language } = update
    if (kind === undefined || live.has(keyOf(namespace, name)))
      throw refusal('cannot-modify-protected-property', `${name} is not set by clients`, { update })
    // RFC 4918 §9.2: to remove a property that is not there is no error.
    if (value === undefined) await store.properties.remove(tx, kind, id, { namespace, name })
    else await store.properties.set(tx, kind, id, { namespace, name, value: value.xml, language: language ?? null })
  }
  if (kind !== undefined) await requireFew(store, tx, kind, id)
}

/** RFC 4918 §9.2.1: the property that cannot be set is told apart from those that could have been. */
const setLive = async (tx: Tx, resource: Resource, update: PropertyUpdate): Promise<boolean> => {
  try {
    return (await resource.space.setProperty?.(tx, resource, update)) ?? false
  } catch (error) {
    if (!isDomainError(error)) throw error
    throw new DomainError(error.code, error.message, { ...error.detail, update })
  }
}

/** Dead properties count for no quota, so that they are bounded by themselves. */
const requireFew = async (store: Store, tx: Tx, kind: string, id: number): Promise<void> => {
  let characters = 0
  for (const { namespace, name, value } of await store.properties.list(tx, kind, id))
    characters += namespace.length + name.length + value.length
  if (characters > propertyCharacters) throw new DomainError('QuotaExceeded', 'It has too many properties')
}
