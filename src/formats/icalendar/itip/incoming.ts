// A scheduling message as it comes in, and what can become of it.
import type { Component, Property } from '../component.ts'
import { type CalendarObject, readObject } from '../object.ts'
import { type Address, type IsSelf, organizerOf } from './participants.ts'

export type Received = {
  method: string
  /** Who sent it, as the transport knows: a reply is theirs and nobody else's. */
  originator: Address
  calendar: Component
  /** What the receiver has of that UID. */
  existing: CalendarObject | undefined
  isSelf: IsSelf
  /** False where only the answers of others are new. */
  significant?: boolean
  /** The transport keeps the order, and brings a message before anything else happens. */
  inOrder: boolean
  /** Milliseconds since 1970. */
  now: number
}

/** Why a message changes nothing. */
export type Unmoved = 'old' | 'unknown' | 'not-entitled' | 'nothing-new'

export type Outcome =
  /** Nothing to do, and nobody wants to know. */
  | { kind: 'ignored'; reason: Unmoved }
  /** For the person alone to act upon. */
  | { kind: 'told' }
  /** The sender wants the present state. */
  | { kind: 'refresh' }
  | {
      kind: 'changed'
      object: CalendarObject
      /** Only what others answered is new: RFC 6638 §3.2.10 keeps the schedule tag. */
      answersOnly: boolean
    }

/** The message as an object that can be stored. RFC 4791 §4.1: without METHOD. */
export const withoutMethod = (calendar: Component): CalendarObject =>
  readObject({ ...calendar, properties: calendar.properties.filter(({ name }) => name !== 'METHOD') })

export const organizerIn = (object: CalendarObject): Property | undefined => {
  const component = object.master ?? object.overrides[0]?.component
  return component && organizerOf(component)
}
