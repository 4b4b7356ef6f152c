// The live properties of RFC 4918 §15, and those of RFC 4331, RFC 6578 and RFC 3253 that every space has.

import { DAV } from '../../../formats/xml/element.ts'
import { escapeAttribute, escapeText } from '../../../formats/xml/write.ts'
import type { Resource } from '../resource.ts'
import { httpDate, isoSeconds } from '../wire/dates.ts'
import { tagsFor } from '../wire/multistatus.ts'
import { aclProperties } from './acl.ts'
import type { LiveProperty, Need } from './live.ts'
import { activeLocks } from './locks.ts'

const always = (name: string, read: LiveProperty['read'], needs?: Need): LiveProperty => ({
  namespace: DAV,
  name,
  inAllprop: true,
  needs,
  read,
})

const whenAsked = (name: string, read: LiveProperty['read'], needs?: Need): LiveProperty => ({
  ...always(name, read, needs),
  inAllprop: false,
})

const lockEntry = (scope: string): string =>
  `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`

const supportedLock = lockEntry('exclusive') + lockEntry('shared')

const supportedReports = ({ space }: Resource): string => {
  let set = ''
  for (const key of space.reports.keys()) {
    const brace = key.indexOf('}')
    const { empty } = tagsFor(key.slice(1, brace), key.slice(brace + 1))
    set += `<D:supported-report><D:report>${empty}</D:report></D:supported-report>`
  }
  return set
}

const supportedMethods = (resource: Resource): string =>
  ['OPTIONS', ...resource.space.allows(resource)]
    .map((method) => `<D:supported-method name="${escapeAttribute(method)}"/>`)
    .join('')

export const coreProperties: readonly LiveProperty[] = [
  always('resourcetype', ({ isCollection }) => (isCollection ? '<D:collection/>' : '')),
  always('displayname', ({ name }) => escapeText(name)),
  always('creationdate', ({ createdAt }) => (createdAt === undefined ? undefined : isoSeconds(createdAt))),
  always('getlastmodified', ({ modifiedAt }) => (modifiedAt === undefined ? undefined : httpDate(modifiedAt))),
  always('getcontentlength', ({ isCollection, size }) => (isCollection ? undefined : String(size))),
  always('getcontenttype', ({ isCollection, contentType }) =>
    isCollection || contentType === undefined ? undefined : escapeText(contentType),
  ),
  always('getetag', ({ etag }) => (etag === undefined ? undefined : `"${etag}"`)),
  always('supportedlock', ({ kind }) => (kind === undefined ? '' : supportedLock)),
  always('lockdiscovery', (resource, page) => activeLocks(page.locksOn(resource), page.now), 'locks'),
  // RFC 4331 §3, §4
  whenAsked(
    'quota-used-bytes',
    ({ isCollection }, page) => (isCollection ? page.quota?.used.toString() : undefined),
    'quota',
  ),
  whenAsked(
    'quota-available-bytes',
    ({ isCollection }, { quota }) =>
      isCollection && typeof quota?.quota === 'number' ? String(Math.max(0, quota.quota - quota.used)) : undefined,
    'quota',
  ),
  whenAsked('sync-token', (resource, page) => page.syncTokenOf(resource), 'sync-token'),
  whenAsked('supported-report-set', supportedReports), // RFC 3253 §3.1.5
  whenAsked('supported-method-set', supportedMethods), // RFC 3253 §3.1.3
  ...aclProperties,
]
