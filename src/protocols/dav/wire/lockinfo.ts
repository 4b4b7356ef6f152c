import { DomainError } from '../../../errors.ts'
import type { Element } from '../../../formats/xml/element.ts'
import { child, DAV, elements, isNamed } from '../../../formats/xml/element.ts'
import { scopeOf, writeContent } from '../../../formats/xml/write.ts'

/** RFC 4918 §14.11 */
export type Lockinfo = {
  readonly exclusive: boolean
  /** The XML inside the owner element, able to stand on its own. */
  readonly owner: string
}

export const parseLockinfo = (root: Element): Lockinfo => {
  const scope = child(root, DAV, 'lockscope')
  const type = child(root, DAV, 'locktype')
  if (!isNamed(root, DAV, 'lockinfo') || scope === undefined || type === undefined)
    throw new DomainError('BadRequest', 'The body of LOCK is a DAV:lockinfo with lockscope and locktype')
  const kind = elements(scope)[0]?.name
  if (child(type, DAV, 'write') === undefined || (kind !== 'exclusive' && kind !== 'shared'))
    throw new DomainError('BadRequest', 'Write locks, exclusive or shared, are what there is')
  const owner = child(root, DAV, 'owner')
  return { exclusive: kind === 'exclusive', owner: owner === undefined ? '' : writeContent(owner, scopeOf(root)) }
}
