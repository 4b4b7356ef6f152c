// The XML of WebDAV Push (draft of bitfireAT/webdav-push): what a client registers, and what it is told.

import { attribute, child, DAV, type Element, elements, isNamed, text } from '../../../formats/xml/element.ts'
import { escapeText } from '../../../formats/xml/write.ts'
import { parseHttpDate } from './headers.ts'
import { declaration } from './multistatus.ts'

export const PUSH = 'https://bitfire.at/webdav-push'

export type PushTrigger = 'content-update' | 'property-update'

export type PushRegister = {
  /** Undefined when there is none that can be used. */
  readonly subscription: WebPushSubscription | undefined
  readonly triggers: readonly PushTrigger[]
  /** Milliseconds since 1970, when the client says until when. */
  readonly expires: number | undefined
}

export type WebPushSubscription = {
  readonly endpoint: string
  readonly publicKey: Buffer
  readonly authSecret: Buffer
}

const textIn = (element: Element | undefined, name: string): string | undefined => {
  const found = element && child(element, PUSH, name)
  return found && text(found).trim()
}

const triggerNames: readonly PushTrigger[] = ['content-update', 'property-update']

/** "Subscription Registration"; the depths that a client wishes for are taken down to the ones that there are. */
export const parsePushRegister = (register: Element): PushRegister => {
  const trigger = child(register, PUSH, 'trigger')
  const asked = trigger === undefined ? [] : elements(trigger)
  return {
    subscription: parseSubscription(child(register, PUSH, 'subscription')),
    triggers: triggerNames.filter((name) => asked.some((one) => isNamed(one, PUSH, name))),
    expires: parseHttpDate(textIn(register, 'expires')),
  }
}

const parseSubscription = (subscription: Element | undefined): WebPushSubscription | undefined => {
  const webPush = subscription && child(subscription, PUSH, 'web-push-subscription')
  if (webPush === undefined) return undefined
  // DAVx5 says subscription-public-key, the draft's text client-public-key.
  const key = child(webPush, PUSH, 'subscription-public-key') ?? child(webPush, PUSH, 'client-public-key')
  const endpoint = textIn(webPush, 'push-resource')
  const authSecret = textIn(webPush, 'auth-secret')
  const coding = textIn(webPush, 'content-encoding') ?? 'aes128gcm'
  if (key === undefined || endpoint === undefined || authSecret === undefined || coding !== 'aes128gcm')
    return undefined
  if (attribute(key, '', 'type') !== 'p256dh') return undefined
  return {
    endpoint,
    publicKey: Buffer.from(text(key).trim(), 'base64url'),
    authSecret: Buffer.from(authSecret, 'base64url'),
  }
}

export type PushMessage = {
  readonly topic: string
  /** The DAV:sync-token after the change; null where the collection has none. Undefined when its members are as they were. */
  readonly contentUpdate: string | null | undefined
  readonly propertyUpdate: boolean
}

/** "Push Message": which collection, and what kind of change; nothing of what is in it. */
export const writePushMessage = ({ topic, contentUpdate, propertyUpdate }: PushMessage): string => {
  const token = contentUpdate ? `<D:sync-token>${escapeText(contentUpdate)}</D:sync-token>` : ''
  const content = contentUpdate === undefined ? '' : `<P:content-update>${token}</P:content-update>`
  const inside = `<P:topic>${escapeText(topic)}</P:topic>${content}${propertyUpdate ? '<P:property-update/>' : ''}`
  return `${declaration}<P:push-message xmlns:P="${PUSH}" xmlns:D="${DAV}">${inside}</P:push-message>\n`
}
