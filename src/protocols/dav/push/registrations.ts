// `/dav/push/<registration>`: where a client takes back what it registered ("Subscription Removal").

import { DomainError } from '../../../errors.ts'
import type { Store } from '../../../store/store.ts'
import { answerEmpty, type Exchange } from '../exchange.ts'
import type { Space } from '../resource.ts'

export const registrationHref = (uid: string): string => `/dav/push/${uid}`

export const registrationsSpace = (store: Store): Space => {
  const remove = async ({ principal, response, segments }: Exchange): Promise<void> => {
    const [uid = '', ...below] = segments.slice(2)
    if (below.length > 0) throw nothing()
    await store.write((tx) => store.pushSubscriptions.remove(tx, principal.accountId, uid))
    answerEmpty(response, 204)
  }
  return {
    name: 'push',
    scope: 'calendars contacts',
    features: [],
    properties: [],
    reports: new Map(),
    methods: new Map([['DELETE', remove]]),
    resolve: async () => Promise.reject(nothing()),
    allows: () => [],
    members: async () => [],
    lineage: async () => [],
  }
}

const nothing = (): DomainError => new DomainError('NotFound', 'There is nothing to read here')
