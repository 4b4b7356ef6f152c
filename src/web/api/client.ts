// The page's own JSON API (docs/api.md): one function a call, one error for whatever goes wrong.

import type { Key } from '../i18n/i18n.ts'
import { connection } from './connection.ts'

export type Me = {
  readonly name: string
  readonly displayName: string
  readonly isAdmin: boolean
  readonly usage: { readonly used: number; readonly quota: number | null }
  readonly session: { readonly id: number; readonly expiresAt: number }
}
export type Link = {
  readonly kind: 'setup' | 'invite' | 'recovery'
  readonly name?: string
  readonly displayName?: string
  readonly expiresAt?: number
}
export type Session = {
  readonly id: number
  readonly label: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly lastUsedBy: string | null
  readonly current: boolean
}
export type AppPassword = {
  readonly id: number
  readonly label: string
  readonly scopes: readonly string[]
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly lastUsedBy: string | null
}
export type Devices = Readonly<
  Record<
    'name' | 'origin' | 'host' | 'dav' | 'davx5' | 'webdav' | 'finder' | 'explorer' | 'gnome' | 'rclone' | 'davfs2',
    string
  >
>
export type Member = {
  readonly name: string
  readonly displayName: string
  /** What is booked by inviting it has no password. */
  readonly kind: 'person' | 'room' | 'resource'
  readonly isAdmin: boolean
  readonly disabled: boolean
  readonly quota: number | null
  readonly used: number
  readonly createdAt: number
}
export type Invitation = { readonly id: number; readonly createdAt: number; readonly expiresAt: number }

/** A call that failed: by the server's word, or `Offline` when no answer came at all. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly field: string | undefined
  readonly retryAfter: number | undefined

  constructor(code: string, status: number, message: string, field?: string, retryAfter?: number) {
    super(message)
    this.code = code
    this.status = status
    this.field = field
    this.retryAfter = retryAfter
  }
}

/** Tells whoever listens that the server does not know this session any more. */
export const signedOut = new EventTarget()

const said: Partial<Record<string, Key>> = {
  Offline: 'error.offline',
  Cancelled: 'error.cancelled',
  Unauthorized: 'error.signedOut',
  Forbidden: 'error.forbidden',
  NotFound: 'error.gone',
  AlreadyExists: 'error.nameTaken',
  Conflict: 'error.lastOwner',
  TooManyRequests: 'error.tooMany',
  Exists: 'error.exists',
  FolderGone: 'error.folderGone',
  TooLarge: 'error.tooLarge',
  Locked: 'error.locked',
  QuotaExceeded: 'error.quota',
  DiskFull: 'error.diskFull',
  Unavailable: 'error.unavailable',
  Internal: 'error.internal',
}

/** The sentence for an error's code; what is not foreseen is told as a defect. */
export const errorKey = (error: unknown): Key => (error instanceof ApiError && said[error.code]) || 'error.internal'

type Refusal = { error?: string; message?: string; field?: string; retryAfter?: number }

const call = async <T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> => {
  let response: Response
  try {
    response = await fetch(`/api/${path}`, {
      method,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    connection.found(false)
    throw new ApiError('Offline', 0, 'no answer')
  }
  connection.found(true)
  if (!response.ok) {
    const refusal = (await response.json().catch(() => ({}))) as Refusal
    const code = refusal.error ?? 'Internal'
    if (response.status === 401 && method === 'GET') signedOut.dispatchEvent(new Event('signed-out'))
    throw new ApiError(code, response.status, refusal.message ?? response.statusText, refusal.field, refusal.retryAfter)
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}

const member = (name: string): string => `members/${encodeURIComponent(name)}`

export const api = {
  link: (token: string) => call<Link>('POST', 'link', { token }),
  setup: (body: { token: string; name: string; password: string; displayName?: string }) =>
    call<Me>('POST', 'setup', body),
  join: (body: { token: string; name: string; password: string; displayName?: string }) =>
    call<Me>('POST', 'join', body),
  recover: (body: { token: string; password: string }) => call<Me>('POST', 'recover', body),
  signIn: (body: { name: string; password: string }) => call<Me>('POST', 'sign-in', body),
  signOut: () => call<void>('POST', 'sign-out'),
  me: () => call<Me>('GET', 'me'),
  rename: (displayName: string) => call<Me>('PATCH', 'me', { displayName }),
  password: (body: { current: string; password: string }) => call<void>('POST', 'me/password', body),
  sessions: (signal?: AbortSignal) => call<{ sessions: readonly Session[] }>('GET', 'sessions', undefined, signal),
  endSession: (id: number) => call<void>('DELETE', `sessions/${id}`),
  endOtherSessions: () => call<void>('DELETE', 'sessions'),
  appPasswords: (signal?: AbortSignal) =>
    call<{ appPasswords: readonly AppPassword[] }>('GET', 'app-passwords', undefined, signal),
  addAppPassword: (label: string, scopes: readonly string[]) =>
    call<AppPassword & { password: string }>('POST', 'app-passwords', { label, scopes }),
  removeAppPassword: (id: number) => call<void>('DELETE', `app-passwords/${id}`),
  devices: (signal?: AbortSignal) => call<Devices>('GET', 'devices', undefined, signal),
  deviceLink: () => call<{ url: string; expiresAt: number }>('POST', 'devices/link'),
  members: (signal?: AbortSignal) =>
    call<{ members: readonly Member[]; invitations: readonly Invitation[] }>('GET', 'members', undefined, signal),
  invite: () => call<{ id: number; url: string; expiresAt: number }>('POST', 'members/invitations'),
  voidInvitation: (id: number) => call<void>('DELETE', `members/invitations/${id}`),
  changeMember: (name: string, change: Partial<Pick<Member, 'quota' | 'isAdmin' | 'disabled'>>) =>
    call<Member>('PATCH', member(name), change),
  recoveryLink: (name: string) => call<{ url: string; expiresAt: number }>('POST', `${member(name)}/recovery-link`),
  removeMember: (name: string) => call<void>('DELETE', member(name)),
}
