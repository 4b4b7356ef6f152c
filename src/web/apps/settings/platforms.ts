// What can be connected, and the systems on which it can.

import type { Devices } from '../../api/client.ts'
import type { Key } from '../../i18n/i18n.ts'

/** An app password is good for one of these. */
export type What = 'calendars' | 'files'

type Value = Exclude<keyof Devices, 'host' | 'origin' | 'davx5'>

export type Platform = {
  readonly id: string
  readonly name: Key
  readonly steps: readonly Key[]
  /** What is typed there; undefined where nothing is. */
  readonly value?: Value
  readonly isCommand?: true
  /** What a phone scans: a profile that is made for it, or an address with name and password. */
  readonly code?: 'profile' | 'davx5' | 'webdav'
}

const steps = <P extends string>(name: P, count: 2 | 3): Key[] =>
  Array.from({ length: count }, (_, index) => `guide.${name}.${index + 1}` as Key)

export const platforms: Readonly<Record<What, readonly Platform[]>> = {
  calendars: [
    { id: 'apple', name: 'guide.apple', steps: steps('apple', 3), code: 'profile' },
    { id: 'android', name: 'guide.android', steps: steps('android', 3), value: 'dav', code: 'davx5' },
    { id: 'thunderbird', name: 'guide.thunderbird', steps: steps('thunderbird', 3), value: 'dav' },
    { id: 'gnome', name: 'guide.evolution', steps: steps('evolution', 3), value: 'dav' },
  ],
  files: [
    { id: 'windows', name: 'guide.windows', steps: steps('windows', 3), value: 'explorer' },
    { id: 'mac', name: 'guide.mac', steps: steps('mac', 3), value: 'finder' },
    { id: 'gnome', name: 'guide.gnome', steps: steps('gnome', 3), value: 'gnome' },
    { id: 'davfs2', name: 'guide.davfs2', steps: steps('davfs2', 2), value: 'davfs2', isCommand: true },
    { id: 'rclone', name: 'guide.rclone', steps: steps('rclone', 2), value: 'rclone', isCommand: true },
    { id: 'phone', name: 'guide.phone', steps: steps('phone', 3), value: 'webdav', code: 'webdav' },
  ],
}

/** The system that this browser runs on comes first. */
export const likely = (what: What): string => {
  const { userAgent } = navigator
  if (what === 'calendars') {
    if (userAgent.includes('Android')) return 'android'
    if (/iPhone|iPad|Mac/.test(userAgent)) return 'apple'
    return userAgent.includes('Windows') ? 'thunderbird' : 'gnome'
  }
  if (/Android|iPhone|iPad/.test(userAgent)) return 'phone'
  if (userAgent.includes('Windows')) return 'windows'
  return userAgent.includes('Mac') ? 'mac' : 'gnome'
}
