// Rule 10 of the authorization rules: nobody gives or takes more power than they have.

import { isUserId } from './identifiers.ts'
import { isObject, type Json, type JsonObject, own, ownObject } from './json.ts'
import type { Event } from './pdu.ts'
import { creatorsOf, levelNames, levelOf } from './power-levels.ts'
import type { RoomVersion } from './room-versions.ts'

type Setting = {
  /** The levels that hold now. */
  readonly current: Event | undefined
  readonly create: Event
  /** The sender's. */
  readonly level: number
  readonly version: RoomVersion
}

export function powerLevelsProblem(event: Event, { current, create, level, version }: Setting): string | undefined {
  const { content } = event
  const malformed = shapeProblem(content, version)
  if (malformed !== undefined) return malformed
  const users = ownObject(content, 'users') ?? {}
  if (version.creatorsAboveAll && creatorsOf(create, version).some((creator) => Object.hasOwn(users, creator))) {
    return 'a creator stands above all levels'
  }
  if (current === undefined) return undefined
  const isAbove = (value: Json | undefined): boolean => (levelOf(value, version) ?? Number.NEGATIVE_INFINITY) > level
  const guarded = (before: JsonObject, after: JsonObject, names: readonly string[]): boolean =>
    names.some((name) => {
      const [old, now] = [own(before, name), own(after, name)]
      return levelOf(old, version) !== levelOf(now, version) && (isAbove(old) || isAbove(now))
    })
  if (guarded(current.content, content, levelNames)) return 'its sender may not set that level'
  for (const group of version.guardsNotifications ? ['events', 'notifications', 'users'] : ['events', 'users']) {
    const [before, after] = [ownObject(current.content, group) ?? {}, ownObject(content, group) ?? {}]
    if (guarded(before, after, namesOf(before, after))) return `its sender may not set that level of "${group}"`
  }
  const before = ownObject(current.content, 'users') ?? {}
  const takesFromEqual = Object.keys(before).some((user) => {
    const [old, now] = [levelOf(own(before, user), version), levelOf(own(users, user), version)]
    return user !== event.sender && old !== undefined && old !== now && old >= level
  })
  return takesFromEqual ? 'its sender may not change the level of an equal' : undefined
}

function namesOf(before: JsonObject, after: JsonObject): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
}

function shapeProblem(content: JsonObject, version: RoomVersion): string | undefined {
  const isLevel = (value: Json | undefined) => levelOf(value, version) !== undefined
  const areLevels = (value: Json | undefined) =>
    value === undefined || (isObject(value) && Object.values(value).every(isLevel))
  if (version.integerPowerLevels) {
    const wrong = levelNames.find((name) => own(content, name) !== undefined && !isLevel(own(content, name)))
    if (wrong !== undefined) return `"${wrong}" is no integer`
    for (const group of ['events', 'notifications']) {
      if (!areLevels(own(content, group))) return `"${group}" has what is no integer`
    }
  }
  const users = own(content, 'users')
  if (!areLevels(users)) return '"users" has what is no level'
  const strange = Object.keys(isObject(users) ? users : {}).find((user) => !isUserId(user))
  return strange === undefined ? undefined : '"users" has what is no user'
}
