// The two questions that nearly every method begins with.

import { DomainError } from '../../../errors.ts'
import { refusal } from '../errors.ts'
import type { Place, Resource } from '../resource.ts'

/** @throws DomainError NotFound where nothing is. */
export const requireResource = (place: Place): Resource => {
  if (place.resource === undefined) throw new DomainError('NotFound', 'There is nothing at this address')
  return place.resource
}

/** @throws DomainError, a 405 that says what is allowed instead. */
export const requireAllowed = (resource: Resource, method: string): void => {
  const allowed = resource.space.allows(resource)
  if (!allowed.includes(method))
    throw refusal('method-not-allowed', `${method} is not for this`, { allow: ['OPTIONS', ...allowed] })
}
