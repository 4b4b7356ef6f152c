// What differs between the versions of rooms (Matrix v1.19 Rooms): each is the one before it and what it changed, so
// that the rules read one table and no rule is written twice.

export type RoomVersion = {
  readonly id: string
  /** `given`: in the event; `base64`, `urlsafe`: made from the reference hash. */
  readonly eventIds: 'given' | 'base64' | 'urlsafe'
  readonly stateResolution: 'v1' | 'v2' | 'v2.1'
  /** Keys that a redaction leaves, as the version changed them. */
  readonly redaction: 1 | 6 | 8 | 9 | 11
  /** Only integers that a double holds (6). */
  readonly strictJson: boolean
  /** A signature counts only while its key is valid (5). */
  readonly enforcesKeyValidity: boolean
  /** `m.room.aliases` has a rule of its own (until 6). */
  readonly aliasesRule: boolean
  /** Power over redactions is judged with the event itself (until 3). */
  readonly redactionRule: boolean
  /** `notifications` is guarded like `events` (6). */
  readonly guardsNotifications: boolean
  readonly knocks: boolean
  readonly restrictedJoins: boolean
  readonly knocksRestricted: boolean
  /** Power levels are integers and never texts (10). */
  readonly integerPowerLevels: boolean
  /** The creator is the sender of the create event, not its content's `creator` (11). */
  readonly creatorIsSender: boolean
  readonly redactsInContent: boolean
  /** The room is named by its create event, which no event lists (12). */
  readonly roomIdIsHash: boolean
  /** Creators stand above all power levels, and there may be more of them (12). */
  readonly creatorsAboveAll: boolean
}

const v1: RoomVersion = {
  id: '1',
  eventIds: 'given',
  stateResolution: 'v1',
  redaction: 1,
  strictJson: false,
  enforcesKeyValidity: false,
  aliasesRule: true,
  redactionRule: true,
  guardsNotifications: false,
  knocks: false,
  restrictedJoins: false,
  knocksRestricted: false,
  integerPowerLevels: false,
  creatorIsSender: false,
  redactsInContent: false,
  roomIdIsHash: false,
  creatorsAboveAll: false,
}
const v2: RoomVersion = { ...v1, id: '2', stateResolution: 'v2' }
const v3: RoomVersion = { ...v2, id: '3', eventIds: 'base64', redactionRule: false }
const v4: RoomVersion = { ...v3, id: '4', eventIds: 'urlsafe' }
const v5: RoomVersion = { ...v4, id: '5', enforcesKeyValidity: true }
const v6: RoomVersion = {
  ...v5,
  id: '6',
  strictJson: true,
  redaction: 6,
  aliasesRule: false,
  guardsNotifications: true,
}
const v7: RoomVersion = { ...v6, id: '7', knocks: true }
const v8: RoomVersion = { ...v7, id: '8', redaction: 8, restrictedJoins: true }
const v9: RoomVersion = { ...v8, id: '9', redaction: 9 }
const v10: RoomVersion = { ...v9, id: '10', knocksRestricted: true, integerPowerLevels: true }
const v11: RoomVersion = { ...v10, id: '11', redaction: 11, creatorIsSender: true, redactsInContent: true }
const v12: RoomVersion = { ...v11, id: '12', stateResolution: 'v2.1', roomIdIsHash: true, creatorsAboveAll: true }

export const roomVersions: ReadonlyMap<string, RoomVersion> = new Map(
  [v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12].map((version) => [version.id, version]),
)

/** What new rooms are made in. */
export const newRoomVersion = v12
