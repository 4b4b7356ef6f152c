// WebDAV Push (draft of bitfireAT/webdav-push): a client registers where it is told that a collection changed. What it is
// told has no content, and its topic tells nobody what it stands for.

import { createHash, createHmac } from 'node:crypto'
import { DomainError, isDomainError } from '../../../errors.ts'
import { areDeviceKeys } from '../../../federation/push/message.ts'
import type { PushSource, Telling } from '../../../federation/push/pusher.ts'
import type { Vapid } from '../../../federation/push/vapid.ts'
import { pushes } from '../../../limits.ts'
import type { Principal } from '../../../store/accounts/principal.ts'
import type { PushSubscription } from '../../../store/push-subscriptions.ts'
import type { Store, View } from '../../../store/store.ts'
import { originOf } from '../../http/origin.ts'
import { answerEmpty, locate } from '../exchange.ts'
import type { LiveProperty } from '../properties/live.ts'
import type { Report, Resource, Space } from '../resource.ts'
import { httpDate } from '../wire/dates.ts'
import { keyOf } from '../wire/names.ts'
import { parsePath } from '../wire/path.ts'
import { PUSH, type PushTrigger, parsePushRegister, type WebPushSubscription, writePushMessage } from '../wire/push.ts'
import { writeSyncToken } from '../wire/sync-collection.ts'
import { registrationHref, registrationsSpace } from './registrations.ts'

/** What spaces whose collections are watched add to themselves. */
export type DavPush = {
  readonly features: readonly string[]
  readonly properties: readonly LiveProperty[]
  /** By the root element of what is POSTed. */
  readonly posts: ReadonlyMap<string, Report>
  /** Where registrations are taken back. */
  readonly registrations: Space
  /** What the pusher asks. */
  source(spaces: readonly Space[]): PushSource
}

const kind = 'dav'

export const createDavPush = ({ store, vapid }: { store: Store; vapid: Vapid }): DavPush => {
  const secret = vapid.secret('WebDAV Push topics')
  const named = (text: string, bytes: number): string =>
    createHmac('sha256', secret).update(text).digest().subarray(0, bytes).toString('base64url')
  /** A collection has one, at whichever address it is reached. */
  const topicOf = ({ space, kind, id, accountId }: Resource): string =>
    named(kind === undefined ? `${space.name}/${accountId}` : `${kind}/${id}`, 16)

  const look = async (view: View, resource: Resource, { triggers, told }: Looked): Promise<Telling> => {
    const [toldContent = '', toldProperties = ''] = told.split(' ')
    const content = triggers.includes('content-update') ? await contentState(view, resource, toldContent) : ''
    const properties = triggers.includes('property-update') ? await propertiesState(store, view, resource) : ''
    const topic = topicOf(resource)
    const contentUpdate = content === toldContent ? undefined : await syncTokenOf(view, resource)
    const propertyUpdate = properties !== toldProperties
    const message = writePushMessage({ topic, contentUpdate, propertyUpdate })
    return {
      state: `${content} ${properties}`,
      contentType: 'application/xml; charset="UTF-8"',
      message: Buffer.from(message),
      // What replaces an undelivered message says the same.
      topic: named(`${topic} ${contentUpdate !== undefined} ${propertyUpdate}`, 24),
    }
  }

  const register: Report = async (exchange, resource, body) => {
    const { principal, request, response } = exchange
    const watched = resource.space.watched?.(resource)
    if (watched === undefined) throw refused('push-not-available', 'Changes of this are not pushed')
    const { subscription, triggers: asked, expires } = parsePushRegister(body)
    if (!isUsable(subscription)) throw refused('invalid-subscription', 'Nothing can be sent to this subscription')
    const triggers = asked.filter((name) => triggersOf(resource).includes(name))
    if (triggers.length === 0) throw refused('no-supported-trigger', 'None of these changes are pushed')
    const { uid, expiresAt } = await store.write(async (tx) => {
      const now = await look(tx, resource, { triggers, told: '' })
      return store.pushSubscriptions.put(tx, {
        ...{ kind, accountId: principal.accountId, credentialId: principal.credentialId },
        ...{ subject: resource.href, triggers: triggers.join(' '), topic: watched.topic, told: now.state },
        ...subscription,
        expiresAt: expiry(expires, tx.now),
      })
    })
    response.setHeader('Location', originOf(request) + registrationHref(uid))
    response.setHeader('Expires', httpDate(expiresAt))
    answerEmpty(response, 204)
  }

  return {
    features: ['webdav-push'],
    properties: pushProperties(vapid, topicOf),
    posts: new Map([[keyOf(PUSH, 'push-register'), register]]),
    registrations: registrationsSpace(store),
    source(spaces) {
      const byName = new Map(spaces.map((space) => [space.name, space]))
      return {
        kind,
        async look(view, subscription) {
          const resource = await subjectOf(store, view, byName, subscription)
          if (resource === undefined) return 'gone'
          const triggers = subscription.triggers.split(' ') as PushTrigger[]
          return look(view, resource, { triggers, told: subscription.told })
        },
      }
    },
  }
}

type Looked = { readonly triggers: readonly PushTrigger[]; readonly told: string }

const refused = (precondition: string, message: string): DomainError =>
  new DomainError('Forbidden', message, { precondition, namespace: PUSH })

/** A home has no properties that anybody sets. */
const triggersOf = ({ kind }: Resource): readonly PushTrigger[] =>
  kind === undefined ? ['content-update'] : ['content-update', 'property-update']

const pushProperties = (vapid: Vapid, topicOf: (resource: Resource) => string): readonly LiveProperty[] => {
  const property = (name: string, read: (resource: Resource) => string): LiveProperty => ({
    namespace: PUSH,
    name,
    inAllprop: false,
    read: (resource) => (resource.space.watched?.(resource) === undefined ? undefined : read(resource)),
  })
  const key = `<X:vapid-public-key type="p256ecdsa">${vapid.publicKey}</X:vapid-public-key>`
  const content = '<X:content-update><D:sync-level>1</D:sync-level></X:content-update>'
  const properties = '<X:property-update><D:depth>0</D:depth></X:property-update>'
  return [
    property('transports', () => `<X:web-push>${key}</X:web-push>`),
    property('topic', topicOf),
    property('supported-triggers', (resource) =>
      triggersOf(resource).includes('property-update') ? content + properties : content,
    ),
  ]
}

/** RFC 8030 §8: a push resource is reached over https. */
const isUsable = (subscription: WebPushSubscription | undefined): subscription is WebPushSubscription =>
  subscription !== undefined &&
  subscription.endpoint.length <= pushes.endpointCharacters &&
  URL.parse(subscription.endpoint)?.protocol === 'https:' &&
  areDeviceKeys(subscription)

const expiry = (wished: number | undefined, now: number): number => {
  const { usual, most } = pushes.keptMilliseconds
  return Math.min(now + most, wished !== undefined && wished > now ? wished : now + usual)
}

const syncTokenOf = async (view: View, resource: Resource): Promise<string | null> => {
  const token = await resource.space.syncToken?.(view, resource)
  return token === undefined ? null : writeSyncToken(token)
}

/** What is there: a token, or the names of what a home has. The same as told when no member changed since. */
const contentState = async (view: View, resource: Resource, told: string): Promise<string> => {
  const { space } = resource
  const token = await space.syncToken?.(view, resource)
  if (token === undefined) {
    const members = await space.members(view, resource, { after: undefined, limit: pushes.perAccount })
    return digest(members.map(({ href }) => href).join('\n'))
  }
  if (told === '' || told === token) return token
  // The token follows the collection's own properties, too.
  const changes = await space.changes?.(view, resource, { token: told, infinite: false, limit: 1 })
  const same = changes !== undefined && changes !== 'tooOld' && changes.changed.length + changes.removed.length === 0
  return same && !changes.truncated ? told : token
}

const propertiesState = async (store: Store, view: View, resource: Resource): Promise<string> => {
  const { kind, id, space } = resource
  const dead = kind === undefined ? [] : await store.properties.list(view, kind, id)
  return digest(JSON.stringify([space.watched?.(resource)?.settings, dead]))
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** The collection, as its subscriber finds it; undefined when they do not find it any more. */
const subjectOf = async (
  store: Store,
  view: View,
  spaces: ReadonlyMap<string, Space>,
  { accountId, credentialId, subject }: PushSubscription,
): Promise<Resource | undefined> => {
  const account = await store.accounts.byId(view, accountId)
  if (account === undefined) return undefined
  const { name, displayName, isAdmin } = account
  const scopes = new Set(['all'])
  const principal: Principal = { accountId, name, displayName, isAdmin, scopes, credentialId, kind: 'app-password' }
  try {
    return (await locate({ spaces, principal }, view, parsePath(subject).segments)).resource
  } catch (error) {
    if (isDomainError(error, 'NotFound') || isDomainError(error, 'Forbidden')) return undefined
    throw error
  }
}
