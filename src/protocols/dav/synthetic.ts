// Collections that exist in the address space only: `/`, `/dav/`, `/dav/files/`. They can be listed and nothing else.

import type { Principal } from '../../store/accounts/principal.ts'
import type { Resource, Space } from './resource.ts'

/** What can be asked of a collection that nothing can be done to. */
export const readOnlyCollection: readonly string[] = ['PROPFIND', 'REPORT']

export const synthetic = (
  space: Space,
  principal: Pick<Principal, 'accountId'>,
  href: string,
  name: string,
): Resource => ({
  space,
  kind: undefined,
  id: 0,
  accountId: principal.accountId,
  href,
  name,
  isCollection: true,
  etag: undefined,
  size: 0,
  contentType: undefined,
  createdAt: undefined,
  modifiedAt: undefined,
})

type Above = Resource & { readonly below: readonly Resource[] }

/** What is above the spaces. Explorer looks at every level of an address before it goes to the next. */
export const rootSpace = (spaces: readonly Space[]): Space<Above> => {
  const space: Space<Above> = {
    name: '',
    scope: 'files calendars contacts',
    features: [],
    properties: [],
    reports: new Map(),
    async resolve(_view, principal, segments) {
      const dav = {
        ...synthetic(space, principal, '/dav/', 'dav'),
        below: spaces.map(({ name }) => synthetic(space, principal, `/dav/${name}/`, name)),
      }
      const resource = segments.length > 0 ? dav : { ...synthetic(space, principal, '/', '/'), below: [dav] }
      return { space, href: resource.href, name: resource.name, resource, parent: undefined }
    },
    allows: () => readOnlyCollection,
    members: async (_view, { below }, { after }) =>
      after === undefined ? below.map((resource) => ({ ...resource, below: [] })) : [],
    lineage: async () => [],
  }
  return space
}
