// Every command by its name; those that UID may precede (RFC 9051 §6.4.9) by theirs.

import type { Command } from '../session.ts'
import { append } from './append.ts'
import { capability, enable, id, idle, logout, noop, startTls } from './basics.ts'
import { copy, move } from './copy.ts'
import { expunge } from './expunge.ts'
import { fetch } from './fetch.ts'
import { list, lsub } from './list.ts'
import { create, namespace, remove, rename, status, subscribe, unsubscribe } from './mailboxes.ts'
import { search } from './search.ts'
import { close, examine, select, unselect } from './select.ts'
import { authenticate, login } from './sign-in.ts'
import { store } from './store.ts'

export const withUid: ReadonlyMap<string, Command> = new Map(
  Object.entries({ COPY: copy, EXPUNGE: expunge, FETCH: fetch, MOVE: move, SEARCH: search, STORE: store }),
)

export const commands: ReadonlyMap<string, Command> = new Map([
  ...withUid,
  ...Object.entries({
    APPEND: append,
    AUTHENTICATE: authenticate,
    CAPABILITY: capability,
    CHECK: { ...noop, state: 'selected' } satisfies Command,
    CLOSE: close,
    CREATE: create,
    DELETE: remove,
    ENABLE: enable,
    EXAMINE: examine,
    ID: id,
    IDLE: idle,
    LIST: list,
    LOGIN: login,
    LOGOUT: logout,
    LSUB: lsub,
    NAMESPACE: namespace,
    NOOP: noop,
    RENAME: rename,
    SELECT: select,
    STARTTLS: startTls,
    STATUS: status,
    SUBSCRIBE: subscribe,
    UNSELECT: unselect,
    UNSUBSCRIBE: unsubscribe,
  }),
])
