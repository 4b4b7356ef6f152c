// Setting and removing properties: all of them or none (RFC 4918 §9.2).

import type { Tx } from '../../../store/store.ts'
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
    if (await space.setProperty?.(tx, resource, update)) continue
    const { namespace, name, value, language } = update
    if (kind === undefined || live.has(keyOf(namespace, name)))
      throw refusal('cannot-modify-protected-property', `${name} is not set by clients`, { update })
    // RFC 4918 §9.2: to remove a property that is not there is no error.
    if (value === undefined) await store.properties.remove(tx, kind, id, { namespace, name })
    else await store.properties.set(tx, kind, id, { namespace, name, value: value.xml, language: language ?? null })
  }
}
